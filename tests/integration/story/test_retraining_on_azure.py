"""From drift to a version that serves or does not, by a job and by a pipeline, on Azure."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.canonical import format_time
from shared.domain.event import Check, Event, EventType
from tests.integration.loopback.devops import serve_devops
from tests.integration.loopback.registry import serve_training
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.story.test_collected_story import HOUR, POLICY, collect, collected

__all__ = ["collected"]
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
"""azure-ai-ml uses what marshmallow gives up; that is between the two of them."""
GATES = "gates: {min_auc: 0.9, drift: off, schema: off, champion: off, canary: off, errors: off}\n"
BY_JOB = """\
retraining:
  job:
    component: retrain:1
    compute: cpu
    inputs: {data: 'azureml:train:1', depth: '6'}
"""
BY_PIPELINE = f"""\
model: loan-default
endpoint: loan-endpoint
{GATES}retraining: {{pipeline: 12, cost: 60, approve_above: 50}}
"""


@dataclass
class Trained:
    """A story with somebody who trains: its governor is asked, and what it says is carried out."""

    story: Any
    registered: Any

    @property
    def one(self) -> dict[str, Any]:
        """The last retraining."""
        state = self.story.application.ledger.state("retraining/loan-default").state
        return dict(state["retraining"]["retrainings"][-1])

    def drain(self) -> None:
        """Every queue with what the functions do with it."""
        keep = {"alerts": lambda body: self.story.notices.append(dict(body))}
        self.story.application.worker(keep).drain()

    def later(self, *checks: Check, **span: float) -> None:
        """Time passes, and timers fire."""
        self.story.clock.advance(timedelta(**span))
        for check in checks:
            self.story.application.service.fan_out(check)
        self.drain()

    def want(self) -> None:
        """Something asks for a retraining."""
        now = self.story.clock.now
        event = Event(
            id="wanted",
            source="driftgate/model/loan-default",
            type=EventType.RETRAINING_WANTED,
            subject="retraining/loan-default",
            time=now,
            data={
                "cause": "drift",
                "window": f"{format_time(now - HOUR)}/{format_time(now)}",
                "features": ["income"],
                "decision": "d",
            },
        )
        self.story.application.service.say(event, via="test")
        self.drain()

    def register(self, auc: float) -> None:
        """What was trained is registered, with the tag that it was given."""
        now = self.story.clock.now
        tags = {"driftgate-retraining": self.one["id"]}
        facts = {"metrics": {"auc": auc}, "tags": tags, "registered": now}
        self.story.workspace.register("loan-default", "8", facts)
        payload = json.dumps(self.registered("8", at=now)).encode()
        self.story.application.service.receive(payload, via="event-grid")
        self.drain()


def test_drift_becomes_a_job_whose_version_passes_its_gates_and_serves(
    collected, registered, completed, monkeypatch
):
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    story = collected
    trained = Trained(story=story, registered=registered)
    serve_training(story.loopback.router, story.workspace.state, {})
    story.account.keep("policies", "loan-default.yaml", POLICY + GATES + BY_JOB)
    collect(story, story.now - 4 * HOUR, 3)
    collect(story, story.now, 1, outputs=False, income=9.0, of_each=50)

    trained.later(Check.DRIFT, hours=1)

    one = trained.one
    assert (one["phase"], one["cause"], one["features"]) == ("running", "drift", ["income"])
    [put] = story.loopback.router.requests("PUT", f"{WORKSPACE}/jobs/{one['job']}")
    sent = put.json()["properties"]
    [step] = sent["jobs"].values()
    assert sent["tags"]["driftgate-retraining"] == step["tags"]["driftgate-retraining"] == one["id"]
    assert step["inputs"]["retraining"]["value"] == one["id"]

    story.workspace.state.jobs[one["job"]]["properties"]["status"] = "Completed"
    trained.later(Check.RETRAINING, minutes=10)
    assert trained.one["phase"] == "trained"
    trained.register(0.95)
    trained.later(Check.RETRAINING, minutes=10)
    assert (trained.one["phase"], trained.one["version"]) == ("registered", "8")

    deploy_and_call(story, completed)
    trained.drain()
    trained.later(Check.PROMOTION, minutes=10)
    trained.later(Check.PROMOTION, Check.RETRAINING, minutes=125)
    assert (trained.one["phase"], trained.one["because"]) == (
        "promoted",
        "version 8 came through production",
    )


def deploy_and_call(story, completed):
    """Version 8 is deployed as green, gets all the traffic, and is called."""
    now = story.clock.now
    deployed = {
        "blue": {"model": "loan-default:7"},
        "green": {"model": "loan-default:8", "changed": now},
    }
    facts = {"traffic": {"blue": 0, "green": 100}, "deployments": deployed}
    story.workspace.deploy("loan-endpoint", facts)
    [called] = story.metrics.requests.values()
    called["green"] = called["blue"]
    payload = json.dumps(completed("green", at=now)).encode()
    story.application.service.receive(payload, via="event-grid")


def test_a_pipeline_waits_for_its_approval_and_its_version_is_not_promoted(story, registered):
    devops = serve_devops(story.loopback.router)
    devops.pipelines[12] = []
    devops.now = format_time(story.clock.now)
    story.account.keep("policies", "loan-default.yaml", BY_PIPELINE)
    trained = Trained(story=story, registered=registered)

    trained.want()

    [run] = devops.pipelines[12]
    assert run["templateParameters"]["retraining"] == trained.one["id"]
    assert (trained.one["phase"], trained.one["run"]) == ("running", 100)

    steps = [{"assignedApprover": {"displayName": "leads"}, "status": "pending"}]
    devops.timelines[100] = [{"id": "a1", "type": "Checkpoint.Approval"}]
    devops.approvals["a1"] = {"id": "a1", "status": "pending", "steps": steps}
    trained.later(Check.RETRAINING, minutes=10)
    assert trained.one["because"] == "run 100 of its pipeline waits for approval"

    devops.approvals["a1"]["status"] = "approved"
    steps[0].update(status="approved", actualApprover={"uniqueName": "anna@example.org"})
    run.update(state="completed", result="succeeded")
    trained.later(Check.RETRAINING, minutes=10)
    assert trained.one["phase"] == "trained"

    trained.register(0.5)
    trained.later(Check.RETRAINING, minutes=10)
    trained.later(Check.RETRAINING, hours=25)
    assert (trained.one["phase"], trained.one["because"]) == (
        "not_promoted",
        "version 8 was not promoted to production: 1 gate is not passed",
    )
    told = [one["data"]["alert"]["kind"] for one in story.notices]
    assert told == ["promotion_blocked"]
