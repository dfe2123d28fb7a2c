"""The one way from an event to a message, on Azure's adapters from end to end."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.errors import Refused
from shared.service.smoke import Answer, look
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.resource_metrics import serve_resource_metrics
from tests.integration.loopback.server import refusal

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

POLICY = """
model: loan-default
endpoint: loan-endpoint
owner: credit-risk
gates: {min_auc: 0.84}
routing: {grace: 30m}
"""
TRAFFIC = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
}
TRAFFIC_LOGGED = {
    **TRAFFIC,
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}


def test_a_registered_model_is_gated_and_put_forward_and_its_findings_are_published(
    story, registered
):
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.register("loan-default", "7", {"metrics": {"auc": 0.91}})

    story.send(json.dumps(registered("7")).encode())

    [request] = story.requests
    assert request["data"]["model"] == "loan-default"
    assert request["data"]["version"] == "7"
    [finding] = story.published
    assert finding["data"]["verdict"] == "pass"
    assert finding["specversion"] == "1.0"
    decision = story.last("model/loan-default")
    assert decision["verdict"] == "pass"
    assert story.application.ledger.unsent() == []
    [kept] = story.application.archive.list()
    assert kept.refusal is None


def test_a_version_below_the_floor_is_not_put_forward(story, registered):
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.register("loan-default", "7", {"metrics": {"auc": 0.8}})

    story.send(json.dumps(registered("7")).encode())

    assert story.requests == []
    [finding] = story.published
    assert finding["data"]["verdict"] == "fail"


def test_the_same_event_twice_is_decided_once(story, registered):
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.register("loan-default", "7", {"metrics": {"auc": 0.91}})
    payload = json.dumps(registered("7")).encode()

    story.send(payload)
    story.send(payload)

    assert len(story.requests) == 1
    assert len(story.application.ledger.decisions()) == 1


def test_a_deployment_that_gets_no_traffic_is_told_of_after_its_grace(story, completed):
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.deploy(
        "loan-endpoint",
        {
            "traffic": {"green": 100, "blue": 0},
            "deployments": {"green": {}, "blue": {"changed": story.clock.now}},
        },
    )
    story.logs.make(
        "AmlOnlineEndpointTrafficLog",
        TRAFFIC,
        [(story.clock.now.replace(tzinfo=None), "loan-endpoint", "green")],
    )

    story.send(json.dumps(completed("blue", at=story.clock.now)).encode())
    assert story.notices == []
    story.clock.advance(timedelta(minutes=31))
    story.drain()

    [notice] = story.notices
    assert notice["data"]["alert"]["kind"] == "no_traffic"
    assert "blue" in json.dumps(notice["data"])


def test_without_a_traffic_log_the_metrics_tell_where_the_requests_go(story, completed):
    now = story.clock.now
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.deploy(
        "loan-endpoint",
        {
            "traffic": {"green": 50, "blue": 50},
            "deployments": {"green": {}, "blue": {"changed": now}},
        },
    )
    minutes = [now - timedelta(minutes=minute) for minute in range(1, 30)]
    story.metrics.requests[f"{WORKSPACE}/onlineEndpoints/loan-endpoint".lower()] = {
        "green": dict.fromkeys(minutes, 5.0)
    }

    story.send(json.dumps(completed("blue", at=now)).encode())

    kept = story.last("endpoint/loan-endpoint")["evidence"]
    evidence = json.loads(story.application.evidence.get(kept))
    assert evidence["requests"] == {"green": 145}


def test_a_kpi_that_is_a_metric_of_an_ai_service_is_watched_beside_one_of_the_logs(story):
    """The metric's history is asked for in pieces; the query's table is not there yet."""
    now = story.clock.now
    chat = (
        "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-ai"
        "/providers/Microsoft.CognitiveServices/accounts/chat"
    )
    service = serve_resource_metrics(
        story.loopback.router, now, at="/subscriptions/00000000-0000-0000-0000-000000000002"
    )
    service.resource(chat, "Sweden Central")
    hour = now.replace(minute=0, second=0)
    for back in range(2, 40 * 24):
        refused = 80.0 if back < 9 else 10.0
        for status, requests in (("200", 1000.0 - refused), ("429", refused)):
            service.report(
                chat,
                "AzureOpenAIRequests",
                hour - timedelta(hours=back),
                requests + back % 7,
                StatusCode=status,
            )
    story.account.keep(
        "policies",
        "chat.yaml",
        "model: chat\n"
        "kpis:\n"
        "  - {name: solved, query: 'Nothing | project bucket, value, weight'}\n"
        "  - name: throttled\n"
        "    direction: rise\n"
        "    limit: 0.02\n"
        "    relative: false\n"
        f"    metric: {{resource: {chat}, name: AzureOpenAIRequests, per: AzureOpenAIRequests,"
        " dimensions: {StatusCode: '429'}}\n",
    )

    story.application.service.fan_out(Check.KPI)
    story.drain()

    [notice] = story.notices
    assert notice["data"]["alert"]["title"].startswith("chat: throttled rose ")
    findings = {f["thing"]: f for f in story.last("model/chat")["findings"]}
    assert "names a table that does not exist" in findings["kpi/solved"]["sentence"]
    assert findings["kpi/solved"]["verdict"] == "error"


def test_the_smoke_test_says_what_the_workspace_does_and_which_right_is_missing(story, completed):
    now = story.clock.now
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.register("loan-default", "7", {"metrics": {"auc": 0.91}})
    story.workspace.deploy(
        "loan-endpoint", {"traffic": {"blue": 100}, "deployments": {"blue": {"changed": now}}}
    )
    story.metrics.requests[f"{WORKSPACE}/onlineEndpoints/loan-endpoint".lower()] = {
        "blue": {now + timedelta(minutes=1): 5.0}
    }
    story.send(json.dumps(completed("blue", at=now)).encode())
    later = now + timedelta(hours=3)
    forbidden = refusal(403, "InsufficientAccessError", "No.")
    story.loopback.router.fail_next("POST", "/v1/workspaces/{workspace}/query", forbidden)

    found = look(story.application.adapters, now - timedelta(days=1), later)

    told = {one.question: one for one in found}
    resource = told["Does a resource event come when a deployment was written?"]
    assert (resource.answer, resource.saw) == (Answer.YES, "for loan-endpoint/blue")
    assert told["Does ModelDeployed fire for managed online endpoints?"].answer is Answer.NO
    assert told["Are requests of loan-endpoint counted by the metrics?"].saw == "blue 5"
    assert told["Has loan-default:7 metrics of the run that made it?"].saw == "auc"
    faults = {one.question: one.saw for one in found if one.answer is Answer.FAULT}
    assert list(faults) == ["Are requests of loan-endpoint counted by the traffic log?"]
    assert "Log Analytics Reader" in next(iter(faults.values()))


def test_the_broker_of_azure_cannot_be_looked_into_as_the_embedded_one_can(story):
    with pytest.raises(Refused, match="Only the embedded broker"):
        _ = story.application.queue


RAISED = """Traceback (most recent call last):
  File "/var/azureml-app/src/score.py", line 12, in run
    return model.predict(rows)
