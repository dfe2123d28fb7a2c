"""How a row of windows is cut: by rows or by time."""

from datetime import timedelta

from shared.errors import InvalidData
from shared.policies.durations import parse_duration


def rows_or_period(every: str, time_column: str | None) -> tuple[int | None, timedelta | None]:
    """So many rows (`5000`) or a period (`7d`, `1h`), the other being None.

    Raises InvalidData for neither, or for a period without the column of the rows' times.

    >>> rows_or_period("5000", None), rows_or_period("7d", "at")
    ((5000, None), (None, datetime.timedelta(days=7)))
    """
    if every.isdecimal():
        return int(every), None
    period = parse_duration(every)
    if time_column is None:
        raise InvalidData(f"Windows of {every} need --time-column, the column of the rows' times.")
    return None, period
