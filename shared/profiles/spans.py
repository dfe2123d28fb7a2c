"""The rows of a span as one table, for a baseline that is made of what was collected."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.engine_faults import told_without_values
from shared.profiles.sources.part import Part
from shared.profiles.windowing import as_timestamps, part_between

if TYPE_CHECKING:
    import pyarrow as pa


def rows_between(
    parts: Iterable[Part],
    names: Sequence[str],
    *,
    time_column: str,
    start: datetime,
    end: datetime,
) -> "pa.Table":
    """Some columns of the rows with start <= time < end, in the order of time.

    The time is its last column; only these are held. Raises InvalidData when a column changes its
    type on the way.
    """
    import pyarrow as pa

    tables = []
    for part in parts:
        cut = part_between(part, time_column, start, end)
        if cut.rows:
            tables.append(cut.table([*names, time_column]))
    if not tables:
        return pa.table({name: pa.array([], type=pa.null()) for name in [*names, time_column]})
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"What was collected changes a column's type: {told_without_values(problem)}."
        ) from problem
    return table.sort_by(time_column)


def first_rows(
    table: "pa.Table", time_column: str, shortest: datetime, every: timedelta, least: int
) -> "tuple[pa.Table, datetime] | None":
    """The rows up to `shortest`, or so many periods later that there are `least` of them.

    `table` is what `rows_between` gave, up to now; None where it does not hold enough yet.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_rows < least:
        return None
    times = as_timestamps(table.column(time_column).combine_chunks(), time_column)
    reached = times[least - 1].as_py()
    end = shortest if reached < shortest else shortest + ((reached - shortest) // every + 1) * every
    within = pc.sum(pc.less(times, pa.scalar(end, type=times.type))).as_py()
    return table.slice(0, within).drop_columns([time_column]), end
