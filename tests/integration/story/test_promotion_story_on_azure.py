"""A whole promotion on Azure's adapters: gates, pipeline, check, traffic, watch and tags."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from functions import checks, promotion
from shared.domain.action import ShiftTraffic
from shared.domain.event import Check
from shared.service.queries import status
from tests.functions.test_bodies import message, user_function
from tests.integration.loopback.devops import DevOps, serve_devops
from tests.integration.loopback.devops_environment import Environment, Stage
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import Answer
from tests.integration.storage.azurite import CONTAINERS

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
"""azure-ai-ml uses what marshmallow gives up; that is between the two of them."""

CHECK = "/api/checks/environment"
ENDPOINT = "loan-endpoint"
LOG = "AmlOnlineEndpointTrafficLog"
LOGGED = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}
CALLS_A_MINUTE = 20
# Nothing here compares answers, so the gates that need many of them are off.
POLICY = """
model: loan-default
endpoint: loan-endpoint
owner: credit-risk
stages:
- name: production
  endpoint: loan-endpoint
  pipeline: {number: 12, parameters: {size: small}}
  approvals: {needed: 1, by: [anna@example.org]}
  rollout: {mode: act, steps: [10, 100], bake: 20m}
  watch: 20m
gates:
  min_auc: 0.84
  errors: {max_rate: 0.2}
  canary: off
  drift: off
