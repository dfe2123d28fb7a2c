"""The recorded course beside the simulated one: what is more, less, longer or elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from shared.domain.wording import spell_duration, spell_time
from shared.service.whatif.telling import TELLS, Told, What


class Change(StrEnum):
    """What became of an alert in the simulation."""

    NEW = "new"
    GONE = "gone"
    LATER = "later"
    EARLIER = "earlier"
    LONGER = "longer"
    SHORTER = "shorter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """An alert from its beginning to its end; None for what lies outside the span."""

    raised: datetime | None
    ended: datetime | None
    told: Told


def life(one: Life | None) -> str:
    """From when to when an alert lasted and how long, for people."""
    if one is None:
        return "not raised"
    began = "from before" if one.raised is None else spell_time(one.raised)
    if one.ended is None:
        return f"{began}, not over"
    lasted = f", for {spell_duration(one.ended - one.raised)}" if one.raised else ""
    return f"{began} to {spell_time(one.ended)}{lasted}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """One alert that is another one in the simulation."""

    changes: tuple[Change, ...]
    before: Life | None
    after: Life | None

    @property
    def told(self) -> Told:
        """The alert."""
        either = self.before or self.after
        if either is None:
            raise LookupError
        return either.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """So many recorded, so many in the simulation."""

    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What goes to receivers: pages and notices by receiver, `gone` and `new`.

    Pages alone by hour of the day, day of the week (Monday first), and day, in UTC.
    """

    receivers: dict[str, Counts]
    hours: tuple[Counts, ...]
    weekdays: tuple[Counts, ...]
    days: dict[date, Counts]
    gone: tuple[Told, ...]
    new: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when is compared; what lies outside counts as beginning or ending there."""

    since: datetime
    until: datetime

    def begin(self, life: Life) -> datetime:
        """When it began, as far as the span tells."""
        return life.raised or self.since

    def end(self, life: Life) -> datetime:
        """When it ended, as far as the span tells."""
        return life.ended or self.until


def compare_alerts(
    recorded: Sequence[Told], simulated: Sequence[Told], span: Span
) -> tuple[AlertChange, ...]:
    """The alerts that differ, in the order they began."""
    before, after = _lives(recorded), _lives(simulated)
    found: list[tuple[datetime, str, AlertChange]] = []
    for fingerprint in {**before, **after}:
        for one in _compared(before.get(fingerprint, []), after.get(fingerprint, []), span):
            first = one.before or one.after
            began = span.since if first is None else span.begin(first)
            found.append((began, fingerprint, one))
    return tuple(one for _, _, one in sorted(found, key=lambda each: each[:2]))


def _lives(told: Iterable[Told]) -> dict[str, list[Life]]:
    """By fingerprint; one that grew worse is told again and is still the same life."""
    lives: defaultdict[str, list[Life]] = defaultdict(list)
    for one in told:
        if one.what not in {What.RAISED, What.ENDED}:
            continue
        of = lives[one.identity]
        last = of[-1] if of and of[-1].ended is None else None
        if one.what is What.RAISED and last is None:
            of.append(Life(raised=one.at, ended=None, told=one))
        elif one.what is What.ENDED and last is None:
            of.append(Life(raised=None, ended=one.at, told=one))
        elif one.what is What.ENDED and last is not None:
            of[-1] = Life(raised=last.raised, ended=one.at, told=last.told)
    return lives


def _compared(before: list[Life], after: list[Life], span: Span) -> list[AlertChange]:
    """Lives that overlap are the same alert; what is left is gone or new."""
    found, rest = [], list(after)
    for was in before:
        same = next((one for one in rest if _overlap(was, one, span)), None)
        if same is None:
            found.append(AlertChange(changes=(Change.GONE,), before=was, after=None))
            continue
        rest.remove(same)
        changes = tuple(_changes(was, same, span))
        if changes:
            found.append(AlertChange(changes=changes, before=was, after=same))
    return found + [AlertChange(changes=(Change.NEW,), before=None, after=one) for one in rest]


def _overlap(one: Life, other: Life, span: Span) -> bool:
    return span.begin(one) <= span.end(other) and span.begin(other) <= span.end(one)


def _changes(before: Life, after: Life, span: Span) -> Iterable[Change]:
    was, is_now = span.begin(before), span.begin(after)
    if was != is_now:
        yield Change.LATER if is_now > was else Change.EARLIER
    lasted, lasts = span.end(before) - was, span.end(after) - is_now
    if lasted != lasts:
        yield Change.LONGER if lasts > lasted else Change.SHORTER


def compare_pages(recorded: Iterable[Told], simulated: Iterable[Told]) -> Pages:
    """Who is told how often, and when somebody is woken, in each of the two."""
    before = [one for one in recorded if one.what in TELLS]
    after = [one for one in simulated if one.what in TELLS]
    gone, new = only(before, after)
    whose = _both(before, after, lambda one: one.receiver)
    before, after = ([one for one in both if one.what is What.PAGE] for both in (before, after))
    hours = _both(before, after, lambda one: one.at.hour)
    weekdays = _both(before, after, lambda one: one.at.weekday())
    nothing = Counts(before=0, after=0)
    return Pages(
        receivers=whose,
        hours=tuple(hours.get(hour, nothing) for hour in range(24)),
        weekdays=tuple(weekdays.get(day, nothing) for day in range(7)),
        days=_both(before, after, lambda one: one.at.date()),
        gone=gone,
        new=new,
    )


def only(
    before: Sequence[Told], after: Sequence[Told]
) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
    """What is told in the first alone, and in the second alone: the same thing at the same time."""
    left = Counter(_same(one) for one in before)
    left.subtract(_same(one) for one in after)
    gone, new = [], []
    for one in before:
        if left[_same(one)] > 0:
            left[_same(one)] -= 1
            gone.append(one)
    for one in reversed(after):
        if left[_same(one)] < 0:
            left[_same(one)] += 1
            new.append(one)
    return tuple(gone), tuple(reversed(new))


def _same(one: Told) -> tuple[str, str, datetime]:
    return one.what.value, one.identity, one.at


Of = TypeVar("Of", int, str, date)


def _both(
    before: Iterable[Told], after: Iterable[Told], of: Callable[[Told], Of]
) -> dict[Of, Counts]:
    was, is_now = Counter(map(of, before)), Counter(map(of, after))
    return {
        key: Counts(before=was[key], after=is_now[key])
        for key in sorted(was.keys() | is_now.keys())
    }
