"""What Azure does wrong, and the sentence or the patience it is met with."""

from threading import Event

import pytest

from shared.errors import Conflict, InvalidData, NoPermission, NotFound, Refused, Unavailable
from tests.conftest import NOON
from tests.integration.loopback.blobs import ACCOUNT, CONTAINER
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import Answer, refusal
from tests.integration.workspace.scene import COLLECTED, STORE, serve_scene

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""A connection that broke on purpose may be collected while a test runs."""
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/ep"
BLOB = f"/{ACCOUNT}/{CONTAINER}/data/part-1.csv"


class NoLogs:
    """Nothing is logged, except what a test writes into `lines`."""

    lines = ""

    def requests(self, *_):
        return None

    def console_logs(self, *_):
        return self.lines

    def kpis(self, *_):
        return []


@pytest.fixture
def scene(loopback):
    scene = serve_scene(loopback)
    facts = {"traffic": {"blue": 100}, "deployments": {"blue": {"model": "loan:9"}}}
    scene.deploy("ep", facts)
    scene.register("loan", "9", {"metrics": {"auc": 0.9}, "tags": {"metrics.f1": "0.8"}})
    scene.blobs["data/part-1.csv"] = b"x\n1\n"
    scene.asset("train", f"{STORE}/data")
    yield scene
    scene.close()


@pytest.fixture
def workspace(scene, tmp_path):
    return scene.workspace(NoLogs(), tmp_path / "cache")


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(401, "InvalidToken", "No."), NoPermission, "the role Reader on the workspace"),
        (refusal(403, "AuthorizationFailed", "No."), NoPermission, "the role Reader on the"),
        (refusal(404, "UserError", "No."), NotFound, "Azure has no online endpoint ep."),
        (refusal(400, "UserError", "Odd."), Refused, "Azure refused it with 400"),
        (refusal(429, "Busy", "Later.", Retry_After="3600"), Unavailable, "Azure answered 429"),
        (Answer(body=b"<html>"), Unavailable, "Azure's answer is not JSON"),
        (Answer(body=[1]), Unavailable, "Azure's answer is no JSON object"),
    ],
)
def test_a_lasting_fault_is_told_at_once_in_a_sentence(scene, workspace, answer, error, sentence):
    scene.server.router.fail_next("GET", ENDPOINT, answer)

    with pytest.raises(error) as told:
        workspace.endpoint("ep")

    assert sentence in str(told.value)
    assert len(scene.server.router.requests("GET", ENDPOINT)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "Busy", "Later.", Retry_After="0.01"),
        refusal(503, "Busy", "Later."),
        refusal(504, "GatewayTimeout", "Later."),
        Answer(hang_up=True),
    ],
)
def test_a_passing_fault_is_tried_again(scene, workspace, answer):
    scene.server.router.fail_next("GET", ENDPOINT, answer)

    assert workspace.endpoint("ep").traffic == {"blue": 100.0}
    assert len(scene.server.router.requests("GET", ENDPOINT)) == 2


def test_a_fault_that_stays_is_unavailable_after_the_tries(scene, workspace):
    scene.server.router.add("GET", ENDPOINT, lambda _: refusal(503, "Busy", "Later."))

    with pytest.raises(Unavailable, match="Azure answered 503"):
        workspace.endpoint("ep")

    assert len(scene.server.router.requests("GET", ENDPOINT)) == 4


def test_missing_keys_are_absence(scene, workspace):
    scene.server.router.add("GET", ENDPOINT, lambda _: Answer(body={"properties": None}))
    scene.state.deployments["ep"] = {"blue": {"name": "blue", "properties": {"model": 5}}, "x": {}}
    scene.state.models["loan"]["9"] = {"name": "9"}

    endpoint = workspace.endpoint("ep")

    assert (endpoint.provisioning_state, endpoint.traffic) == ("Unknown", {})
    assert [(d.name, d.model, d.changed) for d in endpoint.deployments] == [("blue", None, None)]
    assert workspace.model("loan", "9").tags == {}


def test_a_link_to_another_host_gets_no_token(scene, workspace):
    body = {"value": [], "nextLink": "https://elsewhere.example/more"}
    scene.server.router.add("GET", f"{WORKSPACE}/onlineEndpoints", lambda _: Answer(body=body))

    with pytest.raises(Unavailable, match="goes on at another host; not followed"):
        workspace.endpoints()


def test_lists_are_followed_page_by_page(scene, workspace):
    for name in "edcba":
        scene.deploy(name, {})

    assert workspace.endpoints() == ["a", "b", "c", "d", "e", "ep"]
    assert len(scene.server.router.requests("GET", f"{WORKSPACE}/onlineEndpoints")) == 3


def test_without_its_run_a_version_has_the_metrics_of_its_tags(scene, workspace):
    assert workspace.model("loan", "9").metrics == {"auc": 0.9}

    scene.runs.clear()

    assert workspace.model("loan", "9").metrics == {"f1": 0.8}


def test_training_data_is_the_one_asset_the_job_read_at_its_version(scene, workspace):
    inputs = {"data": {"uri": "azureml:train:1"}, "depth": {"value": "6"}}
    scene.state.jobs["run-loan-9"] = scene.state.resource("jobs/x", {"inputs": inputs})

    named = workspace.model("loan", "9").training_data

    assert named == "train:1"
    assert len(workspace.data(named).paths) == 1


@pytest.mark.parametrize(
    ("stated", "environment"),
    [
        (f"{WORKSPACE}/environments/credit/versions/4", "credit:4"),
        ("azureml://registries/azureml/environments/sklearn-1.5/versions/9", "sklearn-1.5:9"),
        ("mcr.microsoft.com/azureml/x", "mcr.microsoft.com/azureml/x"),
        (None, None),
    ],
)
def test_the_environment_is_that_of_the_job_unless_it_is_written(
    scene, workspace, stated, environment
):
    job = scene.state.resource("jobs/x", {"environmentId": stated, "inputs": {}})
    scene.state.jobs["run-loan-9"] = job

    assert workspace.model("loan", "9").environment == environment


def test_a_model_of_a_registry_is_known_by_name_and_version(scene, workspace):
    model = scene.state.deployments["ep"]["blue"]["properties"]
    model["model"] = "azureml://registries/shared/models/loan/versions/7"

    [blue] = workspace.endpoint("ep").deployments

    assert (blue.model, blue.version) == ("loan", "7")


def test_an_unchanged_blob_is_fetched_once_and_a_changed_one_again(scene, workspace):
    [first] = workspace.data("train").paths
    assert workspace.data("train").paths == (first,)
    assert len(scene.server.router.requests("GET", BLOB)) == 1

    scene.blobs["data/part-1.csv"] = b"x\n2\n"
    [second] = workspace.data("train").paths

    with open(second, "rb") as file:  # noqa: PTH123  the port gives text
        assert file.read() == b"x\n2\n"


def test_more_bytes_than_the_limit_are_refused_before_any_is_fetched(scene, tmp_path):
    workspace = scene.workspace(NoLogs(), tmp_path, most_bytes=3)

    with pytest.raises(InvalidData, match="has 4 bytes in 1 files, more than the limit of 3"):
        workspace.data("train")

    assert scene.server.router.requests("GET", BLOB) == []


def test_a_blob_that_grows_while_it_is_read_is_read_again(scene, workspace):
    grew = refusal(412, "ConditionNotMet", "It grew.")
    scene.server.router.fail_next("GET", BLOB, grew, grew)

    assert len(workspace.data("train").paths) == 1

    scene.blobs["data/part-1.csv"] = b"x\n5\n"
    scene.server.router.fail_next("GET", BLOB, grew, grew, grew)
    with pytest.raises(Conflict, match="grew each time while it was read"):
        workspace.data("train")


def test_a_busy_storage_account_is_tried_again(scene, tmp_path):
    workspace = scene.workspace(NoLogs(), tmp_path, retry_total=2, increment_base=0)
    busy = refusal(503, "ServerBusy", "Later.")
    scene.server.router.fail_next("GET", BLOB, busy, Answer(hang_up=True))

    assert len(workspace.data("train").paths) == 1


def test_an_answer_that_does_not_come_is_unavailable(scene):
    done = Event()

    def slow(_):
        done.wait(10)
        return Answer(hang_up=True)

    scene.server.router.add("GET", ENDPOINT, slow)
    resources = scene.resources(retries=0, read_timeout=0.05)

    with pytest.raises(Unavailable, match="no answer from Azure"):
        resources.get("onlineEndpoints", "ep", thing="online endpoint ep")
    done.set()


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_role_on_the_storage_account_is_named(scene, workspace, status):
    answers = [refusal(status, "AuthorizationPermissionMismatch", "No.")] * 2
    scene.server.router.fail_next("GET", BLOB, *answers)

    with pytest.raises(NoPermission, match="Storage Blob Data Reader on the storage account wspro"):
        workspace.data("train")


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/azureml/data",
        "https://a.blob.core.windows.net.evil.example/c/data",
        "file:///etc/passwd",
        "azureml://subscriptions/s/resourcegroups/g/workspaces/other/datastores/d/paths/p",
    ],
)
def test_data_elsewhere_gets_no_token(scene, workspace, uri):
    scene.asset("train", uri)

    with pytest.raises(InvalidData):
        workspace.data("train")


@pytest.mark.parametrize(
    "uri",
    [
        f"https://{ACCOUNT}.blob.core.windows.net/{CONTAINER}/data/",
        f"wasbs://{CONTAINER}@{ACCOUNT}.blob.core.windows.net/data",
        f"abfss://{CONTAINER}@{ACCOUNT}.dfs.core.windows.net/data/",
    ],
)
def test_every_form_of_a_place_leads_to_the_same_blobs(scene, workspace, uri):
    scene.asset("train", uri)

    assert len(workspace.data("train").paths) == 1


def test_a_table_names_its_files_by_pattern_and_by_name(scene, workspace):
    table = b"paths:\n  - pattern: ./part-*.csv\n  - file: ./other.csv\n"
    scene.blobs |= {"data/MLTable": table, "data/other.csv": b"x\n3\n"}
    scene.asset("train", f"{STORE}/data", kind="mltable")

    assert [path.rpartition("/")[2] for path in workspace.data("train").paths] == [
        "other.csv",
        "part-1.csv",
    ]


def test_a_span_lists_only_the_days_it_touches(scene, workspace):
    folder = "modelDataCollector/ep/blue/model_inputs"
    for day in range(1, 29):
        scene.blobs[f"{folder}/2026/02/{day:02}/11/i.jsonl"] = b"{}\n"
    scene.asset("ep-blue-model_inputs", f"{COLLECTED}/ep/blue/model_inputs")

    files = workspace.collected("loan", "ep", start=NOON.replace(hour=9), end=NOON)

    assert len(files) == 1
    assert len(scene.server.router.requests("GET", f"/{ACCOUNT}/{CONTAINER}")) == 4


def test_when_the_container_cannot_be_asked_the_log_table_is(scene, workspace, monkeypatch):
    logs = f"{ENDPOINT}/deployments/blue/getLogs"
    scene.server.router.add("POST", logs, lambda _: refusal(403, "AuthorizationFailed", "No."))

    with pytest.raises(NoPermission, match="the role AzureML Data Scientist"):
        workspace.logs("ep", "blue", 5)
    monkeypatch.setattr(NoLogs, "lines", "from the table")

    assert workspace.logs("ep", "blue", 5) == "from the table"


@pytest.mark.parametrize("told", ["westeurope", "West Europe"])
def test_the_region_is_the_workspaces_in_the_form_addresses_have(scene, told):
    scene.server.router.add("GET", WORKSPACE, lambda _: Answer(body={"location": told}))

    assert scene.resources().region() == "westeurope"


def test_a_workspace_without_a_region_is_told(scene):
    scene.server.router.add("GET", WORKSPACE, lambda _: Answer(body={"name": "ws-prod"}))

    with pytest.raises(NotFound, match="The workspace ws-prod names no region"):
        scene.resources().region()
