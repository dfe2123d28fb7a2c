"""A new deployment answers with errors, and the alert says that it is the new one."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from shared.domain.decisions.health import decide_health
from shared.domain.event import Check, Event
from shared.domain.evidence import HealthEvidence
from shared.domain.state import SubjectState
from shared.service.codec import decode
from shared.service.notices import notice_text

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TWO = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
POLICY = "model: loan-default\nendpoint: loan-endpoint\ngates: {max_latency_ms: 200}\n"


class Traffic:
    """Requests as a file, a line each; times are minutes before the clock's."""

    def __init__(self, scene):
        self.scene = scene
        self.lines = ["time,deployment,status,duration_ms,model_status"]

    def call(self, deployment, count, *, status=200, model_status="", took=20, before=20):
        at = (self.scene.clock.now - before * MINUTE).isoformat()
        self.lines += [f"{at},{deployment},{status},{took},{model_status}"] * count
        self.scene.write("workspace/requests/loan-endpoint.csv", "\n".join(self.lines) + "\n")


@pytest.fixture
def story(scene):
    scene.policy(POLICY)
    scene.endpoint("{blue: 80, green: 20}", TWO)
    scene.traffic = Traffic(scene)

    def look(after=timedelta()):
        scene.clock.advance(after)
        scene.application.service.fan_out(Check.HEALTH)
        scene.drain()

    scene.look = look
    return scene


LOG = (
    "2026-02-03 11:50:01,000 I [38] azmlinfsrv - Worker with pid 38 ready for serving traffic\n"
    "2026-02-03 11:58:00,000 I [38] azmlinfsrv.print - got Mustermann\n"
    "2026-02-03 11:58:01,000 E [38] azmlinfsrv - Encountered Exception: Traceback (most recent "
    'call last):\n  File "/var/azureml-app/score.py", line 9, in run\n    rate = RATES[name]\n'
    "KeyError: 'Mustermann'\n"
)


def test_errors_of_a_new_deployment_are_told_with_what_to_do_and_closed_by_themselves(story):
    story.write("workspace/logs/loan-endpoint/green.log", LOG)
    story.traffic.call("blue", 1000)
    story.traffic.call("green", 300)
    story.traffic.call("green", 30, status=424, model_status=500, before=10)
    story.look()

    assert story.told() == [("PostAlert", "errors")]
    text = notice_text(story.notices[0])
    assert text.startswith(
        "CRITICAL deployment green of loan-endpoint answers 9.1 % of its calls with errors"
    )
    assert "30 by its own code" in text
    assert "So it is green itself" in text
    assert '--traffic "blue=100 green=0"' in text
    assert "Its log says: score.py line 9 in run() reads a key that the body" in text
    assert "Mustermann" not in text, "no value of a row leaves for a channel"
    [decision] = story.application.ledger.decisions("endpoint/loan-endpoint", limit=1)
    evidence = story.application.adapters.evidence.get(decision["evidence"])
    assert b"Mustermann" not in evidence, "nor is it kept"

    story.look(10 * MINUTE)
    assert len(story.notices) == 1, "a problem that lasts is told once"
    story.traffic.call("green", 1200, before=-50)
    story.look(70 * MINUTE)

    assert story.told()[1:] == [("ResolveAlert", "errors")]
    assert "within the limit of 1 %" in story.notices[-1]["data"]["reason"]


def test_a_rollback_ends_the_alert_once_a_whole_window_is_clear(story):
    story.traffic.call("blue", 1000)
    story.traffic.call("green", 100, status=500)
    story.look()
    story.endpoint("{blue: 100}", TWO)
    story.look(30 * MINUTE)
    assert story.told() == [("PostAlert", "errors")]

    story.look(40 * MINUTE)

    assert story.told()[1:] == [("ResolveAlert", "errors")]
    assert story.notices[-1]["data"]["reason"] == (
        "deployment green has no share of the traffic and answered nobody for 1 h"
    )


