"""Azure Monitor's common alert schema, fired and resolved."""

from collections.abc import Mapping
from typing import Any

from shared.domain.canonical import content_hash
from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload
from shared.service.intake.fields import clean_text, number_of, required_text, required_time

_FORM = "Azure Monitor alert"
_MOST = 10
"""Conditions, dimensions and targets of one alert that are kept."""


def read_alert(envelope: Mapping[str, Any]) -> Event:
    """A fired or resolved alert; both have one subject, so that the second closes the first.

    What it says of its condition is kept in short pieces of plain text and numbers. The text of a
    log search is not: it may hold data.
    Raises MalformedPayload when the essentials are absent.
    """
    data = envelope.get("data")
    essentials = data.get("essentials") if isinstance(data, dict) else None
    if not isinstance(essentials, dict) or not isinstance(data, dict):
        raise MalformedPayload("The Azure Monitor alert has no data.essentials; send them.")
    named = "alertId" if essentials.get("alertId") else "originAlertId"
    if not essentials.get(named):
        raise MalformedPayload(f"The {_FORM} has neither alertId nor originAlertId; send one.")
    identity = required_text(essentials, named, _FORM)
    rule = required_text(essentials, "alertRule", _FORM)
    resolved = str(essentials.get("monitorCondition")).casefold() == "resolved"
    fired_at = required_time(essentials, "firedDateTime", _FORM)
    at = "resolvedDateTime" if resolved and essentials.get("resolvedDateTime") else "firedDateTime"
    time = required_time(essentials, at, _FORM)
    targets = _targets(essentials.get("alertTargetIDs"))
    happened = "resolved" if resolved else "fired"
    return Event(
        id=f"{content_hash(identity)[:24]}-{happened}-{content_hash(time)[:8]}",
        source="azure-monitor",
        type=EventType.AZURE_ALERT_RESOLVED if resolved else EventType.AZURE_ALERT_FIRED,
        subject=f"azure-alert/{content_hash([rule, sorted(targets)])[:16]}",
        time=time,
        data={
            "instance": content_hash(identity)[:16],
            "rule": clean_text(rule),
            "severity": clean_text(essentials.get("severity"), 20),
            "signal": clean_text(essentials.get("signalType"), 40),
            "service": clean_text(essentials.get("monitoringService"), 80),
            "description": clean_text(essentials.get("description"), 500),
            "fired": fired_at.isoformat(),
            "targets": targets[:_MOST],
            "window": _window(data.get("alertContext")),
            "conditions": _conditions(data.get("alertContext")),
        },
    )


def _targets(listed: object) -> list[str]:
    kept = [clean_text(one, 500) for one in listed] if isinstance(listed, list) else []
    return [one.lower() for one in kept if one is not None]


def _condition(context: object) -> Mapping[str, Any]:
    condition = context.get("condition") if isinstance(context, dict) else None
    return condition if isinstance(condition, dict) else {}


def _window(context: object) -> str | None:
    return clean_text(_condition(context).get("windowSize"), 40)


def _conditions(context: object) -> list[dict[str, Any]]:
    """Each condition that has to hold; the forms without one, as older logs have, give none."""
    listed = _condition(context).get("allOf")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [
        {
            "metric": clean_text(one.get("metricName") or one.get("metricMeasureColumn"), 120),
            "aggregation": clean_text(one.get("timeAggregation"), 40),
            "operator": clean_text(one.get("operator"), 40),
            "threshold": number_of(one.get("threshold")),
            "value": number_of(one.get("metricValue")),
            "dimensions": _dimensions(one.get("dimensions")),
        }
        for one in found[:_MOST]
    ]


def _dimensions(listed: object) -> dict[str, str]:
    kept: dict[str, str] = {}
    for one in listed[:_MOST] if isinstance(listed, list) else []:
        name = clean_text(one.get("name"), 80) if isinstance(one, dict) else None
        value = clean_text(one.get("value"), 120) if isinstance(one, dict) else None
        if name is not None and value is not None:
            kept[name] = value
    return kept
