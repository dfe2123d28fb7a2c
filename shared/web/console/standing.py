"""How something stands in one sentence, and the first thing to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from shared.service.overview.attention import Need, Urgency, needs_of

_TONES = {Urgency.NOW: "bad", Urgency.SOON: "unsure"}
_SAYS = {
    Urgency.NOW: "Needs somebody now",
    Urgency.SOON: "Needs somebody soon",
    Urgency.WAITING: "Waits for somebody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The sentence and its tone, the first step where there is one, and where more is told."""

    sentence: str
    tone: str
    step: str = ""
    since: datetime | None = None
    path: str = ""
    link: str = ""


def most_urgent(
    alerts: Sequence[Mapping[str, Any]], promotions: Sequence[Mapping[str, Any]] = ()
) -> Headline | None:
    """Of what needs somebody: the most urgent, and how many more there are; None of nothing."""
    needs = needs_of(alerts, promotions)
    if not needs:
        return None
    first = needs[0]
    others = sum(1 + need.more for need in needs) - 1
    behind = f" And {others} more." if others else ""
    return Headline(
        sentence=f"{_says(first)}: {first.title.rstrip('.')}.{behind}",
        tone=_TONES.get(first.urgency, ""),
        step=first.first_step,
        since=first.since,
        path=_path(first),
        link="All about this alert" if first.kind == "alert" else "All about this promotion",
    )


def _says(need: Need) -> str:
    if need.urgency is Urgency.IN_HAND:
        return f"{need.by} has it in hand" if need.by else "Silenced"
    return _SAYS[need.urgency]


def _path(need: Need) -> str:
    if need.kind == "promotion":
        return f"/console/promotions/{'/'.join(quote(part) for part in need.name.split('/'))}"
    return f"/console/alerts/{quote(need.name, safe='')}"
