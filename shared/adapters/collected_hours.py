"""Which folders of Azure's data collector can hold rows of a span.

Files lie in `yyyy/MM/dd/HH/`; the last levels are left out when the collector rolls less often.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.domain.collected import period_may_hold

Period = tuple[datetime, datetime]


def period_of(folders: Sequence[str]) -> Period | None:
    """The span [start, end) of folders, from the year down to the minute; None if they are none.

    >>> period_of(["2026", "12"])[1].isoformat(), period_of(["blue"])
    ('2027-01-01T00:00:00+00:00', None)
    """
    if not 1 <= len(folders) <= 5 or not all(part.isdecimal() for part in folders):
        return None
    numbers = [int(part) for part in folders]
    year, month, day, hour, minute = (*numbers, *(1, 1, 1, 0, 0)[len(numbers) :])
    try:
        start = datetime(year, month, day, hour, minute, tzinfo=UTC)
        match len(numbers):
            case 1:
                end = start.replace(year=year + 1)
            case 2:
                end = (start + timedelta(days=32)).replace(day=1)
            case 3:
                end = start + timedelta(days=1)
            case 4:
                end = start + timedelta(hours=1)
            case _:
                end = start + timedelta(minutes=1)
    except (ValueError, OverflowError):
        return None
    return start, end


def may_hold(folders: Sequence[str], start: datetime | None, end: datetime | None) -> bool:
    """Whether a file in these folders can hold rows of [start, end); unknown folders may.

    >>> may_hold(["2026", "02"], datetime(2026, 3, 1, tzinfo=UTC), None)
    False
    """
    period = period_of(folders)
    return period is None or period_may_hold(*period, start, end)
