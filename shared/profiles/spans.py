"""The rows of a span as one table, for a baseline that is made of what was collected."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.sources.part import Part
from shared.profiles.windowing import part_between

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

    Only these columns are held. Raises InvalidData when a column changes its type on the way.
    """
    import pyarrow as pa

    tables = []
    for part in parts:
        cut = part_between(part, time_column, start, end)
        if cut.rows:
            tables.append(cut.table([*names, time_column]))
    if not tables:
        return pa.table({name: pa.array([], type=pa.null()) for name in names})
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"What was collected changes a column's type: {str(problem).splitlines()[0]}."
        ) from problem
    return table.sort_by(time_column).drop_columns([time_column])
