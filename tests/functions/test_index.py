"""The app is indexed as the Functions worker does it, and every binding is what the table says."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import azure.functions as func
import pytest

from shared.schedules import SCHEDULES

ROOT = Path(__file__).resolve().parents[2]

INDEX = """
import json
import function_app
print(json.dumps({f.get_function_name(): json.loads(f.get_function_json())["bindings"]
                  for f in function_app.app.get_functions()}))
"""


def event_grid() -> list[dict[str, Any]]:
    return [{"type": "eventGridTrigger", "direction": "IN", "name": "event"}]


def timer(setting: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "timerTrigger",
            "direction": "IN",
            "name": "timer",
            "schedule": f"%DRIFTGATE_{setting}_SCHEDULE%",
        }
    ]


def service_bus(**fields: Any) -> list[dict[str, Any]]:
    return [
        {
            "type": "serviceBusTrigger",
            "direction": "IN",
            "name": "message",
            "connection": "ServiceBus",
            **fields,
        }
    ]


def http(route: str, *methods: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "httpTrigger",
            "direction": "IN",
            "name": "req",
            "route": route,
            "methods": list(methods),
            "authLevel": "FUNCTION",
        },
        {"type": "http", "direction": "OUT", "name": "$return"},
    ]


TABLE = {
    "workspace_events": event_grid(),
    "resource_events": event_grid(),
    "devops_hooks": http("api/devops/hooks", "POST"),
    "azure_alerts": http("api/azure/alerts", "POST"),
    "drift_timer": timer("DRIFT"),
    "kpi_timer": timer("KPI"),
    "collection_timer": timer("COLLECTION"),
    "routing_timer": timer("ROUTING"),
    "health_timer": timer("HEALTH"),
    "batch_timer": timer("BATCH"),
    "promotion_timer": timer("PROMOTION"),
    "alerts_timer": timer("ALERTS"),
    "retraining_timer": timer("RETRAINING"),
    "profiling_timer": timer("PROFILING"),
    "reconcile_timer": timer("RECONCILE"),
    "outbox_sweep": timer("SWEEP"),
    "heartbeat": timer("HEARTBEAT"),
    "retention_timer": timer("RETENTION"),
    "decide_event": service_bus(queueName="checks", isSessionsEnabled=True),
    "log_alert": service_bus(topicName="alerts", subscriptionName="log"),
    "deliver_teams": service_bus(topicName="alerts", subscriptionName="teams"),
    "deliver_slack": service_bus(topicName="alerts", subscriptionName="slack"),
    "deliver_pagerduty": service_bus(topicName="alerts", subscriptionName="pagerduty"),
    "deliver_email": service_bus(topicName="alerts", subscriptionName="email"),
    "deliver_webhook": service_bus(topicName="alerts", subscriptionName="webhook"),
    "deliver_work_item": service_bus(topicName="alerts", subscriptionName="work-item"),
    "profiling_request": service_bus(queueName="profiling-requests"),
    "retraining_request": service_bus(queueName="retraining-requests"),
    "replay_step": service_bus(queueName="replays"),
    "promotion_request": service_bus(queueName="promotion-requests"),
    "environment_check_asked": http("api/checks/environment", "POST"),
    "environment_check": service_bus(queueName="environment-checks"),
    "promotion_gate": http("api/gate/{model}/{version}", "GET", "POST"),
    "operations": http("api/{*path}", "GET", "POST", "DELETE"),
    "console": http("console/{*path}", "GET", "POST"),
}


@pytest.fixture(scope="module")
def indexed() -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-c", INDEX], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_every_function_has_the_trigger_and_bindings_of_the_table(indexed):
    assert indexed == TABLE


def test_each_timer_asks_for_the_check_its_schedule_is_named_after():
    """The heartbeat waits for a check as long as its schedule lets it rest."""
    text = (ROOT / "functions" / "schedules.py").read_text()
    timers = re.findall(
        r"%DRIFTGATE_(\w+)_SCHEDULE%[^%]*?"
        r"(?:fan_out\(Check\.(\w+)\)|(?:service|application\(\))\.(\w+)\(\)\n)",
        text,
    )
    asked = {setting: check or method.upper() for setting, check, method in timers}

    assert len(asked) == text.count("timer_trigger")
    assert all(setting == check for setting, check in asked.items())
    assert SCHEDULES.keys() == asked.keys()


def test_every_schedule_setting_is_in_the_sample_settings():
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    named = {
        b["schedule"].strip("%") for bindings in TABLE.values() for b in bindings if "schedule" in b
    }

    assert named <= values.keys()


def test_parameters_are_named_and_annotated_as_the_worker_demands():
    """The worker refuses a parameter without binding, and a binding without parameter."""
    import functions
    from functions import (
        checks,
        deployments,
        monitoring,
        notifications,
        operations,
        profiling,
        promotion,
        registry,
        replays,
        retraining,
        schedules,
    )

    assert functions.__doc__
    wanted = {"event": func.EventGridEvent, "timer": func.TimerRequest, "req": func.HttpRequest}
    wanted |= {"message": func.ServiceBusMessage, "context": func.Context}
    modules = [checks, deployments, monitoring, notifications, operations]
    modules += [profiling, promotion, registry, replays, retraining, schedules]
    seen = set()
    for module in modules:
        for name, function in inspect.getmembers(module, lambda m: hasattr(m, "_function")):
            user = function._function.get_user_function()
            hints = get_type_hints(user)
            hints.pop("return", None)
            assert {key: wanted[key] for key in hints} == hints, name
            seen.add(name)
    assert seen == TABLE.keys()


def test_importing_the_app_loads_nothing_heavy():
    """A cold start pays for a package only when the first event needs it."""
    heavy = "numpy scipy pyarrow polars pandas yaml jinja2 rich typer starlette fastapi pydantic"
    code = f"import sys, function_app; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_no_function_body_is_longer_than_fifteen_lines():
    import ast

    for path in (ROOT / "functions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
                body = node.end_lineno - node.body[0].lineno + 1
                assert body <= 15, f"{path.name}: {node.name} has {body} lines"
