"""The rhythm of day and week as columns of a regression."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_HARMONICS = 3
_FULL_SEASON = timedelta(days=21)


def seasonal_design(
    times: Sequence[datetime], bucket: timedelta, history: timedelta, zone: tzinfo = UTC
) -> Array:
    """One row a time: a level, six days of the week and, below a day, the hours as harmonics.

    From three weeks of history on, hours may differ at the weekend; below two weeks the days of
    the week are left out, since each was seen only once. `zone` is where people live by the clock.
    """
    moments = [time.astimezone(zone) for time in times]
    columns: list[Array] = [np.ones(len(moments))]
    if history >= timedelta(days=14):
        weekdays = np.asarray([moment.weekday() for moment in moments])
        columns.extend((weekdays == day).astype(float) for day in range(1, 7))
    if bucket < timedelta(days=1):
        hours = np.asarray([moment.hour + moment.minute / 60 for moment in moments])
        waves = [
            wave(2 * np.pi * harmonic * hours / 24)
            for harmonic in range(1, _HARMONICS + 1)
            for wave in (np.cos, np.sin)
        ]
        columns.extend(waves)
        if history >= _FULL_SEASON:
            weekend = np.asarray([moment.weekday() >= 5 for moment in moments], dtype=float)
            columns.extend(wave * weekend for wave in waves)
    return np.column_stack(columns)
