"""Every HTTP route, what the host asks of its caller, and what our own code asks besides.

The function key itself is asked for by the Functions host, which is not here: that a call without
one fails was never shown by a test, only that each route tells the host to ask. What our code
enforces is shown by calls; for the routes of the API, which name roles, in `tests/web`.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import azure.functions as func
import pytest

from functions import deployments, monitoring, promotion
from shared.hook_settings import HookRule, HookSettings
from shared.service.hooks import Hooks

ROOT = Path(__file__).resolve().parents[2]
INDEX = """
import json
import function_app
print(json.dumps([[f.get_function_name(), json.loads(f.get_function_json())["bindings"][0]]
                  for f in function_app.app.get_functions()]))
"""
CODE_ASKS = {
    "devops_hooks": "the secret of the hooks",
    "azure_alerts": "the secret of the hooks",
    "environment_check_asked": "the token of a job, which Azure DevOps is shown first",
    "promotion_gate": "nothing: it tells whether a version may pass, and changes nothing",
    "operations": "a role of Entra ID for each route, where DRIFTGATE_ACCESS is entra",
    "console": "a role of Entra ID for each page, where DRIFTGATE_ACCESS is entra",
}
WITHOUT_A_KEY = {
    "operations": {"entra"},
    "console": {"entra"},
}
"""Routes that the host lets anybody reach, by the settings of DRIFTGATE_ACCESS under which."""


def levels(access: str, adapters: str = "azure") -> dict[str, str]:
    """The level of each HTTP route, indexed as the worker does it under a setting."""
    environment = {**os.environ, "DRIFTGATE_ACCESS": access, "DRIFTGATE_ADAPTERS": adapters}
    done = subprocess.run(  # noqa: S603  our own interpreter and our own code
        [sys.executable, "-c", INDEX],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return {
        name: trigger["authLevel"]
        for name, trigger in json.loads(done.stdout)
        if trigger["type"] == "httpTrigger"
    }


@pytest.mark.parametrize("access", ["entra", "key", "nonsense"])
def test_no_route_is_without_a_key_but_those_that_have_a_reason(access):
    found = levels(access)

    assert found.keys() == CODE_ASKS.keys()
    anonymous = {name for name, level in found.items() if level == "ANONYMOUS"}
    assert anonymous == {name for name, when in WITHOUT_A_KEY.items() if access in when}
    assert set(found.values()) <= {"ANONYMOUS", "FUNCTION"}


def called(builder, *, headers=None, body=b"{}"):
    request = func.HttpRequest(
        method="POST",
        url="/",
        headers={"Content-Type": "application/json", **(headers or {})},
        params={},
        route_params={},
        body=body,
    )
    return builder._function.get_user_function()(request)


@pytest.fixture
def guarded(scene, monkeypatch):
    """The application as it is in the cloud: with a secret of the hooks."""
    settings = HookSettings(rule=HookRule.SECRET, secrets=("the-secret-of-the-hooks-0123456789",))
    app = scene.application
    hooks = Hooks(settings, app.service, app.adapters.telemetry, app.clock)
    for module in (deployments, monitoring, promotion):
        monkeypatch.setattr(module, "application", lambda: replace(app, hooks=hooks))
    return scene


@pytest.mark.parametrize("hook", [deployments.devops_hooks, monitoring.azure_alerts])
def test_an_anonymous_call_of_a_hook_fails_and_leaves_nothing(guarded, hook):
    answer = called(hook)

    assert (answer.status_code, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert guarded.application.archive.list() == []


def test_an_anonymous_call_of_a_check_fails_and_nothing_waits(guarded):
    answer = called(promotion.environment_check_asked)

    assert answer.status_code == 400
    assert answer.get_body().startswith(b"The check's header PlanUrl is missing")
    assert guarded.application.queue.peek("environment-checks") == []


def test_the_gate_changes_nothing_for_whoever_asks(guarded):
    request = func.HttpRequest(
        method="POST",
        url="/",
        params={},
        route_params={"model": "loan-default", "version": "7"},
        body=b"",
    )
    answer = promotion.promotion_gate._function.get_user_function()(request)

    assert json.loads(answer.get_body())["status"] != "successful"
    assert guarded.application.archive.list() == []
    assert guarded.application.ledger.decisions(limit=1) == []
