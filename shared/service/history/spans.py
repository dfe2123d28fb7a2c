"""The decisions of a subject in a span of time, read newest first and never without bound."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, EventType
from shared.domain.wording import spell_time
from shared.errors import InvalidData
from shared.ports import Ledger

MOST_DECISIONS = 4000
"""Of one subject: ten days of an endpoint that is looked at by every timer."""
_FIRST = 500
_DUE = EXTENSION_PREFIX + EventType.CHECK_DUE.value

Decision = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of time, both ends included."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Raises InvalidData for one that ends before it begins."""
        if self.since >= self.until:
            raise InvalidData(
                f"since ({spell_time(self.since)}) is not before until "
                f"({spell_time(self.until)}); give a span that is one."
            )

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in it."""
        return self.since <= at <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A subject's decisions up to the end of a span, oldest first.

    Some were decided before it began: what changed is told by what was before. `cut` says that
    older ones were not read, `notes` where that leaves out a part of the span.
    """

    subject: str
    decisions: tuple[Decision, ...] = ()
    cut: bool = False
    notes: tuple[str, ...] = ()


def read_past(ledger: Ledger, subject: str, span: Span, most: int = MOST_DECISIONS) -> Past:
    """As far back as the span goes, but `most` decisions at the most."""
    found: Sequence[Decision] = ()
    whole = False
    for limit in sorted({min(_FIRST, most), most}):
        found = ledger.decisions(subject, limit=limit)
        whole = len(found) < limit
        if whole or decided(found[-1]) < span.since:
            break
    return past_of(subject, found, span, whole=whole)


def past_of(subject: str, found: Iterable[Decision], span: Span, *, whole: bool = True) -> Past:
    """Decisions in whatever order as a past; `whole` says that there are no older ones."""
    ordered = in_chain(found)
    notes = []
    if not whole and ordered and decided(ordered[0]) >= span.since:
        notes.append(
            f"Of {subject} the newest {len(ordered)} decisions were looked through, back to "
            f"{spell_time(decided(ordered[0]))}; older ones are in the ledger."
        )
    return Past(
        subject=subject,
        decisions=tuple(one for one in ordered if decided(one) <= span.until),
        cut=not whole,
        notes=tuple(notes),
    )


def in_chain(found: Iterable[Decision]) -> list[Decision]:
    """By time; those of one time as each names the one before it."""
    by_time: dict[datetime, list[Decision]] = {}
    for decision in found:
        by_time.setdefault(decided(decision), []).append(decision)
    return [one for at in sorted(by_time) for one in _linked(by_time[at])]


def _linked(decisions: list[Decision]) -> Iterator[Decision]:
    if len(decisions) == 1:
        yield decisions[0]
        return
    ordered = sorted(decisions, key=lambda one: str(one["hash"]))
    hashes = {one["hash"] for one in ordered}
    following = {one["previous"]: one for one in ordered}
    for first in ordered:
        one: Decision | None = first if first["previous"] not in hashes else None
        while one is not None:
            yield one
            one = following.get(one["hash"])


def decided(decision: Decision) -> datetime:
    """When it was decided."""
    return parse_time(decision["decided"])


def happened(decision: Decision) -> datetime:
    """When its event happened, as far as that can be believed: not after it was decided."""
    return min(parse_time(decision["event"]["time"]), decided(decision))


def event_kind(decision: Decision) -> str:
    """The type of its event, without the prefix that they all have."""
    return str(decision["event"]["type"]).removeprefix(EXTENSION_PREFIX)


def data_of(decision: Decision) -> Mapping[str, Any]:
    """What its event tells."""
    data: Mapping[str, Any] = decision["event"].get("data") or {}
    return data


def is_told_again(decision: Decision) -> bool:
    """Whether it was decided in a replay, which is no look at the world of its time."""
    return decision["event"].get("replayname") is not None


def is_timed(decision: Decision) -> bool:
    """Whether a timer asked for it, and nothing happened."""
    return bool(decision["event"]["type"] == _DUE)


def finite(value: float | None) -> float | None:
    """A number that JSON knows; None for one without bound, such as an interval of no rows."""
    return float(value) if value is not None and math.isfinite(value) else None
