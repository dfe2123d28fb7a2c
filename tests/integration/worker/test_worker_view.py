"""The app in Microsoft's own worker library, on Python 3.13: indexed, and each trigger invoked."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv-worker" / "bin" / "python"
EVENTS = ROOT / "samples" / "events"
JSON = {"content-type": "application/json"}
TIMER = json.dumps(
    {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "2026-02-03T11:00:00+00:00",
            "Next": "2026-02-03T12:00:00+00:00",
            "LastUpdated": "2026-02-03T11:00:00+00:00",
        },
        "IsPastDue": False,
    }
)
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="Microsoft's worker library needs Python 3.13, which this machine does not have",
)


def event(name):
    return json.dumps(json.loads((EVENTS / name).read_bytes())[0])


def calls():
    registered = event("aml_model_registered.eventgrid.json")
    written = event("arm_online_deployment_write_success.derived.json")
    hook = (EVENTS / "ado_run_state_changed.json").read_text()
    alert = (EVENTS / "azure_monitor_common_alert_metric_fired.derived.json").read_text()
    check = {
        "specversion": "1.0",
        "id": "e1",
        "source": "test",
        "type": "io.driftgate.ModelRegistered",
        "subject": "model/loan-default",
        "time": "2026-02-03T12:00:00Z",
        "data": {"model": "loan-default", "version": "7"},
    }
    order = {
        "action": "Deliver",
        "channel": "teams",
        "order": "o1",
        "notice": {
            "id": "n1",
            "group": "g1",
            "number": 1,
            "receiver": "team",
            "scope": "loan-default",
            "reason": "first",
            "severity": "warning",
            "title": "loan-default drifts",
            "made": "2026-02-03T12:00:00Z",
            "since": "2026-02-03T12:00:00Z",
            "alerts": [],
        },
    }
    notice = {"specversion": "1.0", "id": "m1", "data": order}
    request = {"action": "RequestRetraining", "model": "loan-default", "cause": "drift"}
    retraining = {**check, "data": {**request, "window": "a day"}}
    sent = {"UserProperties": "{}", "MessageId": "m1"}
    return {
        "workspace_events": ("event", "json", registered, {}),
        "resource_events": ("event", "json", written, {}),
        "outbox_sweep": ("timer", "json", TIMER, {}),
        "decide_event": ("message", "string", json.dumps(check), sent),
        "retraining_request": ("message", "string", json.dumps(retraining), sent),
        "deliver_teams": ("message", "string", json.dumps(notice), sent),
        "devops_hooks": (
            "req",
            "http",
            {"method": "POST", "url": "/", "body": hook, "headers": JSON},
            {},
        ),
        "azure_alerts": (
            "req",
            "http",
            {"method": "POST", "url": "/", "body": alert, "headers": JSON},
            {},
        ),
        "promotion_gate": (
            "req",
            "http",
            {
                "method": "GET",
                "url": "/api/gate/loan-default/7",
                "params": {"model": "loan-default", "version": "7"},
            },
            {},
        ),
        "operations": (
            "req",
            "http",
            {
                "method": "GET",
                "url": "http://localhost/api/v1/health",
                "params": {"path": "health"},
            },
            {},
        ),
    }


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    """What the worker answered, by function."""
    wanted = calls()
    payloads = [
        {"function": name, "argument": argument, "kind": kind, "value": value, "metadata": metadata}
        for name, (argument, kind, value, metadata) in wanted.items()
    ]
    done = subprocess.run(  # noqa: S603  our own script with our own arguments
        [PYTHON, Path(__file__).parent / "invoke.py", ROOT],
        input=json.dumps(payloads),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DRIFTGATE_HOME": str(tmp_path_factory.mktemp("home"))},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers = json.loads(done.stdout.splitlines()[-1])
    return answers["functions"], dict(zip(wanted, answers["calls"], strict=True))


def test_the_worker_finds_every_function_with_its_trigger(view):
    functions, _ = view
    kinds = {name: bindings[0]["type"] for name, bindings in functions.items()}

    assert kinds["workspace_events"] == kinds["resource_events"] == "eventGridTrigger"
    assert kinds["decide_event"] == kinds["log_alert"] == "serviceBusTrigger"
    assert kinds["deliver_teams"] == kinds["retraining_request"] == "serviceBusTrigger"
    assert kinds["outbox_sweep"] == "timerTrigger"
    assert kinds["operations"] == kinds["promotion_gate"] == "httpTrigger"
    assert kinds["azure_alerts"] == "httpTrigger"
    assert kinds["batch_timer"] == "timerTrigger"


def test_every_http_function_asks_for_a_key(view):
    functions, _ = view
    levels = {
        name: binding["authLevel"].upper()
        for name, bindings in functions.items()
        for binding in bindings
        if binding["type"] == "httpTrigger"
    }

    assert levels
    assert set(levels.values()) == {"FUNCTION"}


@pytest.mark.parametrize(
    "name",
    [
        "workspace_events",
        "resource_events",
        "outbox_sweep",
        "decide_event",
        "deliver_teams",
        "retraining_request",
    ],
)
def test_a_trigger_without_an_answer_succeeds(view, name):
    _, answers = view

    assert answers[name] == {"status": "Success"}


@pytest.mark.parametrize("name", ["devops_hooks", "azure_alerts"])
def test_what_others_post_is_accepted(view, name):
    _, answers = view

    assert answers[name]["code"] == "202"
    assert json.loads(answers[name]["body"])[0]["refusal"] is None


def test_the_gate_tells_of_the_model_that_the_queues_trigger_decided(view):
    _, answers = view

    assert answers["promotion_gate"]["code"] == "200"
    assert json.loads(answers["promotion_gate"]["body"])["status"] == "successful"


def test_the_operators_api_answers_behind_its_catch_all_route(view):
    _, answers = view

    assert answers["operations"]["code"] == "200"