"""
QUEUES = ["checks", "promotion-requests", "environment-checks"]
INPUTS = [{"name": "income", "type": "double"}]


@dataclass
class Promotion:
    """The story with its pipeline, its environment, and callers of its endpoint."""

    story: object
    devops: DevOps
    environment: Environment
    written_event: list[dict[str, Any]]
    meanwhile: dict[str, int] | None = None
    """The shares that somebody sets while an order to move traffic lies in its queue."""

    @property
    def now(self):
        return self.story.clock.now

    def drain(self):
        """The functions take what is due, as the host gives it to them."""

        def taken_by(function):
            return lambda body: user_function(function)(message(dict(body)))

        carry_out = taken_by(promotion.promotion_request)

        def promote(body):
            moves, before = body["data"]["action"] == ShiftTraffic.kind, len(self.written)
            if moves and self.meanwhile is not None:
                self.move(**self.meanwhile)
            carry_out(body)
            if len(self.written) > before:
                self.tell_of_write()

        self.story.application.worker(
            {
                "checks": taken_by(checks.decide_event),
                "promotion-requests": promote,
                "environment-checks": taken_by(promotion.environment_check),
                "alerts": lambda body: self.story.notices.append(dict(body)),
            }
        ).drain()

    def tell_of_write(self):
        """Azure tells, through Event Grid, that the endpoint was written."""
        [event] = self.written_event
        told = {**event, "id": f"written-{len(self.written)}", "eventTime": self.now.isoformat()}
        payload = json.dumps([told]).encode()
        self.story.application.service.receive(payload, via="event-grid")

    def move(self, **shares):
        """Somebody moves the traffic, by hand."""
        self.story.workspace.state.endpoints[ENDPOINT]["properties"]["traffic"] = shares

    def send(self, payload, via="event-grid"):
        self.story.application.service.receive(json.dumps(payload).encode(), via=via)
        self.drain()

    def later(self, minutes=20):
        """Time passes, the endpoint is called by its shares, and the timers fire."""
        rows = []
        for minute in range(minutes):
            at = (self.now + timedelta(minutes=minute)).replace(tzinfo=None)
            for name, share in self.traffic.items():
                calls = CALLS_A_MINUTE * share // 100
                rows += [(at, ENDPOINT, name, "200", 200, 20)] * calls
        self.story.logs.add(LOG, rows)
        self.story.clock.advance(timedelta(minutes=minutes))
        for check in (Check.ROUTING, Check.PROMOTION):
            self.story.application.service.fan_out(check)
        self.drain()

    def later_while(self, *phases):
        for _ in range(12):
            if self.found["phase"] not in phases:
                break
            self.later()

    @property
    def found(self):
        subjects = status(self.story.application.ledger, "model/loan-default")["subjects"]
        return subjects[0]["promotions"][0]

    @property
    def traffic(self):
        return self.story.workspace.state.endpoints[ENDPOINT]["properties"]["traffic"]

    @property
    def written(self):
        """The shares of every write that the workspace was asked for."""
        path = f"{WORKSPACE}/onlineEndpoints/{ENDPOINT}"
        asked = self.story.loopback.router.log
        puts = [one for one in asked if (one.method, one.path) == ("PUT", path)]
        return [one.json()["properties"]["traffic"] for one in puts]

    def dead(self):
        """What ended among the dead letters of any queue."""
        broker = self.story.broker
        paths = [f"{queue}/$DeadLetterQueue" for queue in QUEUES]
        return [
            one
            for path in paths
            for one in broker.call(lambda path=path: broker.namespace.source(path).peek(0, 99))
        ]

    def passed(self, *types):
        """The rules that passed in decisions on events of these types."""
        made = self.story.application.ledger.decisions("model/loan-default", limit=99)
        return {
            finding["rule"]
            for decision in made
            if decision["event"]["type"].rpartition(".")[2] in types
            for finding in decision["findings"]
            if finding["verdict"] == "pass"
        }

    def told(self):
        data = [notice["data"] for notice in self.story.notices]
        return [(one["action"], one["alert"]["kind"]) for one in data]

    def tag(self, version):
        properties = self.story.workspace.state.models["loan-default"][version]["properties"]
        return properties["tags"].get("stage")

    def deploy(self, *names):
        """Version 7 is blue and serves; version 8 is green."""
        of = {"blue": "loan-default:7", "green": "loan-default:8"}
        deployed = {
            name: {"model": of[name], "changed": self.now, "instances": 1} for name in names
        }
        deployed["blue"]["changed"] = self.now - timedelta(days=9)
        self.story.workspace.deploy(ENDPOINT, {"traffic": {"blue": 100}, "deployments": deployed})
        self.story.workspace.state.endpoints[ENDPOINT]["location"] = "westeurope"

    def approve(self, who):
        self.devops.timelines[100] = [{"id": "a1", "type": "Checkpoint.Approval"}]
        step = {
            "assignedApprover": {"displayName": "approvers", "id": "1"},
            "actualApprover": {"uniqueName": who},
            "status": "approved",
            "lastModifiedOn": self.now.isoformat(),
        }
        self.devops.approvals["a1"] = {"id": "a1", "status": "approved", "steps": [step]}

    def finish_run(self, completed, hook):
        """The run deploys and ends; what it wrote is told, and a service hook tells its end."""
        self.deploy("blue", "green")
        ended = {"state": "completed", "result": "succeeded"}
        self.devops.pipelines[12][0].update(ended)
        self.send(completed("green", at=self.now))
        hook["resource"]["run"].update(id=100, **ended)
        self.send(hook, via="azure-devops")


def served(request):
    """The Functions host: an HTTP call becomes the function's own request."""
    called = func.HttpRequest(
        method="POST",
        url=request.path,
        headers=dict(request.headers),
        params=dict(request.query),
        body=request.body,
    )
    answer = user_function(promotion.environment_check_asked)(called)
    return Answer(status=answer.status_code, body=answer.get_body())


@pytest.fixture
def promoted(story, registered, sample, monkeypatch):
    """Version 7 serves; version 8 was registered and its run is about to ask its environment."""
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    for module in (promotion, checks):
        monkeypatch.setattr(module, "application", lambda: story.application)
    router = story.loopback.router
    devops = serve_devops(router)
    router.add("POST", CHECK, served)
    environment = Environment(
        server=story.loopback,
        clock=story.clock,
        url=f"{story.loopback.url}{CHECK}?code=key",
        more={"BuildId": "100", "DefinitionId": "12"},
    )
    made = Promotion(
        story=story,
        devops=devops,
        environment=environment,
        written_event=sample("arm_online_endpoint_write_success.derived.json"),
    )
    devops.pipelines[12], devops.timelines[100] = [], []
    devops.now = made.now.isoformat()
    story.workspace.state.takes = 0
    story.account.keep("policies", "loan-default.yaml", POLICY)
    story.logs.make(LOG, LOGGED, [])
    facts = {"metrics": {"auc": 0.9}, "inputs": INPUTS, "tags": {"stage": "production"}}
    then = made.now - timedelta(days=10)
    story.workspace.register("loan-default", "7", {**facts, "registered": then})
    made.deploy("blue")
    made.later(30)
    facts = {"metrics": {"auc": 0.91}, "inputs": INPUTS, "registered": made.now}
    story.workspace.register("loan-default", "8", facts)
    made.send(registered("8", at=made.now))
    return made


