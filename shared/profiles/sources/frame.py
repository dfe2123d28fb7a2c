"""What is in memory already: any frame that speaks Arrow."""

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.profiles.engine_faults import told_without_values
from shared.profiles.sources.part import Part

if TYPE_CHECKING:
    import pyarrow as pa

_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_frame(frame: Any) -> Part:
    """One part of a pyarrow table, a Polars, pandas or DuckDB frame, or a mapping of values.

    Raises InvalidData for anything else.
    """
    table = _table(frame)
    twice = [name for name, times in Counter(table.column_names).items() if times > 1]
    if twice:
        raise InvalidData(f"The frame has two columns named {twice[0]}; rename one of them.")
    kept = [name for name in table.column_names if not _PANDAS_INDEX.fullmatch(name)]
    return Part.of(table.select(kept))


def _table(source: Any) -> "pa.Table":
    import pyarrow as pa

    try:
        if isinstance(source, pa.Table):
            return source
        if isinstance(source, dict):
            return pa.table({name: pa.array(values) for name, values in source.items()})
        if hasattr(source, "to_arrow"):
            return source.to_arrow()
        if hasattr(source, "__arrow_c_stream__"):
            return pa.table(source)
    except (pa.ArrowException, TypeError) as problem:
        raise InvalidData(f"The frame cannot be read: {told_without_values(problem)}.") from problem
    raise InvalidData(
        f"{type(source).__name__} is no data source; give a path, a list of paths, an Arrow table, "
        "a Polars or pandas frame, or a mapping of column to values."
    )
