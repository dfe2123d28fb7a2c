"""How long a timer may rest: the longest time between two firings of its schedule.

Schedules are NCRONTAB, as Azure Functions read them: second, minute, hour, day, month and day of
the week, in UTC. A day fires when day, month and day of the week all match.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("second", 0, 59, {}),
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_FIRST = date(2027, 1, 1)
_LOOKED_AT = 3 * 366
_DAY = 24 * 60 * 60


@cache
def longest_gap(schedule: str) -> timedelta:
    """The longest time between two firings.

    Raises ValueError, naming the field, for what is no schedule or fires less than once a year.

    >>> longest_gap("0 */10 * * * *"), longest_gap("0 0 6 * * MON-FRI")
    (datetime.timedelta(seconds=600), datetime.timedelta(days=3))
    """
    seconds, minutes, hours, days, months, weekdays = _read(schedule)
    weekdays = {day % 7 for day in weekdays}
    times = sorted(
        hour * 3600 + minute * 60 + second
        for hour in hours
        for minute in minutes
        for second in seconds
    )
    fires = [
        number
        for number in range(_LOOKED_AT)
        if _matches(_FIRST + timedelta(days=number), days, months, weekdays)
    ]
    if len(fires) < 2:
        raise ValueError(f"{schedule!r} fires less than once a year")
    overnight = max(after - before for before, after in pairwise(fires))
    gaps = [after - before for before, after in pairwise(times)]
    gaps.append(overnight * _DAY - times[-1] + times[0])
    return timedelta(seconds=max(gaps))


def _matches(day: date, days: set[int], months: set[int], weekdays: set[int]) -> bool:
    return day.day in days and day.month in months and day.isoweekday() % 7 in weekdays


def _read(schedule: str) -> list[set[int]]:
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"{schedule!r} has {len(parts)} fields; write six: second, minute, hour, day, month, "
            "day of the week"
        )
    return [set(_values(part, *field)) for part, field in zip(parts, _FIELDS, strict=True)]


def _values(
    part: str, what: str, lowest: int, highest: int, names: Mapping[str, int]
) -> Iterator[int]:
    for piece in part.split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        start = lowest if first == "*" else _number(first, what, names)
        end = highest if first == "*" or (slash and not dash) else start
        end = _number(last, what, names) if dash else end
        width = _number(step, what, {}) if slash else 1
        if not lowest <= start <= end <= highest or width < 1:
            raise ValueError(f"{piece!r} is no {what} from {lowest} to {highest}")
        yield from range(start, end + 1, width)


def _number(text: str, what: str, names: Mapping[str, int]) -> int:
    known = names.get(text[:3].lower()) if text else None
    if known is None and not text.isdecimal():
        raise ValueError(f"{text!r} is no {what}")
    return int(text) if known is None else known
