"""Traffic on Azure: written whole, once, only over what was read, and seen to be there."""

import json

import pytest

from shared.adapters.azure.traffic import AzureTraffic
from shared.errors import ChangedMeanwhile, Conflict, NoPermission, Refused, Unavailable
from tests.integration.loopback.resource_manager import OPERATIONS, WORKSPACE
from tests.integration.loopback.server import Answer, refusal
from tests.integration.workspace.scene import serve_scene

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""A connection that broke on purpose may be collected while a test runs."""
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/ep"
BLUE, BOTH = {"blue": 100.0}, {"blue": 90.0, "green": 10.0}


class Seconds:
    """A clock that sleeping moves."""

    now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def scene(loopback):
    scene = serve_scene(loopback)
    facts = {"traffic": {"blue": 100}, "deployments": {"blue": {}, "green": {}}}
    scene.deploy("ep", facts)
    resource = scene.state.endpoints["ep"]
    resource |= {
        "location": "westeurope",
        "kind": "Managed",
        "tags": {"owner": "risk"},
        "identity": {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "p",
            "tenantId": "t",
            "userAssignedIdentities": {"/subscriptions/s/id": {"clientId": "c"}},
        },
    }
    resource["properties"] |= {
        "description": "scores loans",
        "scoringUri": "https://ep/score",
        "swaggerUri": "https://ep/swagger.json",
        "publicNetworkAccess": "Enabled",
        "compute": None,
        "properties": {"azureml.onlineendpointid": "x"},
    }
    yield scene
    scene.close()


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def change(scene, seconds):
    traffic = AzureTraffic(scene.resources(), sleep=seconds.sleep, seconds=seconds)

    def changing(shares=BOTH, mirror=None):
        return traffic.change(
            "ep", traffic=shares, mirror=mirror or {}, expected=BLUE, expected_mirror={}
        )

    return changing


def puts(scene):
    return scene.server.router.requests("PUT", ENDPOINT)


def test_the_whole_endpoint_is_written_back_with_both_kinds_of_shares(scene, change):
    change(BLUE, {"green": 20.0})

    [put] = puts(scene)
    assert json.loads(put.body) == {
        "location": "westeurope",
        "kind": "Managed",
        "tags": {"owner": "risk"},
        "identity": {
            "type": "SystemAssigned,UserAssigned",
            "userAssignedIdentities": {"/subscriptions/s/id": {}},
        },
        "properties": {
            "authMode": "AADToken",
            "description": "scores loans",
            "publicNetworkAccess": "Enabled",
            "properties": {"azureml.onlineendpointid": "x"},
            "traffic": {"blue": 100},
            "mirrorTraffic": {"green": 20},
        },
    }
    assert "if-match" not in put.headers


def test_the_old_traffic_of_an_endpoint_that_is_being_written_is_no_answer(scene, change, seconds):
    scene.state.takes = 3

    assert change().traffic == BOTH
    assert seconds.now == 15.0


def test_a_write_that_takes_long_is_left_to_the_next_look(scene, change, seconds):
    scene.state.takes = 1000

    endpoint = change()

    assert (endpoint.provisioning_state, endpoint.traffic) == ("Updating", BLUE)
    assert seconds.now == 60.0


def test_an_endpoint_that_somebody_else_writes_is_waited_for_and_then_come_back_to(scene, change):
    scene.state.endpoints["ep"]["properties"]["provisioningState"] = "Updating"

    with pytest.raises(Unavailable, match="Endpoint ep is Updating; its traffic cannot be changed"):
        change()

    assert puts(scene) == []


def test_an_etag_is_used_where_there_is_one(scene, change):
    scene.state.etags["ep"] = '"1"'

    change()

    assert puts(scene)[0].headers["if-match"] == '"1"'


def test_another_version_than_the_one_that_was_read_is_not_written_over(scene, change):
    scene.state.etags["ep"] = '"1"'
    stale = Answer(body=scene.state.endpoints["ep"], headers={"ETag": '"0"'})
    scene.server.router.fail_next("GET", ENDPOINT, stale, stale)

    with pytest.raises(Conflict, match="was changed meanwhile"):
        change()

    assert scene.state.endpoints["ep"]["properties"]["traffic"] == {"blue": 100}


def test_who_changed_it_between_two_reads_is_not_written_over(scene, change):
    before = json.loads(json.dumps(scene.state.endpoints["ep"]))
    scene.server.router.fail_next("GET", ENDPOINT, Answer(body=before))
    scene.state.endpoints["ep"]["properties"]["traffic"] = {"blue": 40, "green": 60}

    with pytest.raises(ChangedMeanwhile) as told:
        change()

    assert told.value.traffic == {"blue": 40.0, "green": 60.0}
    assert puts(scene) == []


def test_who_begins_to_write_between_two_reads_is_waited_for(scene, change):
    before = json.loads(json.dumps(scene.state.endpoints["ep"]))
    scene.server.router.fail_next("GET", ENDPOINT, Answer(body=before))
    scene.state.endpoints["ep"]["properties"]["provisioningState"] = "Updating"

    with pytest.raises(Unavailable, match="began to be written by somebody else"):
        change()


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(409, "Conflict", "Being updated."), Conflict, "Being updated."),
        (refusal(429, "Busy", "Later.", Retry_After="0.01"), Unavailable, "Azure answered 429"),
        (refusal(503, "Busy", "Later."), Unavailable, "Azure answered 503"),
        (Answer(hang_up=True), Unavailable, "no answer from Azure"),
        (refusal(400, "BadRequest", "Quota."), Refused, "Azure refused it with 400"),
        (
            refusal(403, "AuthorizationFailed", "No."),
            NoPermission,
            "onlineEndpoints/write on the workspace ws-prod, and Managed Identity Operator",
        ),
    ],
)
def test_a_write_is_tried_once_since_the_shares_may_be_others_by_then(
    scene, change, answer, error, sentence
):
    scene.server.router.fail_next("PUT", ENDPOINT, answer)

    with pytest.raises(error) as told:
        change()

    assert sentence in str(told.value)
    assert len(puts(scene)) == 1


def test_a_write_whose_answer_was_lost_is_found_by_the_repeat(scene, change):
    written = scene.server.router
    change()
    scene.state.writing.clear()

    assert change().traffic == BOTH
    assert len(written.requests("PUT", ENDPOINT)) == 1


def test_an_answer_without_a_body_is_one_as_well(scene, change):
    def accept(request):
        scene.state.endpoints["ep"]["properties"]["traffic"] = request.json()["properties"][
            "traffic"
        ]
        return Answer(status=202)

    scene.server.router.add("PUT", ENDPOINT, accept)

    assert change().traffic == BOTH


def test_what_azure_takes_and_does_not_do_is_told_with_its_reason(scene, change):
    scene.state.fails = "No capacity for\ngreen."

    with pytest.raises(Refused) as told:
        change()

    assert str(told.value) == (
        "Azure did not change the traffic of ep, which is Failed: No capacity for green."
    )


@pytest.mark.parametrize("code", [403, 404])
def test_a_reason_that_may_not_be_read_is_left_out(scene, change, code):
    scene.state.fails = "No capacity."
    scene.server.router.add(
        "GET", f"{OPERATIONS}/{{name}}", lambda _: refusal(code, "No", "No rights.")
    )

    with pytest.raises(Refused, match=r"which is Failed\.$"):
        change()


def test_a_reason_at_another_host_is_not_asked_for(scene, change):
    def accept(_):
        scene.state.endpoints["ep"]["properties"]["provisioningState"] = "Failed"
        headers = {"Azure-AsyncOperation": "https://elsewhere.example/operation"}
        return Answer(status=201, body={}, headers=headers)

    scene.server.router.add("PUT", ENDPOINT, accept)

    with pytest.raises(Refused, match=r"which is Failed\.$"):
        change()


def test_a_failure_without_an_operation_has_no_reason(scene, change):
    def accept(_):
        scene.state.endpoints["ep"]["properties"]["provisioningState"] = "Failed"
        return Answer(status=201, body={})

    scene.server.router.add("PUT", ENDPOINT, accept)

    with pytest.raises(Refused, match=r"which is Failed\.$"):
        change()


def test_old_shares_after_a_write_that_was_taken_are_looked_at_again(scene, change):
    scene.server.router.add("PUT", ENDPOINT, lambda _: Answer(status=201, body={}))

    with pytest.raises(Unavailable, match="took the new traffic of ep and shows the old one"):
        change()


def test_who_writes_right_after_us_is_found(scene, change):
    def accept(_):
        scene.state.endpoints["ep"]["properties"]["traffic"] = {"green": 100}
        return Answer(status=201, body={})

    scene.server.router.add("PUT", ENDPOINT, accept)

    with pytest.raises(ChangedMeanwhile) as told:
        change()

    assert told.value.traffic == {"green": 100.0}
