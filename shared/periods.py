"""How long a timer may rest: the longest time between two firings of its schedule."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from shared.schedules import Schedule

_FIRST = date(2027, 1, 1)
_LOOKED_AT = 5 * 366
_DAY = 24 * 60 * 60


@lru_cache(maxsize=256)
def longest_gap(schedule: Schedule) -> timedelta:
    """The longest time between two firings, looked for over five years.

    >>> longest_gap(Schedule.parse("0 */10 * * * *"))
    datetime.timedelta(seconds=600)
    >>> longest_gap(Schedule.parse("0 0 6 * * MON-FRI"))
    datetime.timedelta(days=3)
    """
    times = [
        hour * 3600 + minute * 60 + second
        for hour in schedule.hours
        for minute in schedule.minutes
        for second in schedule.seconds
    ]
    fires = [n for n in range(_LOOKED_AT) if _fires(schedule, _FIRST + timedelta(days=n))]
    overnight = max((after - before for before, after in pairwise(fires)), default=_LOOKED_AT)
    gaps = [after - before for before, after in pairwise(times)]
    return timedelta(seconds=max([*gaps, overnight * _DAY - times[-1] + times[0]]))


def _fires(schedule: Schedule, day: date) -> bool:
    return (
        day.month in schedule.months
        and day.day in schedule.days
        and day.isoweekday() % 7 in schedule.weekdays
    )
