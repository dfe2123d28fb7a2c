"""Moments of a scenario: `02:10` on its first day, `day 3 14:00` later on; all in UTC."""

import re
from datetime import datetime, timedelta

_MOMENT = re.compile(r"(?:day (\d+) )?(\d\d):(\d\d)")


def parse_moment(text: str, start: datetime) -> datetime:
    """When that is, in a scenario that begins at midnight of `start`.

    >>> from datetime import UTC
    >>> parse_moment("day 2 09:30", datetime(2026, 2, 3, tzinfo=UTC)).isoformat()
    '2026-02-04T09:30:00+00:00'

    Raises ValueError for what is no time of day.
    """
    found = _MOMENT.fullmatch(text)
    day = int(found[1] or 1) if found is not None else 0
    if found is None or day < 1 or int(found[2]) > 23 or int(found[3]) > 59:
        raise ValueError(f"{text!r} is no time; write 02:10, or day 3 14:00 for a later day")
    return start + timedelta(days=day - 1, hours=int(found[2]), minutes=int(found[3]))


def spell_moment(time: datetime, start: datetime) -> str:
    """A moment as scenarios write it.

    >>> from datetime import UTC
    >>> midnight = datetime(2026, 2, 3, tzinfo=UTC)
    >>> spell_moment(midnight + timedelta(days=1, hours=9), midnight)
    'day 2 09:00'
    """
    since = time - start
    clock = time.strftime("%H:%M" if not time.second else "%H:%M:%S")
    return f"day {since.days + 1} {clock}" if since.days else clock
