"""Which envelope is this? Event Grid, CloudEvents, Azure DevOps or Azure Monitor, by its keys."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from shared.domain.event import EXTENSION_PREFIX, Event
from shared.errors import MalformedPayload, UnknownEventType
from shared.service.intake import devops, machine_learning, monitor_alerts, own, resources
from shared.service.intake.fields import Told, required_text, required_time

Reader = Callable[[Told], Event]

_READERS: Mapping[str, Reader] = {
    **machine_learning.READERS,
    **resources.READERS,
}


class Form(Enum):
    """Whose envelope it is, as its keys tell."""

    HOOK = "a hook of Azure DevOps"
    ALERT = "an alert of Azure Monitor"
    EVENT_GRID = "an event of Event Grid"
    CLOUD_EVENT = "a CloudEvent"


_ONLY = {"azure-devops": Form.HOOK, "azure-monitor": Form.ALERT}
"""The secret of a hook lets one sender in, who may not speak as another."""


def read_envelope(envelope: object, *, ours: bool = False, via: str | None = None) -> Event:
    """One envelope as an event; `ours` says that Driftgate itself sends it, `via` how it came in.

    Raises MalformedPayload when a needed field is absent or wrong, UnknownEventType when nothing
    reacts to what it tells.
    """
    if not isinstance(envelope, dict):
        raise MalformedPayload(
            f"An envelope must be a JSON object, this is {_name_of(envelope)}; "
            "send events as objects or as an array of objects."
        )
    form = _form_of(envelope)
    if form is None:
        raise MalformedPayload(
            "The envelope is none we know: it has no eventType (Event Grid), no specversion "
            "(CloudEvents), no publisherId (Azure DevOps) and no schemaId (Azure Monitor)."
        )
    only = _ONLY.get(via or "", form)
    if form is not only:
        raise MalformedPayload(
            f"The envelope is {form.value}, and here only {only.value} is taken; send it by its "
            "own way."
        )
    match form:
        case Form.HOOK:
            return devops.read_hook(envelope)
        case Form.ALERT:
            return monitor_alerts.read_alert(envelope)
        case Form.EVENT_GRID:
            return _by_type(_from_event_grid(envelope))
        case Form.CLOUD_EVENT:
            return _from_cloud_event(envelope, ours=ours)


def _form_of(envelope: Mapping[str, Any]) -> Form | None:
    if "eventType" in envelope and "publisherId" in envelope:
        return Form.HOOK
    if envelope.get("schemaId") == "azureMonitorCommonAlertSchema":
        return Form.ALERT
    if "eventType" in envelope or "topic" in envelope:
        return Form.EVENT_GRID
    versions = {"specversion", "specVersion"} & set(envelope)
    return Form.CLOUD_EVENT if versions or {"type", "source"} <= set(envelope) else None


def _name_of(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _from_event_grid(envelope: Mapping[str, Any]) -> Told:
    form = "Event Grid event"
    return Told(
        id=required_text(envelope, "id", form),
        source=str(envelope.get("topic") or ""),
        type=required_text(envelope, "eventType", form),
        subject=required_text(envelope, "subject", form, empty=True),
        time=required_time(envelope, "eventTime", form),
        data=_data(envelope, form),
    )


def _from_cloud_event(envelope: Mapping[str, Any], *, ours: bool) -> Event:
    form = "CloudEvent"
    version = envelope.get("specversion", envelope.get("specVersion", "1.0"))
    if version != "1.0":
        raise MalformedPayload(f"The CloudEvent has specversion {version!r}; send 1.0.")
    kind = required_text(envelope, "type", form)
    if kind.startswith(EXTENSION_PREFIX):
        return own.read_own(envelope, kind, ours=ours)
    return _by_type(
        Told(
            id=required_text(envelope, "id", form),
            source=required_text(envelope, "source", form),
            type=kind,
            subject=str(envelope.get("subject") or ""),
            time=required_time(envelope, "time", form),
            data=_data(envelope, form),
        )
    )


def _data(envelope: Mapping[str, Any], form: str) -> Mapping[str, Any]:
    data = envelope.get("data")
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise MalformedPayload(f"The {form}'s data must be an object.")
    return data


def _by_type(told: Told) -> Event:
    reader = _READERS.get(told.type.casefold())
    if reader is None:
        raise UnknownEventType(f"Nothing reacts to events of type {told.type[:200]}.")
    return reader(told)
