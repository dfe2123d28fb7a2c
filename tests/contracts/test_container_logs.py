"""Which container's log every workspace reads: the server's, and below it the initializer's."""

import pytest

from shared.adapters.embedded import FileWorkspace
from tests.integration.workspace.scene import FileLogs, serve_scene, tell_files

FILES = {
    "endpoints/ep.yaml": (
        "deployments: {talks: {}, mute: {}, away: {}, unfetched: {}, silent: {}}\n"
    ),
    "logs/ep/talks.log": "one\ntwo\nthree\n",
    "logs/ep/talks.storage-initializer.log": "fetched\n",
    "logs/ep/mute.log": "ModelDownload: InProgress\n\nContainer logs:\n",
    "logs/ep/mute.storage-initializer.log": "GET model.pkl\nRESPONSE 403\n",
    "logs/ep/away.storage-initializer.log": "GET model.pkl\n",
    "logs/ep/unfetched.log": "Kind: Pod, Name: DownloadFailed\nContainer logs:\npulling\n",
    "logs/ep/unfetched.storage-initializer.log": "RESPONSE 404\n",
}


@pytest.fixture(params=["files", "azure"])
def workspace(request, tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    files = FileWorkspace(tmp_path)
    if request.param == "files":
        yield files
        return
    scene = serve_scene(request.getfixturevalue("loopback"))
    tell_files(scene, FILES)
    yield scene.workspace(FileLogs(files), tmp_path / "cache")
    scene.close()


@pytest.mark.parametrize(
    ("says", "deployment", "tail", "lines"),
    [
        ("A server that talks is enough.", "talks", 2, ["two", "three"]),
        ("No line asked for is no line.", "talks", 0, []),
        (
            "A server that wrote nothing has the platform's events all the same.",
            "mute",
            9,
            [
                "ModelDownload: InProgress",
                "",
                "Container logs:",
                "GET model.pkl",
                "RESPONSE 403",
            ],
        ),
        ("The end of both is cut to.", "mute", 1, ["RESPONSE 403"]),
        ("A server that has no log at all never started.", "away", 9, ["GET model.pkl"]),
        (
            "A failed download is explained by what fetches the model.",
            "unfetched",
            2,
            ["pulling", "RESPONSE 404"],
        ),
        ("Neither wrote a word.", "silent", 9, []),
        ("A deployment that is not there wrote nothing.", "unknown", 9, []),
    ],
)
def test_the_log_tells_what_a_specialist_would_open(workspace, says, deployment, tail, lines):
    assert workspace.logs("ep", deployment, tail).splitlines() == lines, says
