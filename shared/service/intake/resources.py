"""Azure Resource Manager's events on online endpoints and their deployments.

They carry no body: what is deployed and how traffic is split is read back from the workspace.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload, UnknownEventType
from shared.service.intake.fields import Told, any_case, required_name, workspace_of

_ENDPOINT = re.compile(
    r".*/providers/microsoft\.machinelearningservices/workspaces/[^/]+"
    r"/onlineendpoints/(?P<endpoint>[^/]+)(?:/deployments/(?P<deployment>[^/]+))?/?",
    re.IGNORECASE,
)
_PROVIDER_TYPE = re.compile(r".*/providers/([^/]+/[^/]+)", re.IGNORECASE)
_KINDS = {
    ("write", "success", True): EventType.DEPLOYMENT_COMPLETED,
    ("write", "failure", True): EventType.DEPLOYMENT_FAILED,
    ("write", "cancel", True): EventType.DEPLOYMENT_FAILED,
    ("delete", "success", True): EventType.DEPLOYMENT_DELETED,
    ("write", "success", False): EventType.TRAFFIC_CHANGED,
    ("write", "failure", False): EventType.TRAFFIC_CHANGED,
    ("write", "cancel", False): EventType.TRAFFIC_CHANGED,
    ("delete", "success", False): EventType.ENDPOINT_DELETED,
}
_OPERATIONS = ("Write", "Delete", "Action")
_OUTCOMES = ("Success", "Failure", "Cancel")


def refuse_elsewhere(event: Event, workspace: str) -> None:
    """Leave what is not ours alone: a resource group may hold several workspaces.

    `workspace` is a resource id. Raises UnknownEventType naming the other workspace.
    """
    told, ours = event.data.get("workspace"), workspace_of(workspace)
    if event.type not in _KINDS.values() or not isinstance(told, dict) or ours is None:
        return
    if {k: str(v).casefold() for k, v in told.items()} != {
        k: v.casefold() for k, v in ours.items()
    }:
        raise UnknownEventType(
            f"Nothing reacts to endpoints of the workspace {str(told.get('name'))[:80]} in "
            f"{str(told.get('resource_group'))[:80]}; {ours['name']} is watched here."
        )


def _reader(operation: str, outcome: str) -> Callable[[Told], Event]:
    """The outcome is told by the event's type; `status` inside says Succeeded even on failure."""

    def read(told: Told) -> Event:
        resource = str(any_case(told.data, "resourceUri") or told.subject)
        found = _ENDPOINT.fullmatch(resource)
        if found is None:
            provider = _PROVIDER_TYPE.match(resource)
            named = provider.group(1) if provider else resource[:120]
            raise UnknownEventType(
                f"Nothing reacts to changes of {named}; only online endpoints are watched."
            )
        endpoint = required_name(found["endpoint"], "endpoint name")
        on_deployment = found["deployment"] is not None
        kind = _KINDS.get((operation, outcome, on_deployment))
        if kind is None:
            name = str(any_case(told.data, "operationName") or operation)
            raise UnknownEventType(
                f"Nothing reacts to {name[:160]} ({outcome}) on endpoint {endpoint}."
            )
        data: dict[str, Any] = {
            "endpoint": endpoint,
            "operation": operation,
            "outcome": outcome,
            "workspace": workspace_of(resource),
        }
        if on_deployment:
            data["deployment"] = required_name(found["deployment"], "deployment name")
        if told.data.get("by") is not None:
            data["by"] = told.data["by"]
        correlation = any_case(told.data, "correlationId")
        return Event(
            id=told.id,
            source=told.source or _scope(resource),
            type=kind,
            subject=f"endpoint/{endpoint}",
            time=told.time,
            data=data,
            correlation_id=correlation if isinstance(correlation, str) else None,
        )

    return read


def endpoint_of(resource: str) -> tuple[str, str | None] | None:
    """The online endpoint a resource id names, and its deployment; None for any other thing."""
    found = _ENDPOINT.fullmatch(resource)
    return None if found is None else (found["endpoint"], found["deployment"])


def _scope(resource: str) -> str:
    scope, found, _ = resource.partition("/providers/")
    if not found:
        raise MalformedPayload("The resource event names no resource; send its subject.")
    return scope


READERS: Mapping[str, Callable[[Told], Event]] = {
    f"Microsoft.Resources.Resource{operation}{outcome}".casefold(): _reader(
        operation.casefold(), outcome.casefold()
    )
    for operation in _OPERATIONS
    for outcome in _OUTCOMES
}
