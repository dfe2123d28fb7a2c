"""What every adapter promises that moves traffic: only from what was expected, and whole."""

from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from shared.adapters.azure.traffic import AzureTraffic
from shared.adapters.embedded.traffic import FileTraffic
from shared.errors import ChangedMeanwhile, NotFound, Refused
from tests.conftest import NOON
from tests.integration.workspace.scene import serve_scene

FACTS = {
    "traffic": {"blue": 100},
    "deployments": {"blue": {"model": "loan:7"}, "green": {"model": "loan:8"}},
}
BLUE, BOTH = {"blue": 100.0}, {"blue": 90.0, "green": 10.0}


@dataclass
class Side:
    """The port, and ways to set and see its world."""

    traffic: Any
    set: Any
    get: Any

    def change(self, traffic, expected=None, mirror=None, expected_mirror=None, name="ep"):
        return self.traffic.change(
            name,
            traffic=traffic,
            mirror=mirror or {},
            expected=BLUE if expected is None else expected,
            expected_mirror=expected_mirror or {},
        )


def on_files(folder):
    (folder / "endpoints").mkdir()
    path = folder / "endpoints/ep.yaml"

    def put(**facts):
        path.write_text(yaml.safe_dump({**FACTS, "owner": "risk", **facts}))

    def get():
        found = yaml.safe_load(path.read_text())
        return found["traffic"], found.get("mirror_traffic") or {}

    put()
    return Side(traffic=FileTraffic(folder, lambda: NOON), set=put, get=get)


def on_azure(scene):
    def put(**facts):
        scene.deploy("ep", {**FACTS, **facts})
        scene.state.endpoints["ep"]["location"] = "westeurope"

    def get():
        found = scene.state.endpoints["ep"]["properties"]
        return found["traffic"], found["mirrorTraffic"]

    put()
    traffic = AzureTraffic(scene.resources(), sleep=lambda _: None)
    return Side(traffic=traffic, set=put, get=get)


@pytest.fixture(params=["files", "azure"])
def side(request, tmp_path):
    if request.param == "files":
        yield on_files(tmp_path)
        return
    scene = serve_scene(request.getfixturevalue("loopback"))
    yield on_azure(scene)
    scene.close()


def test_shares_are_changed_and_what_is_there_then_is_returned(side):
    endpoint = side.change(BOTH)

    assert side.get() == ({"blue": 90, "green": 10}, {})
    assert endpoint.traffic == BOTH
    assert [d.version for d in endpoint.deployments] == ["7", "8"]
    assert endpoint.provisioning_state == "Succeeded"


def test_a_mirror_is_set_and_ended_with_the_live_shares(side):
    side.change(BLUE, mirror={"green": 20.0})
    assert side.get() == ({"blue": 100}, {"green": 20})

    endpoint = side.change(BOTH, expected_mirror={"green": 20.0})
    assert side.get() == ({"blue": 90, "green": 10}, {})
    assert endpoint.mirror_traffic == {}


def test_a_repeat_finds_the_shares_there_and_writes_nothing(side):
    side.change(BOTH)

    assert side.change(BOTH).traffic == BOTH


def test_shares_of_zero_are_the_same_as_none(side):
    side.set(traffic={"blue": 100, "green": 0})

    assert side.change({"green": 100.0, "blue": 0.0}).traffic == {"green": 100.0}
    assert side.get()[0] == {"green": 100}


def test_everybody_can_lose_all_traffic(side):
    side.change({})

    assert side.get()[0] == {}


@pytest.mark.parametrize(
    "there", [{"traffic": {"blue": 50, "green": 50}}, {"mirror_traffic": {"green": 5}}]
)
def test_shares_that_are_others_than_expected_are_left_and_told(side, there):
    side.set(**there)
    before = side.get()

    with pytest.raises(ChangedMeanwhile, match="it is left as it is") as told:
        side.change(BOTH)

    assert side.get() == before
    assert told.value.traffic == {k: float(v) for k, v in before[0].items()}
    assert told.value.mirror == before[1]
    assert not told.value.retryable


@pytest.mark.parametrize(
    ("shares", "mirror", "sentence"),
    [
        ({"blue": 90.0}, {}, "sum to 90, not to 0 or 100"),
        ({"blue": 89.5, "green": 10.5}, {}, "no whole per cents"),
        ({"blue": 120.0, "green": -20.0}, {}, "no whole per cents from 0 to 100"),
        (BLUE, {"green": 60.0}, "at most 50 %"),
        (BOTH, {"green": 10.0}, "cannot have live and mirrored traffic at once"),
    ],
)
def test_shares_that_cannot_be_are_refused_in_a_sentence(side, shares, mirror, sentence):
    with pytest.raises(Refused, match=sentence):
        side.change(shares, mirror=mirror)

    assert side.get()[0] == {"blue": 100}


@pytest.mark.parametrize(
    ("shares", "name"),
    [({"teal": 100.0}, "ep"), (BOTH, "other"), (BOTH, "../ep"), (BOTH, "a/b")],
)
def test_what_is_not_there_is_not_found(side, shares, name):
    with pytest.raises(NotFound):
        side.change(shares, name=name)
