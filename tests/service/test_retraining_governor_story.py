"""From a cause to a promoted version, and to its end where something is in the way of it."""

import json
from datetime import timedelta

import pytest
import yaml

from shared.domain.action import RequestRetraining
from shared.domain.canonical import content_hash, format_time
from shared.domain.event import Check, Event, EventType
from shared.domain.state import SubjectState
from shared.domain.world import Training
from shared.errors import NoPermission, Unavailable
from shared.service.codec import decode
from shared.service.dead_letters.standing import why_over
from shared.service.reactions import reaction_to
from shared.service.retraining.orders import job_name

MODEL = "loan-default"
POLICY = """\
model: loan-default
gates: {min_auc: 0.9, drift: off, champion: off, schema: off}
retraining:
  job: {component: "train:3", compute: cpu}
  cost: 60
"""
PIPED = POLICY.replace('job: {component: "train:3", compute: cpu}', "pipeline: 12")
FLEET = "retraining: {cost: 100, per: 1d}\n"
HOUR = timedelta(hours=1)


class Trained:
    """The scene with what is requested of it, carried out unless it is `deaf`."""

    def __init__(self, scene):
        self.scene, self.number, self.deaf = scene, 0, False

    def policy(self, content):
        self.scene.write(f"policies/{MODEL}.yaml", content)

    def say(self, kind, model=MODEL, **data):
        self.number += 1
        event = Event(
            id=f"said-{self.number}",
            source="driftgate/test",
            type=kind,
            subject=f"retraining/{model}",
            time=self.scene.clock.now,
            data=data,
        )
        self.scene.application.service.say(event, via="test")
        self.drain()

    def want(self, model=MODEL, cause="drift"):
        end = self.scene.clock.now
        window = f"{format_time(end - 24 * HOUR)}/{format_time(end)}"
        kind = EventType.RETRAINING_WANTED
        self.say(kind, model, cause=cause, window=window, features=["income"], decision="d")

    def drain(self):
        self.scene.application.worker(
            {
                "alerts": lambda body: self.scene.notices.append(dict(body)),
                "retraining-requests": self.retrain,
                "promotion-requests": lambda _: None,
            }
        ).drain()

    def retrain(self, body):
        self.scene.requests.append(dict(body["data"]))
        if not self.deaf:
            self.scene.application.retrain(body)

    def pass_(self, hours=1):
        self.scene.clock.advance(hours * HOUR)
        for check in (Check.RETRAINING, Check.PROMOTION):
            self.scene.application.service.fan_out(check)
        self.drain()

    def job(self, state):
        [path] = (self.scene.home / "workspace/jobs").glob("*.yaml")
        path.write_text(yaml.safe_dump({"state": state}))

    def run(self, **content):
        self.scene.write("workspace/pipelines/12/1.yaml", yaml.safe_dump(content))

    def register(self, version, registered, auc=0.95):
        tags = json.dumps({"driftgate-retraining": self.one().id})
        at = format_time(self.scene.clock.now)
        self.scene.model(version, f"metrics: {{auc: {auc}}}\ntags: {tags}\nregistered: {at}\n")
        body = json.dumps(registered(version, at=self.scene.clock.now)).encode()
        self.scene.application.service.receive(body, via="test")
        self.drain()

    def state(self, subject=f"retraining/{MODEL}"):
        return decode(self.scene.application.ledger.state(subject).state, SubjectState)

    def one(self, model=MODEL):
        return self.state(f"retraining/{model}").retraining.retrainings[-1]


@pytest.fixture
def trained(scene):
    scene.write(f"policies/{MODEL}.yaml", POLICY)
    scene.model("7", "metrics: {auc: 0.95}\nregistered: 2026-01-01T00:00:00Z\n")
    (scene.home / "workspace/pipelines/12").mkdir(parents=True)
    return Trained(scene)


