"""Counts the rows of a source into profiles, one column at a time."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.columns import count_column, kind_of, make_baseline_column, why_skipped
from shared.profiles.reading import Source, fingerprint, read_tables
from shared.profiles.windowing import rows_between
from shared.statistics.profile import Column, Profile, binning_hash

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_BINS = 64
DEFAULT_TOP = 50


def baseline(
    source: Source,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    bins: int = DEFAULT_BINS,
    top: int = DEFAULT_TOP,
) -> Profile:
    """Profile the data a model was trained on; its quantiles become the bins of every window.

    `source` is a path, a list of paths or a frame. Without `columns` every column is taken but
    identifiers and times, which `Profile.skipped` names with the reason.
    Raises InvalidData when there are no rows, or a named column does not exist.
    """
    import pyarrow as pa

    tables = list(read_tables(source, columns))
    table = pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})
    for name in columns or ():
        if name not in table.column_names:
            raise InvalidData(
                f"The baseline has no column {name}; it has {', '.join(table.column_names)}."
            )
    if table.num_rows == 0:
        raise InvalidData("The baseline has no rows; give the data the model was trained on.")
    skipped: dict[str, str] = {}
    profiled: dict[str, Column] = {}
    for name in columns or table.column_names:
        values = table.column(name).combine_chunks()
        reason = "excluded" if name in exclude else why_skipped(name, values, columns is not None)
        if reason is not None:
            skipped[name] = reason
        else:
            profiled[name] = make_baseline_column(values, bins=bins, top=top)
    if not profiled:
        raise InvalidData("The baseline has no column that can be compared; name some in columns.")
    return Profile(
        columns=profiled,
        rows=table.num_rows,
        baseline_hash=binning_hash(profiled),
        fingerprint=fingerprint(source),
        skipped=skipped,
    )


def window(
    source: Source,
    base: Profile,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    time_column: str | None = None,
) -> Profile:
    """Profile rows in the bins of a baseline; only rows in [start, end) when a window is cut.

    `time_column` holds the rows' times as timestamps, ISO 8601 text or epoch milliseconds, in UTC
    where they name no zone. A column that is missing or of another type is kept as a problem.
    Raises InvalidData when the source cannot be read or its times cannot be.
    """
    cut = start is not None or end is not None
    if cut and time_column is None:
        raise InvalidData("A window needs `time_column`, the column that holds the rows' times.")
    wanted = None if time_column is None else [*base.columns, time_column]
    parts = [
        _window_of_table(rows_between(table, time_column, start, end) if cut else table, base)
        for table in read_tables(source, wanted)
    ]
    if not parts:
        parts = [_empty(base)]
    merged = reduce(add, parts)
    return Profile(
        columns=merged.columns,
        rows=merged.rows,
        baseline_hash=base.baseline_hash,
        start=start,
        end=end,
        fingerprint=fingerprint(source),
        skipped=dict(base.skipped),
        problems=merged.problems,
        extra=tuple(name for name in merged.extra if name != time_column),
    )


def _window_of_table(table: "pa.Table", base: Profile) -> Profile:
    counted: dict[str, Column] = {}
    problems: dict[str, str] = {}
    present = set(table.column_names)
    for name, column in base.columns.items():
        if name not in present:
            if table.num_columns:
                problems[name] = "missing: the baseline has this column, the window does not"
            else:
                counted[name] = count_column(None, column)
            continue
        values = table.column(name).combine_chunks()
        kind = kind_of(values)
        if kind not in {column.kind, "null"}:
            problems[name] = (
                f"changed its type: {column.kind} in the baseline, {kind} in the window"
            )
            continue
        counted[name] = count_column(values, column)
    return Profile(
        columns=counted,
        rows=table.num_rows,
        baseline_hash=base.baseline_hash,
        problems=problems,
        extra=tuple(sorted(present - base.columns.keys() - base.skipped.keys())),
    )


def _empty(base: Profile) -> Profile:
    return Profile(
        columns={name: count_column(None, column) for name, column in base.columns.items()},
        rows=0,
        baseline_hash=base.baseline_hash,
    )
