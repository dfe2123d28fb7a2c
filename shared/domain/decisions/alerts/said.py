"""What an event says of an alert, and an alert as short as it is remembered and told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import parse_time
from shared.domain.event import Event, EventType

_TITLE, _TEXT, _FIRST_STEP = 300, 1500, 500
_OF_ALERTS = frozenset({EventType.ALERT_RAISED, EventType.ALERT_ENDED})


def alert_said(event: Event) -> Alert | None:
    """The alert that an event says began or ended, None when it speaks of something else.

    Raises KeyError or ValueError when a field is missing or of no known value.
    """
    if event.type not in _OF_ALERTS:
        return None
    plain: Mapping[str, Any] = event.data["alert"]
    return Alert(
        kind=AlertKind(plain["kind"]),
        subject=plain["subject"],
        severity=Severity(plain["severity"]),
        title=plain["title"],
        text=plain["text"],
        first_step=plain["first_step"],
        since=parse_time(plain["since"]),
        labels=dict(plain.get("labels") or {}),
    )


def short(alert: Alert, text: int = _TEXT, first_step: int = _FIRST_STEP) -> Alert:
    """The alert with its words cut; labels stay whole, since they are its identity."""
    return replace(
        alert,
        title=_cut(alert.title, _TITLE),
        text=_cut(alert.text, text),
        first_step=_cut(alert.first_step, first_step),
    )


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: max(0, most - 1)]}…"