def test_a_quiet_endpoint_ends_its_alert_with_all_answers_since_the_problem(story):
    """A hundred calls an hour decide no window; ten hours of them together do."""
    story.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    story.traffic.call("blue", 30, status=500)
    story.look()
    for _ in range(9):
        story.traffic.call("blue", 100, before=-30)
        story.look(HOUR)
    assert story.told() == [("PostAlert", "errors")]

    story.traffic.call("blue", 100, before=-30)
    story.look(HOUR)

    assert story.told()[1:] == [("ResolveAlert", "errors")]
    assert "(0 of 1000, " in story.notices[-1]["data"]["reason"]


def test_load_and_instances_come_from_their_file(story):
    story.endpoint("{blue: 100}", "{blue: {instances: 2}}")
    lines = ["time,deployment,instance,cpu,memory,disk,gpu,state"]
    for minute in range(1, 31):
        at = (story.clock.now - minute * MINUTE).isoformat()
        lines += [f"{at},blue,i1,97,40,10,,Ready", f"{at},blue,i2,20,40,10,,Unhealthy"]
    story.write("workspace/load/loan-endpoint.csv", "\n".join(lines) + "\n")
    story.look()

    assert sorted(kind for _, kind in story.told()) == ["cold_instances", "saturated"]
    titles = sorted(notice["data"]["alert"]["title"] for notice in story.notices)
    assert titles == [
        "an instance of deployment blue of loan-endpoint held 97 % cpu for ten minutes",
        "deployment blue of loan-endpoint has 1 of 2 instances ready",
    ]


def test_a_bad_deployment_is_told_within_one_look_of_its_event(story, completed):
    """No look is asked for by the event: the next of the timer comes within ten minutes."""
    story.traffic.call("blue", 1000)
    story.send(completed("green"))
    story.clock.advance(9 * MINUTE)
    story.traffic.call("green", 10, status=502, before=1)
    story.look()

    assert ("PostAlert", "errors") in story.told()


def test_an_endpoint_that_vanished_without_an_event_ends_its_alerts(story):
    story.traffic.call("green", 100, status=500)
    story.look()
    (story.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    story.look(10 * MINUTE)

    assert story.told() == [("PostAlert", "errors"), ("ResolveAlert", "errors")]
    assert story.notices[-1]["data"]["reason"] == "endpoint loan-endpoint was deleted"
    assert story.application.service.fan_out(Check.HEALTH) == 0, "nobody waits for it any more"


def test_a_file_that_cannot_be_read_is_an_error_that_names_it_and_ends_nothing(story):
    story.traffic.call("green", 100, status=500)
    story.look()
    story.traffic.call("green", 1, status="many")
    story.look(10 * MINUTE)

    decision = story.last("endpoint/loan-endpoint")
    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "loan-endpoint.csv line 102: status is 'many'; give a number."
    )
    assert story.told() == [("PostAlert", "errors")]


def test_a_decision_can_be_made_again_from_what_was_kept(story):
    story.traffic.call("green", 100, status=500)
    story.look()
    kept = story.last("endpoint/loan-endpoint")
    stored = story.application.evidence.get(kept["evidence"])
    again = decide_health(
        Event.from_cloud_event(kept["event"]),
        decode(json.loads(stored), HealthEvidence),
        story.application.policies.for_endpoint("loan-endpoint"),
        SubjectState(),
        story.clock.now,
    )

    assert [f.sentence for f in again.findings] == [f["sentence"] for f in kept["findings"]]


def test_a_health_look_loads_no_numerics():
    """A check that comes every ten minutes must not pay for numpy with a cold start."""
    code = (
        "import sys, shared.service.reactions.health, shared.service.health_look, "
        "shared.adapters.azure.metrics, shared.adapters.azure.logs; "
        "print([m for m in ('numpy', 'scipy', 'pyarrow', 'azure.ai.ml') if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
