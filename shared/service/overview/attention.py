"""What needs somebody now: the answer to "is anything wrong, and what should I do?"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.canonical import parse_time


class Urgency(StrEnum):
    """How much it matters, the most first."""

    NOW = "now"
    SOON = "soon"
    WAITING = "waiting"
    IN_HAND = "in hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that needs somebody: what it is, since when, and the first step.

    `kind` and `name` say what it is a need of: an alert by its fingerprint, a promotion by its
    model and version, a part of the service. `more` counts those of the same kind and subject that
    are told with it.
    """

    urgency: Urgency
    kind: str
    name: str
    subject: str
    title: str
    first_step: str
    since: datetime | None = None
    by: str | None = None
    more: int = 0


_URGENCY = {"critical": Urgency.NOW, "warning": Urgency.SOON}
_ORDER = tuple(Urgency)


def needs_of(
    alerts: Sequence[Mapping[str, Any]],
    promotions: Sequence[Mapping[str, Any]],
    service: Iterable[Need] = (),
) -> list[Need]:
    """Every need, the most urgent first, the oldest first among equals.

    Alerts that fire, once a subject and kind; those that somebody has in hand or has silenced come
    last. Promotions that miss something which people give.
    """
    found = [*service, *_of_alerts(alerts), *_of_promotions(promotions)]
    return sorted(found, key=lambda need: (_ORDER.index(need.urgency), str(need.since or "")))


def _of_alerts(alerts: Sequence[Mapping[str, Any]]) -> Iterable[Need]:
    together: dict[tuple[str, str, Urgency], list[Mapping[str, Any]]] = {}
    for alert in alerts:
        if alert["status"] == "firing":
            together.setdefault((alert["subject"], alert["kind"], _urgency(alert)), []).append(
                alert
            )
    for (subject, _, urgency), several in together.items():
        first = min(several, key=lambda one: str(one["since"]))
        yield Need(
            urgency=urgency,
            kind="alert",
            name=first["fingerprint"],
            subject=subject,
            title=first["title"],
            first_step=first["first_step"],
            since=parse_time(first["since"]),
            by=first["owner"],
            more=len(several) - 1,
        )


def _urgency(alert: Mapping[str, Any]) -> Urgency:
    if alert["owner"] is not None or alert["silenced_by"]:
        return Urgency.IN_HAND
    return _URGENCY.get(alert["severity"], Urgency.WAITING)


def _of_promotions(promotions: Sequence[Mapping[str, Any]]) -> Iterable[Need]:
    for one in promotions:
        if not one["open"] or not one["missing"]:
            continue
        yield Need(
            urgency=Urgency.WAITING,
            kind="promotion",
            name=f"{one['model']}/{one['version']}",
            subject=f"model/{one['model']}",
            title=f"{one['model']}:{one['version']} waits before {one['stage']}",
            first_step=f"Missing: {_in_short(one['missing'])}",
            since=parse_time(one["since"]),
        )


def _in_short(missing: Sequence[str]) -> str:
    return missing[0] if len(missing) == 1 else f"{missing[0]} And {len(missing) - 1} more."
