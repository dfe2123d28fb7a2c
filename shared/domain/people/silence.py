"""Silences as people say them: of some alerts, for a reason, for a while, and taken back."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, format_time, parse_time, to_plain
from shared.domain.event import Event, EventType
from shared.domain.notices import Matcher, Silence
from shared.domain.people.signed import signed
from shared.domain.people.withdrawing import taken_back, withdrawal_of
from shared.domain.wording import spell_duration
from shared.errors import InvalidData

SUBJECT = "silences/fleet"
SOURCE = "driftgate/silence"
MOST_IN_FORCE = 300
"""So many may be in force or to come at once; who needs more needs a route."""
_AHEAD = timedelta(days=90)
_CLOCKS = timedelta(minutes=1)
_KEPT = timedelta(days=30)
_MOST_KEPT = 500
_ID = re.compile(r"[0-9a-f]{12}")


def silence_given(
    matchers: Sequence[Matcher],
    *,
    author: str,
    reason: str,
    since: datetime,
    until: datetime,
    until_resolved: bool = False,
    longest: timedelta,
    now: datetime,
) -> Event:
    """The event of saying so. The same words at the same time are the same silence.

    Other matchers make another silence. Raises InvalidData for what may not be said.
    """
    author, reason = signed(author=author, reason=reason)
    if since < now - _CLOCKS:
        raise InvalidData("starts is over already; leave it out, and it begins now.")
    if since > now + _AHEAD:
        raise InvalidData(f"starts is more than {_AHEAD.days} days away; say it again then.")
    if until <= max(since, now):
        raise InvalidData("until is not after it begins; name a later end.")
    if until - since > longest:
        raise InvalidData(
            f"until is more than {spell_duration(longest)} after it begins; say it again then."
        )
    said: dict[str, Any] = {
        "matchers": to_plain(tuple(matchers)),
        "author": author,
        "reason": reason,
        "since": format_time(since),
        "until": format_time(until),
        "until_resolved": until_resolved,
    }
    identity = content_hash(said)[:12]
    return Event(
        id=f"silence-{identity}",
        source=SOURCE,
        type=EventType.SILENCE_GIVEN,
        subject=SUBJECT,
        time=now,
        data={"silence": identity, **said},
    )


def silence_withdrawn(silence: str, *, author: str, reason: str, now: datetime) -> Event:
    """The event of taking it back; however often it is said, it is one. Raises InvalidData."""
    if not _ID.fullmatch(silence):
        raise InvalidData(f"silence is {silence[:80]!r}; its id has 12 of 0-9 and a-f.")
    author, reason = signed(author=author, reason=reason)
    return Event(
        id=f"withdrawn-{silence}",
        source=SOURCE,
        type=EventType.SILENCE_WITHDRAWN,
        subject=SUBJECT,
        time=now,
        data={"silence": silence, "author": author, "reason": reason},
    )


def silence_of(event: Event) -> Silence:
    """The silence that an event gave."""
    data = event.data
    return Silence(
        id=str(data["silence"]),
        matchers=tuple(
            Matcher(
                field=str(one["field"]),
                pattern=str(one["pattern"]),
                negated=bool(one["negated"]),
            )
            for one in data["matchers"]
        ),
        author=str(data["author"]),
        reason=str(data["reason"]),
        since=parse_time(data["since"]),
        until=parse_time(data["until"]),
        until_resolved=bool(data["until_resolved"]),
    )


def silences_after(event: Event, silences: Sequence[Silence], now: datetime) -> tuple[Silence, ...]:
    """The silences with what this event says; what ended long ago is forgotten.

    Taken back stays taken back, also when the two events come in the wrong order. Beyond those
    that may be in force at once no further one is taken in; the ones that are over are the first
    to go when there are very many.
    """
    kept = {one.id: one for one in silences if one.end > now - _KEPT}
    if event.type is EventType.SILENCE_GIVEN:
        given = silence_of(event)
        before = kept.get(given.id)
        if before is not None and before.withdrawn is not None:
            kept[given.id] = taken_back(given, before)
        elif before is None and not is_full(silences, now):
            kept[given.id] = given
    if event.type is EventType.SILENCE_WITHDRAWN:
        by = _withdrawal(event)
        before = kept.get(by.id, by)
        kept[by.id] = before if before.withdrawn is not None else taken_back(before, by)
    return tuple(sorted(kept.values(), key=lambda one: one.end > now)[-_MOST_KEPT:])


def is_full(silences: Sequence[Silence], now: datetime) -> bool:
    """Whether as many are in force or to come as may be."""
    return sum(one.end > now for one in silences) >= MOST_IN_FORCE


def _withdrawal(event: Event) -> Silence:
    """What is known of a silence by its withdrawal alone: it holds nothing."""
    return Silence(id=str(event.data["silence"]), matchers=(), **withdrawal_of(event))
