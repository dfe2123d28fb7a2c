"""Data cut into a row of windows, and the baseline's own used to learn what they do unchanged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.buffers import valid_values
from shared.profiles.compute import text_columns, window
from shared.profiles.reading import Source, read_parts
from shared.profiles.sources.part import Part
from shared.profiles.sources.unread import Faults
from shared.profiles.windowing import timed_part_between
from shared.statistics.profile import Profile
from shared.statistics.sequential import (
    MOST_CHANNELS,
    NEEDED_CHUNKS,
    Calibration,
    calibrate,
    refuse_too_wide,
)

if TYPE_CHECKING:
    import pyarrow as pa

CHUNKS = 50
SMALLEST_CHUNK = 100
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)


def windows_of_rows(source: Source, base: Profile, rows: int) -> list[Profile]:
    """Profiles of so many rows each, in the order of the source; a shorter rest is left out.

    Raises InvalidData when `rows` is below 1 or the source cannot be read.
    """
    if rows < 1:
        raise InvalidData(f"A window of {rows} rows holds nothing; give 1 or more.")
    return [window(table, base) for table in _cut(source, base, rows) if table.num_rows == rows]


def windows_of_time(
    source: Source,
    base: Profile,
    every: timedelta,
    time_column: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    faults: Faults = Faults.REFUSE,
) -> list[Profile]:
    """Profiles of one period each from `start` to `end`, those without rows too.

    Without them from the first row's period to the last's. Periods are counted from a Monday at
    midnight in UTC; of those that `start` and `end` cut, only the rows within are counted.
    Rows without a time are in none; `faults` is as in `read_parts`.
    Raises InvalidData when the column does not hold times or there would be over 100 000 periods.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if every <= timedelta():
        raise InvalidData(f"A period of {every} holds nothing; give one above 0.")
    zero = int(_EPOCH.timestamp() * 1e6)
    length = int(every.total_seconds() * 1e6)
    merged: dict[int, Profile] = {}
    for whole in read_parts(source, text=text_columns(base), faults=faults):
        if not whole.names and not whole.rows:
            continue
        part, instants = timed_part_between(whole, time_column, start, end)
        if part.rows == 0:
            continue
        times = pc.cast(instants, pa.int64())
        period = pc.floor(pc.divide(pc.cast(pc.subtract(times, zero), pa.float64()), float(length)))
        for number, rows in _grouped(part, period, _columns(part, base)):
            found = window(rows, base)
            merged[number] = merged[number] + found if number in merged else found
    known = [*merged, *([] if start is None else [(start - _EPOCH) // every])]
    known += [] if end is None else [-((_EPOCH - end) // every) - 1]
    if not known:
        return []
    first, last = min(known), max(known)
    if last - first > 100_000:
        raise InvalidData(f"{time_column} spans {last - first} periods of {every}; take longer.")
    empty = window({name: [] for name in base.columns}, base)
    return [
        _between(merged.get(at, empty), _EPOCH + at * every, _EPOCH + (at + 1) * every)
        for at in range(first, last + 1)
    ]


def calibration(
    source: Source,
    base: Profile,
    *,
    rows: int | None = None,
    every: timedelta | None = None,
    time_column: str | None = None,
    most: int = MOST_CHANNELS,
) -> Calibration:
    """Learn from the baseline's data, cut as windows will be: by rows, or by time.

    Without either it is cut into fifty chunks in the order of its rows. Days and parts of days
    are checked for a weekly season.
    Raises InvalidData when fewer than ten chunks come of it, and for a baseline of more than
    `most` shares and shapes, before its rows are read again.
    """
    refuse_too_wide(base, most)
    if every is not None and time_column is not None:
        chunks = windows_of_time(source, base, every, time_column)
        return calibrate(base, chunks, phases=phases_of(chunks, every))
    size = rows or max(base.rows // CHUNKS, min(SMALLEST_CHUNK, base.rows // NEEDED_CHUNKS), 1)
    return calibrate(base, windows_of_rows(source, base, size))


def phases_of(windows: list[Profile], every: timedelta) -> list[int] | None:
    """Each window's place in the week, by its start; None where the period hides the week."""
    week = timedelta(days=7)
    if every >= week or week % every or any(one.start is None for one in windows):
        return None
    return [int((one.start - _EPOCH) % week / every) for one in windows if one.start is not None]


def _between(profile: Profile, start: datetime, end: datetime) -> Profile:
    from dataclasses import replace

    return replace(profile, start=start, end=end)


def _columns(part: Part, base: Profile) -> list[str]:
    """The baseline's columns; where the part has none of them, one that counts its rows."""
    return [name for name in base.columns if name in part.names] or list(part.names[:1])


def _grouped(
    part: Part, period: "pa.Array", columns: list[str]
) -> "Iterator[tuple[int, pa.Table]]":
    """The rows of each period, with one sort instead of a search for each; null is in none."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = valid_values(pc.fill_null(period, float("nan")))
    order = np.argsort(numbers, kind="stable")
    known = int(np.count_nonzero(~np.isnan(numbers)))
    ordered = numbers[order[:known]]
    table = part.table(columns).take(pa.array(order[:known]))
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[:known])
    for start, end in pairwise([*starts.tolist(), known]):
        yield int(ordered[start]), table.slice(start, end - start)


def _cut(source: Source, base: Profile, rows: int) -> Iterator["pa.Table"]:
    """Tables of so many rows across the parts of the source, the last one perhaps shorter."""
    import pyarrow as pa

    held: pa.Table | None = None
    for part in read_parts(source, text=text_columns(base)):
        table = part.table(_columns(part, base))
        if held is not None and held.num_rows:
            table = pa.concat_tables([held, table], promote_options="permissive")
        at = 0
        while table.num_rows - at >= rows:
            yield table.slice(at, rows)
            at += rows
        held = table.slice(at)
    if held is not None and held.num_rows:
        yield held