ValueError: could not convert string to float: 'Anna 4711'
"""


def test_a_model_that_raises_is_told_of_with_its_neighbour_and_ends_by_itself(story):
    """Azure answers 424 for it; its log is read and explained, without what may be a caller's."""
    now = story.clock.now
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.workspace.deploy(
        "loan-endpoint",
        {"traffic": {"blue": 80, "green": 20}, "deployments": {"blue": {}, "green": {}}},
    )
    story.workspace.state.container_logs["loan-endpoint", "green", "InferenceServer"] = RAISED
    at = (now - timedelta(minutes=5)).replace(tzinfo=None)
    good = (at, "loan-endpoint", "blue", "200", 200, 20)
    raised = (at, "loan-endpoint", "green", "424", 500, 20)
    story.logs.make("AmlOnlineEndpointTrafficLog", TRAFFIC_LOGGED, [good] * 60 + [raised] * 10)

    story.application.service.fan_out(Check.HEALTH)
    story.drain()

    [notice] = story.notices
    alert = notice["data"]["alert"]
    assert (alert["kind"], alert["labels"]["deployment"]) == ("errors", "green")
    assert "So it is green itself" in alert["text"]
    assert "holds text where the model wants a number" in alert["text"]
    kept = story.application.evidence.get(story.last("endpoint/loan-endpoint")["evidence"])
    assert "ValueError" in json.loads(kept)["logs"]["green"]
    assert "4711" not in json.dumps(notice) + kept.decode()

    story.workspace.deploy("loan-endpoint", {"traffic": {"blue": 100}, "deployments": {"blue": {}}})
    story.workspace.state.deployments["loan-endpoint"].pop("green")
    story.clock.advance(timedelta(minutes=10))
    story.application.service.fan_out(Check.HEALTH)
    story.drain()

    assert story.notices[-1]["data"]["reason"] == "deployment green was deleted"
