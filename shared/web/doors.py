"""The doors for machines: what a hook, an alert rule or a pipeline's check calls, whoever hosts it.

Nothing here imports the API: a call of a hook does not wait for it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.hooks import HookAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as any host has it; names in `headers` are found in either case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    path: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where it is, and what answers there; `secret` says that a call can show that of the hooks."""

    route: str
    methods: tuple[str, ...]
    answer: "Callable[[Application, Call], HookAnswer]"
    secret: bool = False


def _devops_hook(application: "Application", call: Call) -> "HookAnswer":
    return application.hooks.take(call.headers, call.body, via="azure-devops")


def _azure_alert(application: "Application", call: Call) -> "HookAnswer":
    return application.hooks.take(call.headers, call.body, via="azure-monitor")


def _environment_check(application: "Application", call: Call) -> "HookAnswer":
    def ask() -> None:
        application.ask_environment(call.headers, call.query)

    return application.hooks.ask(ask, via="environment-check")


def _gate(application: "Application", call: Call) -> "HookAnswer":
    from shared.service.hooks import HookAnswer
    from shared.service.queries import gate

    answer = gate(
        application.ledger,
        application.policies,
        call.path["model"],
        call.path["version"],
        call.query.get("stage") or None,
        now=application.clock(),
    )
    return HookAnswer(status=200, body=json.dumps(answer))


DEVOPS_HOOKS = Door(route="api/devops/hooks", methods=("POST",), answer=_devops_hook, secret=True)
AZURE_ALERTS = Door(route="api/azure/alerts", methods=("POST",), answer=_azure_alert, secret=True)
ENVIRONMENT_CHECKS = Door(
    route="api/checks/environment", methods=("POST",), answer=_environment_check
)
GATE = Door(route="api/gate/{model}/{version}", methods=("GET", "POST"), answer=_gate)
DOORS = (DEVOPS_HOOKS, AZURE_ALERTS, ENVIRONMENT_CHECKS, GATE)