def test_a_cause_becomes_a_job_whose_version_is_judged_and_followed(trained, registered):
    trained.want()
    [request] = trained.scene.requests
    assert trained.one().phase == "running"
    assert request["retraining"] == trained.one().id
    assert request["retraining"] == content_hash(
        ["RequestRetraining", MODEL, "drift", request["window"]]
    )

    trained.job("Completed")
    trained.pass_()
    assert trained.one().phase == "trained"

    trained.register("8", registered, auc=0.5)
    trained.pass_()
    assert (trained.one().phase, trained.one().version) == ("registered", "8")

    trained.pass_(25)
    assert trained.one().phase == "not_promoted"
    assert "1 gate is not passed" in trained.one().because
    assert trained.state().checks == {}


def test_a_job_that_fails_is_told_and_the_next_cause_waits_for_the_cool_down(trained):
    trained.want()
    trained.job("Failed")
    trained.pass_()
    trained.want(cause="performance")

    assert trained.scene.told() == [("PostAlert", "retraining_failed")]
    assert len(trained.scene.requests) == 1

    trained.pass_(72)
    assert [request["cause"] for request in trained.scene.requests] == ["drift", "performance"]
    assert trained.scene.told()[1:] == [("ResolveAlert", "retraining_failed")]


def test_a_job_whose_start_nobody_told_is_found_after_an_hour(trained):
    trained.deaf = True
    trained.want()
    [told] = trained.scene.requests
    request = RequestRetraining(
        model=MODEL, cause="drift", window="", retraining=told["retraining"]
    )
    trained.scene.application.adapters.jobs.start(
        Training(name=job_name(request), component="train:3", compute="cpu", experiment="e")
    )
    trained.pass_(0)
    assert trained.one().phase == "requested"

    trained.pass_()
    assert (trained.one().phase, trained.one().job) == ("running", job_name(request))


def test_a_request_that_nobody_starts_is_told_after_a_day_and_given_up_after_a_week(trained):
    trained.deaf = True
    trained.want()
    trained.pass_(24)
    assert trained.scene.told() == [("PostAlert", "retraining_stalled")]
    [data] = trained.scene.requests
    ledger, clock = trained.scene.application.ledger, trained.scene.clock
    assert why_over({"data": data}, ledger, clock()) is None

    trained.pass_(6 * 24)
    assert (trained.one().phase, trained.one().version) == ("no_version", None)
    assert "it is waited for no more" in str(why_over({"data": data}, ledger, clock()))


def test_a_run_that_somebody_rejects_is_refused(trained):
    trained.policy(PIPED)
    trained.want()
    steps = [{"asked": "leads", "by": "ben@example.org", "status": "pending"}]
    trained.run(state="inProgress", approvals=[{"id": "a", "status": "pending", "steps": steps}])
    trained.pass_()
    assert trained.one().phase == "approving"

    steps[0].update(status="rejected", comment="too dear")
    trained.run(state="inProgress", approvals=[{"id": "a", "status": "rejected", "steps": steps}])
    trained.pass_()
    assert trained.one().because == "ben@example.org rejected it: too dear"


def test_the_fleets_budget_lets_one_wait_until_money_is_free(trained):
    trained.scene.write("policies/fleet.yaml", FLEET)
    trained.scene.write("policies/churn.yaml", POLICY.replace(MODEL, "churn"))
    trained.want()
    trained.scene.clock.advance(HOUR)
    trained.want("churn")
    assert [request["model"] for request in trained.scene.requests] == [MODEL]
    assert trained.one("churn").phase == "asked"
    assert "60 of 100 are spent" in trained.one("churn").because

    trained.pass_(24)
    assert [request["model"] for request in trained.scene.requests] == [MODEL, "churn"]
    assert len(trained.state("budget/retraining").budget.entries) == 2


def test_a_place_is_given_back_when_a_retraining_ends(trained):
    trained.scene.write("policies/fleet.yaml", "retraining: {at_once: 1}\n")
    trained.scene.write("policies/churn.yaml", POLICY.replace(MODEL, "churn"))
    trained.want()
    trained.want("churn")
    assert trained.one("churn").phase == "asked"

    trained.job("Failed")
    trained.pass_()
    assert trained.one("churn").phase == "running"