def test_a_version_goes_from_its_registration_to_its_tag(promoted, completed, sample, caplog):
    caplog.set_level(logging.DEBUG, logger="driftgate")
    [run] = promoted.devops.pipelines[12]
    given = run["templateParameters"]
    assert given == {
        "model": "loan-default",
        "version": "8",
        "stage": "production",
        "size": "small",
        "correlationId": promoted.found["promotion"],
    }
    assert (promoted.found["phase"], promoted.found["run"]["number"]) == ("running", 100)
    assert promoted.story.last("model/loan-default")["event"]["type"].endswith("PromotionStarted")

    assert promoted.environment.reach() == 200
    promoted.drain()
    assert promoted.environment.stage is Stage.WAITING
    assert "approv" in promoted.environment.last.feed[-1]
    promoted.approve("anna@example.org")
    promoted.later(5)
    check = promoted.environment.last
    assert (promoted.environment.stage, check.result) == (Stage.RUNNING, "succeeded")
    assert "pass: auc is 0.91" in check.log
    assert "anna@example.org" in check.log

    promoted.finish_run(completed, sample("ado_run_state_changed.json"))
    assert promoted.written == [{"blue": 90, "green": 10}]
    promoted.later_while("rolling")
    assert promoted.written == [{"blue": 90, "green": 10}, {"green": 100}]
    assert promoted.found["phase"] == "watched"
    passed = promoted.passed("TrafficShifted", "CheckDue")
    assert {"deployment_gate", "bake_gate", "routing_gate", "errors_gate"} <= passed

    promoted.later_while("watched")
    assert promoted.found["phase"] == "done"
    assert (promoted.tag("8"), promoted.tag("7")) == ("production", "archived-production")
    assert (promoted.told(), promoted.dead()) == ([], [])
    assert promoted.traffic == {"green": 100}
    kept = [*everything_kept(promoted.story.account), caplog.text.encode()]
    assert any(check.task.encode() in one for one in kept)
    assert not any(check.token.encode() in one for one in kept)


def everything_kept(account):
    """Every row and every blob, as they can be read."""
    table = account.tables.get_table_client("ledger")
    rows = [str(dict(row)).encode() for row in table.list_entities()]
    blobs = [
        clients.download_blob(blob.name).readall()
        for clients in map(account.blobs.get_container_client, CONTAINERS)
        for blob in clients.list_blobs()
    ]
    assert len(rows) > 20
    assert len(blobs) > 20
    return [*rows, *blobs]


def test_traffic_that_people_move_stops_the_rollout_and_stays(promoted, completed, sample):
    """While a step bakes; and once more, after they gave it back, while an order is queued."""
    promoted.approve("anna@example.org")
    promoted.finish_run(completed, sample("ado_run_state_changed.json"))
    assert promoted.traffic == {"blue": 90, "green": 10}

    promoted.move(blue=70, green=30)
    promoted.later(10)
    assert promoted.told() == [("PostAlert", "rollout_stopped")]
    assert promoted.traffic == {"blue": 70, "green": 30}

    promoted.move(blue=90, green=10)
    promoted.later(5)
    promoted.meanwhile = {"blue": 60, "green": 40}
    promoted.later()
    promoted.later(10)

    assert promoted.told()[1:] == [
        ("ResolveAlert", "rollout_stopped"),
        ("PostAlert", "rollout_stopped"),
    ]
    assert promoted.traffic == {"blue": 60, "green": 40}
    assert promoted.written == [{"blue": 90, "green": 10}]
    assert promoted.found["phase"] == "rolling"
