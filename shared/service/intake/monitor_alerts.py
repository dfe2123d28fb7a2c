"""Azure Monitor's common alert schema, fired and resolved."""

from collections.abc import Mapping
from typing import Any

from shared.domain.canonical import content_hash
from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload
from shared.service.intake.fields import required_text, required_time

_FORM = "Azure Monitor alert"


def read_alert(envelope: Mapping[str, Any]) -> Event:
    """A fired or resolved alert; both have one subject, so that the second closes the first.

    Raises MalformedPayload when the essentials are absent.
    """
    data = envelope.get("data")
    essentials = data.get("essentials") if isinstance(data, dict) else None
    if not isinstance(essentials, dict):
        raise MalformedPayload("The Azure Monitor alert has no data.essentials; send them.")
    identity = required_text(essentials, "alertId", _FORM)
    rule = required_text(essentials, "alertRule", _FORM)
    resolved = str(essentials.get("monitorCondition")).casefold() == "resolved"
    fired_at = required_time(essentials, "firedDateTime", _FORM)
    resolved_at = essentials.get("resolvedDateTime")
    time = required_time(essentials, "resolvedDateTime", _FORM) if resolved_at else fired_at
    targets = essentials.get("alertTargetIDs")
    return Event(
        id=f"{content_hash(identity)[:24]}-{'resolved' if resolved else 'fired'}",
        source="azure-monitor",
        type=EventType.AZURE_ALERT_RESOLVED if resolved else EventType.AZURE_ALERT_FIRED,
        subject=f"azure-alert/{content_hash([rule, targets])[:16]}",
        time=time,
        data={
            "rule": rule,
            "severity": essentials.get("severity"),
            "targets": targets if isinstance(targets, list) else [],
            "description": essentials.get("description"),
            "fired": essentials.get("firedDateTime"),
        },
    )
