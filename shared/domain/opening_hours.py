"""When it is open: on some days, between some hours of a time zone, and never in a freeze."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.policy import CalendarGate, Freeze

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_DAY = timedelta(days=1)
_WEEKS = 3
"""So far ahead the next opening is looked for: a clock can skip a day's hours, not three weeks'."""


def read_days(texts: Iterable[str]) -> frozenset[int]:
    """Weekdays as policies write them, Monday is 0; none at all is every day.

    >>> sorted(read_days(["mon-wed", "sat"])), sorted(read_days(["fri-mon"]))
    ([0, 1, 2, 5], [0, 4, 5, 6])

    Raises ValueError for what is no day.
    """
    found: set[int] = set()
    for text in texts:
        first, dash, named = text.strip().lower().partition("-")
        last = named if dash else first
        if first not in _DAYS or last not in _DAYS:
            raise ValueError(f"{text!r}; write days as mon-thu or sat")
        start, end = _DAYS.index(first), _DAYS.index(last)
        found.update((start + ahead) % 7 for ahead in range((end - start) % 7 + 1))
    return frozenset(found or range(7))


def read_hours(text: str | None) -> tuple[timedelta, timedelta]:
    """From and until, counted from midnight by the clock; until may be on the next day.

    >>> [str(end) for end in read_hours("22:00-04:00")]
    ['22:00:00', '1 day, 4:00:00']

    Raises ValueError for what is no span of hours.
    """
    if text is None:
        return timedelta(), _DAY
    found = _HOURS.fullmatch(text.strip())
    if found is None or text.strip()[:5] == text.strip()[6:]:
        raise ValueError(f"{text!r}; write hours as 09:00-16:00, or 22:00-04:00 over midnight")
    hour, minute = found[3] or found[5], found[4] or found[6]
    start = timedelta(hours=int(found[1]), minutes=int(found[2]))
    end = timedelta(hours=int(hour), minutes=int(minute))
    return start, end if end > start else end + _DAY


def read_zone(name: str) -> ZoneInfo:
    """A time zone by its name in the IANA database. Raises ValueError for one that is not there."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError(
            f"{name!r}; write a zone of the IANA database such as Europe/Berlin"
        ) from (problem)


def freeze_at(calendar: CalendarGate, at: datetime) -> Freeze | None:
    """The freeze that holds then; of several the one that ends last."""
    held = [one for one in calendar.freezes if one.start <= at < one.end]
    return max(held, key=lambda one: one.end, default=None)


def within_hours(calendar: CalendarGate, at: datetime) -> bool:
    """Whether a day's hours hold then. Hours over midnight belong to the day they begin on."""
    return any(opens <= at < closes for opens, closes in _spans(calendar, at, days=2))


def next_opening(calendar: CalendarGate, at: datetime) -> datetime | None:
    """The first moment from `at` on at which it is open, in UTC; None when it never is."""
    moment = at
    try:
        while not within_hours(calendar, moment) or freeze_at(calendar, moment) is not None:
            freeze = freeze_at(calendar, moment)
            if freeze is not None:
                moment = freeze.end
            else:
                spans = _spans(calendar, moment, days=7 * _WEEKS)
                moment = next(opens for opens, _ in spans if opens > moment)
    except OverflowError:
        return None
    return moment


def next_closing(calendar: CalendarGate, at: datetime) -> datetime | None:
    """The first moment from `at` on at which no day's hours hold, in UTC; None when they always do.

    Freezes do not count.
    """
    moment, last = at, at + timedelta(weeks=_WEEKS)
    try:
        for opens, closes in sorted(_spans(calendar, at, days=7 * _WEEKS + 2)):
            if opens <= moment < closes:
                moment = closes
    except OverflowError:
        return None
    return moment if moment < last else None


def _spans(
    calendar: CalendarGate, around: datetime, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """The hours of each day from the day before `around` on, as moments in UTC.

    Hours that the clocks skip are none.
    """
    zone, open_on = read_zone(calendar.zone), read_days(calendar.days)
    start, end = read_hours(calendar.hours)
    first = around.astimezone(zone).date() - _DAY
    for number in range(days):
        day = first + timedelta(days=number)
        if day.weekday() in open_on:
            opens, closes = _moment(day, start, zone), _moment(day, end, zone)
            if opens < closes:
                yield opens, closes


def _moment(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone first show that: where they skip it, the moment of the jump."""
    wall = datetime.combine(day, time()) + clock
    earlier, later = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if earlier >= later:
        return later
    before = earlier.astimezone(zone).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) / 2
        if middle.astimezone(zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)
