"""How hard instances work, out of one measurement a minute of each of them.

A minute at 100 % is what instances are paid for. What was held for ten minutes is what a scaler
would have acted on, and what makes callers wait; so a level counts that was never left for ten.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

HELD_FOR = 10
"""Minutes that a level has to be held."""
SPAN = timedelta(hours=1)
"""Load is of the last hour of a span: it tells what is so now."""
_GAP = timedelta(minutes=2)
_LATELY = timedelta(minutes=15)


def held(minutes: Mapping[datetime, float]) -> float | None:
    """The highest level that was never left for ten minutes running; None when none was watched.

    One minute without a measurement does not break the run, two do.

    >>> from datetime import UTC
    >>> at = [datetime(2026, 2, 3, 12, minute, tzinfo=UTC) for minute in range(12)]
    >>> held(dict(zip(at, [10.0, 97, 98, 99, 95, 96, 97, 98, 99, 97, 96, 20], strict=True)))
    95
    """
    highest: float | None = None
    run: list[float] = []
    last: datetime | None = None
    for time, level in sorted(minutes.items()):
        if last is not None and time - last > _GAP:
            run = []
        run.append(level)
        last = time
        if len(run) >= HELD_FOR:
            lowest = min(run[-HELD_FOR:])
            highest = lowest if highest is None else max(highest, lowest)
    return highest


def highest_held(instances: Iterable[Mapping[datetime, float]]) -> float | None:
    """The highest level that one of the instances held; None when none was watched long enough."""
    return max((level for one in instances if (level := held(one)) is not None), default=None)


def most_lately(states: Mapping[str, Mapping[datetime, float]], end: datetime) -> dict[str, int]:
    """The most instances that were in each state at once in the last quarter of an hour.

    So too few is too few all that time, and an instance that was late with its word is no cold one.
    Empty while fewer than ten minutes were watched.
    """
    lately = {
        state: {time: count for time, count in counts.items() if end - _LATELY <= time < end}
        for state, counts in states.items()
    }
    watched = {time for counts in lately.values() for time in counts}
    if len(watched) < HELD_FOR:
        return {}
    return {state: round(max(counts.values())) for state, counts in lately.items() if counts}
