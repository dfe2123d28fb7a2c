"""Moments as people write them: 2d, Friday 18:00Z, 18:00+01:00, 2026-02-06T18:00Z."""

import re
from datetime import UTC, datetime, time, timedelta

from shared.errors import InvalidData
from shared.policies.durations import parse_duration

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3
_WEEKDAY = re.compile(r"([A-Za-z]+)\s+(\d\S*)")
_HOUR = re.compile(r"\d{1,2}:")
_DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_EXAMPLES = "write 2d, Friday 18:00Z or 2026-02-06T18:00Z"


def parse_moment(text: str, now: datetime, field: str) -> datetime:
    """The moment that is meant at `now`, in UTC; without a zone it is UTC.

    A duration counts from now; an hour, with a weekday or without, is the next such.

    >>> now = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    >>> parse_moment("2d", now, "until").isoformat()
    '2026-02-05T12:00:00+00:00'
    >>> parse_moment("Friday 18:00+01:00", now, "until").isoformat()
    '2026-02-06T17:00:00+00:00'

    Raises InvalidData naming the field, for a day without its hour too: it may begin or end then.
    """
    text = text.strip()
    if _is_day_alone(text):
        raise InvalidData(
            f"{field} is {text[:40]!r}, which has no hour; write for example {text[:40]} 18:00Z."
        )
    named = _WEEKDAY.fullmatch(text)
    try:
        if named is not None:
            return _next(_weekday(named[1]), _hour(named[2]), now)
        if _HOUR.match(text):
            return _next(None, _hour(text), now)
        if re.match(r"\d{4}-?\d{2}", text):
            moment = datetime.fromisoformat(text)
            aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
            return aware.astimezone(UTC)
        return now + parse_duration(text)
    except (ValueError, OverflowError) as problem:
        raise InvalidData(f"{field} is {text[:40]!r}, which is no time; {_EXAMPLES}.") from problem


def parse_past(text: str, now: datetime, field: str) -> datetime:
    """A moment to look back to: a duration counts back from now, a day alone is its beginning.

    An hour, with a weekday or without, is the last such.

    >>> now = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    >>> parse_past("2d", now, "since").isoformat()
    '2026-02-01T12:00:00+00:00'
    >>> parse_past("Friday 18:00Z", now, "since").isoformat()
    '2026-01-30T18:00:00+00:00'
    >>> parse_past("2026-02-01", now, "since").isoformat()
    '2026-02-01T00:00:00+00:00'

    Raises InvalidData naming the field.
    """
    text = text.strip()
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError):
        moment = parse_moment(f"{text} 00:00" if _DATE.fullmatch(text) else text, now, field)
    if _WEEKDAY.fullmatch(text) is not None:
        return moment - timedelta(days=7)
    return moment - timedelta(days=1) if _HOUR.match(text) is not None else moment


def _is_day_alone(text: str) -> bool:
    return _DATE.fullmatch(text) is not None or (
        len(text) >= _SHORTEST and any(day.startswith(text.casefold()) for day in _DAYS)
    )


def _weekday(text: str) -> int:
    """Monday is 0; three letters are enough."""
    for number, day in enumerate(_DAYS):
        if len(text) >= _SHORTEST and day.startswith(text.casefold()):
            return number
    raise ValueError(f"{text} is no weekday")


def _hour(text: str) -> time:
    """An hour of the day with its zone; one digit is enough."""
    padded = f"0{text}" if re.match(r"\d:", text) else text
    hour = time.fromisoformat(padded)
    return hour.replace(tzinfo=UTC) if hour.tzinfo is None else hour


def _next(weekday: int | None, hour: time, now: datetime) -> datetime:
    there = now.astimezone(hour.tzinfo)
    days = 0 if weekday is None else (weekday - there.weekday()) % 7
    moment = datetime.combine(there.date() + timedelta(days=days), hour)
    if moment <= there:
        moment += timedelta(days=1 if weekday is None else 7)
    return moment.astimezone(UTC)