def test_what_costs_more_than_the_fleet_has_is_refused_with_both_keys(trained):
    trained.scene.write("policies/fleet.yaml", "retraining: {cost: 50}\n")
    trained.want()

    assert trained.one().phase == "refused"
    assert "raise retraining.cost of the fleet" in trained.one().because
    assert trained.state("budget/retraining").budget.entries == {}


def test_without_job_or_pipeline_it_is_posted_and_the_next_version_is_followed(trained):
    trained.policy(f"model: {MODEL}\n")
    trained.want()
    assert (trained.one().phase, trained.one().posted) == ("requested", True)

    trained.scene.clock.advance(HOUR)
    at = format_time(trained.scene.clock.now)
    trained.scene.model("8", f"registered: {at}\n")
    trained.pass_()
    assert (trained.one().phase, trained.one().version) == ("registered", "8")


def test_what_is_under_way_is_followed_while_the_policy_is_broken(trained):
    trained.deaf = True
    trained.want()
    trained.policy("model: loan-default\nretraining: {causes: often}\n")
    trained.say(EventType.RETRAINING_STARTED, retraining=trained.one().id, job="job-1")
    assert trained.one().phase == "running"

    trained.scene.write("workspace/jobs/job-1.yaml", "state: Completed\n")
    trained.pass_()
    assert trained.one().phase == "trained"


@pytest.mark.parametrize("fault", [NoPermission, Unavailable])
def test_what_cannot_be_read_is_a_sentence_and_stops_nothing(trained, fault):
    trained.want()
    world, state = trained.scene.application.service._world, trained.state()

    class Shut:
        def __getattr__(self, name):
            def call(*_):
                raise fault(f"{name} may not be read.")

            return call

    shut = type(world)(
        **{
            **{name: getattr(world, name) for name in type(world).__slots__},
            "jobs": Shut(),
            "workspace": Shut(),
            "ledger": Shut(),
            "policies": Shut(),
        }
    )
    event = Event(
        id="1",
        source="driftgate/schedule",
        type=EventType.CHECK_DUE,
        subject=f"retraining/{MODEL}",
        time=trained.scene.clock.now,
        data={"check": "retraining"},
    )
    found = reaction_to(event).gather(event, None, state, shut, trained.scene.clock.now)

    assert found.problems == (
        "state may not be read.",
        "job may not be read.",
        "versions may not be read.",
    )
    assert found.fleet_problem == "fleet may not be read."

    budget = Event(
        id="2",
        source="driftgate/schedule",
        type=EventType.CHECK_DUE,
        subject="budget/retraining",
        time=trained.scene.clock.now,
        data={"check": "retraining", "model": "churn"},
    )
    read = reaction_to(budget).gather(budget, None, state, shut, trained.scene.clock.now)
    assert (read.problem, read.known) == ("fleet may not be read.", ())


def test_drift_that_ended_meanwhile_is_not_trained_for(trained):
    trained.policy(POLICY.replace("cost: 60", "debounce: 2h"))
    alert = {
        "kind": "drift",
        "subject": f"model/{MODEL}",
        "severity": "warning",
        "title": "t",
        "text": "t",
        "first_step": "f",
        "since": format_time(trained.scene.clock.now),
        "labels": {},
    }
    trained.want()
    record = {
        "alert": alert,
        "status": "resolved",
        "posted": alert["since"],
        "resolved": format_time(trained.scene.clock.now + HOUR),
    }
    trained.scene.application.ledger.commit(
        subject=f"model/{MODEL}",
        version=0,
        event_key="k",
        now=trained.scene.clock.now,
        decision={"hash": "h"},
        state={"alerts": {"f": record}},
        messages=[],
    )
    trained.pass_(2)

    assert trained.scene.requests == []
    assert trained.state().retraining.causes == ()
