"""Times to the second where it matters."""

from datetime import datetime

from shared.domain.wording import spell_time


def spell_second(time: datetime) -> str:
    """A time to the minute, or to the second where it is not a whole minute.

    >>> from datetime import UTC
    >>> spell_second(datetime(2026, 2, 3, 10, 2, tzinfo=UTC))
    '2026-02-03 10:02 UTC'
    >>> spell_second(datetime(2026, 2, 3, 10, 2, 30, tzinfo=UTC))
    '2026-02-03 10:02:30 UTC'
    """
    return time.strftime("%Y-%m-%d %H:%M:%S UTC") if time.second else spell_time(time)
