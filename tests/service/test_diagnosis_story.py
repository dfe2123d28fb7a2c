"""A deployment fails, nobody is told by Azure, and the alert says what its log says."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.errors import NoPermission, Unavailable

LOG = (
    "Azure ML Inferencing HTTP server v1.4.0\n"
    "2026-02-03 11:58:01,000 E [38] azmlinfsrv - Traceback (most recent call last):\n"
    '  File "/var/azureml-app/src/score.py", line 7, in <module>\n'
    "    import lightgbm as lgb\n"
    "ModuleNotFoundError: No module named 'lightgbm'\n"
    "INFO:root:connecting with AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0;EndpointSuffix=x\n"
)


def fail(scene, state="Failed", changed="2026-02-03T11:58:00Z"):
    green = f"{{provisioning_state: {state}, changed: {changed}}}"
    scene.endpoint("{blue: 100}", f"{{blue: {{}}, green: {green}}}")


def reconcile(scene):
    scene.application.service.fan_out(Check.RECONCILE)
    scene.drain()


def evidence_of(scene):
    decision = scene.last("endpoint/loan-endpoint")
    return json.loads(scene.application.adapters.evidence.get(decision["evidence"]))


def test_a_failed_deployments_alert_says_what_its_log_says_and_what_to_do_first(scene):
    fail(scene)
    scene.write("workspace/logs/loan-endpoint/green.log", LOG)
    reconcile(scene)

    [notice] = scene.notices
    alert = notice["data"]["alert"]
    assert alert["kind"] == "deployment_failed"
    assert alert["text"].endswith(
        "it was seen by looking. Its log says: src/score.py line 7 imports lightgbm, which is not "
        'installed in the environment. The line: "ModuleNotFoundError: No module named '
        "'lightgbm'\"."
    )
    assert alert["first_step"].startswith("Add `lightgbm` to the environment's conda or pip")
    [finding] = [
        finding
        for finding in scene.last("endpoint/loan-endpoint")["findings"]
        if finding["reason"] == "provisioning_failed"
    ]
    assert finding["details"] == {
        "cause": "missing_module",
        "named": "lightgbm",
        "where": "src/score.py line 7",
    }


def test_the_log_is_redacted_before_it_becomes_evidence(scene):
    fail(scene)
    scene.write("workspace/logs/loan-endpoint/green.log", LOG)
    reconcile(scene)

    logs = evidence_of(scene)["logs"]
    assert "No module named 'lightgbm'" in logs["green"]
    assert "c2VjcmV0" not in json.dumps(evidence_of(scene))
    assert "blue" not in logs, "only the log of what failed is read"


def test_a_container_that_never_started_is_told_as_such(scene):
    fail(scene)
    reconcile(scene)

    [notice] = scene.notices
    assert notice["data"]["alert"]["text"].endswith("the container probably never started.")
    assert notice["data"]["alert"]["first_step"] == (
        "Read its log: az ml online-deployment get-logs --endpoint-name loan-endpoint --name green"
    )


def test_where_the_server_is_mute_the_storage_initializer_is_asked(scene):
    fail(scene)
    scene.write("workspace/logs/loan-endpoint/green.log", "Container logs:\n")
    scene.write(
        "workspace/logs/loan-endpoint/green.storage-initializer.log",
        "RESPONSE 403: 403 This request is not authorized to perform this operation using this "
        "permission.\nERROR CODE: AuthorizationPermissionMismatch\n",
    )
    reconcile(scene)

    [notice] = scene.notices
    assert "the role Storage Blob Data Reader" in notice["data"]["alert"]["first_step"]


@pytest.mark.parametrize(
    "problem",
    [
        NoPermission("The role AzureML Data Scientist is missing."),
        Unavailable("Azure did not answer."),
    ],
)
def test_a_log_that_cannot_be_read_never_keeps_the_alert_back(scene, monkeypatch, problem):
    def logs(*_):
        raise problem

    fail(scene)
    monkeypatch.setattr(scene.application.adapters.workspace, "logs", logs)
    reconcile(scene)

    [notice] = scene.notices
    assert notice["data"]["alert"]["text"].endswith(f"Its log could not be read: {problem}")
    assert evidence_of(scene)["log_problems"] == {"green": str(problem)}


def test_a_deployment_that_is_being_made_is_asked_for_its_log_once_it_is_stuck(scene):
    fail(scene, "Creating", "2026-02-03T12:00:00Z")
    scene.write("workspace/logs/loan-endpoint/green.log", "OutOfQuota: no Standard_DS3_v2 left\n")
    reconcile(scene)
    assert evidence_of(scene)["logs"] == {}

    scene.clock.advance(timedelta(hours=1))
    reconcile(scene)

    [notice] = scene.notices
    assert notice["data"]["alert"]["kind"] == "deployment_stuck"
    assert "Its log says: Azure has no Standard_DS3_v2" in notice["data"]["alert"]["text"]


def test_the_same_decision_comes_again_from_the_stored_evidence(scene):
    """And an older evidence, without logs, is decided as it was then."""
    from shared.domain.canonical import to_plain
    from shared.domain.decisions.routing import decide_routing
    from shared.domain.event import Event
    from shared.domain.evidence import RoutingEvidence
    from shared.domain.state import SubjectState
    from shared.service.codec import decode

    fail(scene)
    scene.write("workspace/logs/loan-endpoint/green.log", LOG)
    reconcile(scene)
    stored, decision = evidence_of(scene), scene.last("endpoint/loan-endpoint")
    event = Event.from_cloud_event(decision["event"])

    def again(evidence):
        outcome = decide_routing(
            event, decode(evidence, RoutingEvidence), None, SubjectState(), scene.clock.now
        )
        return [to_plain(finding) for finding in outcome.findings]

    assert again(stored) == decision["findings"]
    older = {name: value for name, value in stored.items() if not name.startswith("log")}
    assert [
        finding["details"] for finding in again(older) if finding["rule"] == "provisioning"
    ] == [None]
