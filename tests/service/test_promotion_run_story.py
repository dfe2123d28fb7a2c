"""A version on its way through a pipeline: its run, its approvals, its traffic step by step."""

import json
from datetime import timedelta

import pytest
import yaml

from shared.domain.canonical import format_time
from shared.domain.event import Check, Event, EventType
from shared.service.queries import gate, status

POLICY = """\
model: loan-default
stages:
- name: production
  endpoint: loan-endpoint
  pipeline: 12
  approvals: {needed: 1, by: [anna@example.org, ben@example.org]}
  rollout: {mode: act, steps: [50, 100], bake: 20m}
  watch: 1h
gates:
  min_auc: 0.9
  drift: off
  bake: off
  canary: warn
  rollback: off
  errors: {max_rate: 0.2}
"""
GOOD = "metrics: {auc: 0.95}\ninputs: [{name: income, type: double}]\n"
BOTH = (
    '{blue: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}, '
    'green: {model: "loan-default:8", changed: 2026-01-02T00:00:00Z}}'
)


class Delivery:
    """The scene with a pipeline whose runs are files, and a consumer that carries requests out."""

    def __init__(self, scene):
        self.scene = scene
        self.asked = 0

    @property
    def now(self):
        return self.scene.clock.now

    def drain(self):
        def promote(body):
            self.scene.requests.append(dict(body))
            self.scene.application.promote(body)

        self.scene.application.worker(
            {
                "alerts": lambda body: self.scene.notices.append(dict(body)),
                "promotion-requests": promote,
            }
        ).drain()

    def register(self, registered, version="8", content=GOOD):
        self.scene.model(version, content)
        body = json.dumps(registered(version, at=self.now)).encode()
        self.scene.application.service.receive(body, via="test")
        self.drain()

    def pass_(self, minutes):
        for _ in range(minutes // 10):
            self.scene.clock.advance(timedelta(minutes=10))
            for check in (Check.ROUTING, Check.PROMOTION):
                self.scene.application.service.fan_out(check)
            self.drain()

    def run(self, **changes):
        [path] = (self.scene.home / "workspace/pipelines/12").glob("*.yaml")
        content = {**yaml.safe_load(path.read_text()), **changes}
        path.write_text(yaml.safe_dump(content))
        return content

    def approve(self, by):
        step = {"asked": "approvers", "by": by, "status": "approved", "at": format_time(self.now)}
        self.run(approvals=[{"id": "a", "status": "approved", "steps": [step]}])

    def ask(self, run=1):
        self.asked += 1
        event = Event(
            id=f"asked-{self.asked}",
            source="driftgate/promotion",
            type=EventType.CHECK_ASKED,
            subject="model/loan-default",
            time=self.now,
            data={"version": "8", "stage": "production", "run": run, "attempt": self.asked},
        )
        self.scene.application.service.say(event, via="test")
        self.drain()
        return self.scene.application.ledger.decision(event.subject, event.key)

    def promotion(self):
        [found] = status(self.scene.application.ledger, "model/loan-default")["subjects"]
        return found["promotions"][0]

    def told(self):
        return [told for told in self.scene.told() if "promot" in told[1] or "rollout" in told[1]]

    def traffic(self):
        return dict(self.scene.application.workspace.endpoint("loan-endpoint").traffic)

    def call(self, minutes, status=200):
        lines = ["time,deployment,status,duration_ms"]
        for number in range(minutes * 6):
            at = self.now + timedelta(seconds=10 * number)
            name = "green" if number % 2 else "blue"
            lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{name},{status},20")
        self.scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")


@pytest.fixture
def delivery(scene, registered):
    """Version 8 is deployed beside 7 by a run that waits for its approval."""
    scene.policy(POLICY)
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    scene.model("7", GOOD + "registered: 2026-01-01T00:00:00Z\n")
    scene.endpoint("{blue: 100}", BOTH)
    made = Delivery(scene)
    made.call(300)
    made.pass_(20)
    made.register(registered)
    made.pass_(10)
    return made


def test_a_version_is_approved_and_gets_its_traffic_step_by_step(delivery):
    assert delivery.promotion()["phase"] == "running"
    assert delivery.promotion()["run"]["number"] == 1
    assert delivery.ask()["verdict"] == "inconclusive"

    delivery.approve("anna@example.org")
    assert delivery.ask()["verdict"] == "pass"

    delivery.run(state="completed", result="succeeded")
    seen = []
    while delivery.promotion()["phase"] in {"running", "rolling"}:
        delivery.pass_(10)
        seen.append(delivery.traffic().get("green", 0))
    assert [share for share in (50, 100) if share in seen] == sorted({*seen} - {0})
    assert delivery.promotion()["phase"] == "watched"

    delivery.pass_(120)
    assert delivery.promotion()["phase"] == "done"
    assert delivery.scene.application.workspace.model("loan-default", "8").tags["stage"] == (
        "production"
    )
    assert delivery.told() == []


def test_an_approval_of_other_evidence_lets_nothing_pass(delivery):
    delivery.approve("anna@example.org")
    assert delivery.ask()["verdict"] == "pass"

    delivery.scene.model("8", GOOD.replace("0.95", "0.91"))
    delivery.pass_(10)
    decision = delivery.ask()

    assert decision["verdict"] == "inconclusive"
    [told] = [f for f in decision["findings"] if f["rule"] == "approval"]
    assert "since then metric auc changed from 0.95 to 0.91" in told["sentence"]
    assert (
        gate(
            delivery.scene.application.ledger,
            delivery.scene.application.policies,
            "loan-default",
            "8",
            now=delivery.now,
        )["status"]
        == "blocked"
    )


def test_a_run_that_fails_is_told_with_its_pipeline(delivery):
    delivery.run(state="completed", result="failed")
    delivery.pass_(10)

    assert delivery.promotion()["phase"] == "failed"
    assert delivery.told() == [("PostAlert", "promotion_failed")]


def test_a_hook_of_the_pipeline_asks_for_a_look_at_once(delivery, sample):
    delivery.run(state="completed", result="failed")
    hook = sample("ado_run_state_changed.json")
    hook["resource"]["run"]["id"] = 1
    hook["resource"]["run"]["state"] = "completed"
    hook["resource"]["run"]["result"] = "failed"
    delivery.scene.send(hook)

    assert delivery.promotion()["phase"] == "failed"


def test_a_pipeline_that_is_not_there_is_told(scene, registered):
    scene.policy(POLICY.replace("pipeline: 12", "pipeline: 13"))
    scene.model("7", GOOD)
    scene.endpoint("{blue: 100}", BOTH)
    delivery = Delivery(scene)
    delivery.register(registered)
    delivery.pass_(10)

    assert delivery.promotion()["phase"] == "failed"
    assert "There is no pipeline 13" in scene.notices[0]["data"]["alert"]["text"]


def test_traffic_that_was_moved_is_given_back_when_the_watch_fails(delivery):
    delivery.approve("anna@example.org")
    delivery.run(state="completed", result="succeeded")
    while delivery.promotion()["phase"] != "watched":
        delivery.pass_(10)

    delivery.call(120, status=500)
    while delivery.promotion()["phase"] in {"watched", "rolling"}:
        delivery.pass_(10)

    assert delivery.promotion()["phase"] == "rolled_back"
    assert delivery.traffic() == {"blue": 100}


def test_a_start_is_not_lost_while_the_policy_cannot_be_read(scene, registered):
    scene.policy(POLICY)
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    scene.endpoint("{blue: 100}", BOTH)
    delivery = Delivery(scene)
    scene.model("7", GOOD)
    scene.model("8", GOOD)
    scene.send(registered("8", at=delivery.now))
    scene.policy("model: loan-default\nstage: []\n")
    scene.application.promote(scene.requests[0])
    delivery.drain()

    assert delivery.promotion()["phase"] == "running"


def test_a_hook_of_another_run_asks_nobody(scene, registered, sample):
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", BOTH)
    scene.model("8", GOOD)
    scene.send(registered("8"))
    hook = sample("ado_run_state_changed.json")
    hook["resource"]["run"].update(state="completed", result="succeeded")
    scene.send(hook)

    [subject] = [name for name in scene.application.ledger.subjects() if "pipeline/" in name]
    assert scene.last(subject)["findings"][0]["sentence"].endswith("no promotion waits for it.")
