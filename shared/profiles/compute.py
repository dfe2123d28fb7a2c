"""Counts the rows of a source into profiles, one column at a time."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import InvalidData
from shared.profiles.columns import (
    count_column,
    count_missing,
    kind_of,
    make_baseline_column,
    why_skipped,
)
from shared.profiles.reading import Part, Source, fingerprint, read_parts
from shared.profiles.windowing import rows_between, utc
from shared.statistics.profile import MISSING, Column, Profile, binning_hash

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

    parts = list(read_parts(source, columns))
    for name in sorted({name for part in parts for name in part.mixed} - {*exclude}):
        if columns is None or name in columns:
            raise InvalidData(f"{_told(source)} mixes types in one column, {name}; give it one.")
    try:
        table = pa.concat_tables([part.table for part in parts], promote_options="permissive")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"The files of the baseline disagree: {str(problem).splitlines()[0]}."
        ) from problem
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
    where they name no zone. A column that is missing from every file or has another type is kept
    as a problem; one that is missing from some files counts as missing values there.
    Raises InvalidData when the source cannot be read or its times cannot be.
    """
    if (start is not None or end is not None) and time_column is None:
        raise InvalidData("A window needs `time_column`, the column that holds the rows' times.")
    start, end = utc(start), utc(end)
    if start is not None and end is not None and start >= end:
        raise InvalidData(f"The window's start {start} is not before its end {end}; swap them.")
    wanted = [*base.columns, *([time_column] if time_column is not None else [])]
    text = [name for name, column in base.columns.items() if column.kind == "categorical"]
    merged = _empty(base)
    for part in read_parts(source, wanted, text):
        table = part.table
        if start is not None or end is not None:
            table = rows_between(table, time_column, start, end)
        merged = merged + _window_of_part(part, table, base)
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
        unread=merged.unread,
    )


def _window_of_part(part: Part, table: "pa.Table", base: Profile) -> Profile:
    counted: dict[str, Column] = {}
    problems: dict[str, str] = {}
    for name, column in base.columns.items():
        if name not in table.column_names:
            counted[name] = count_missing(table.num_rows, column)
            if part.names:
                problems[name] = MISSING
            continue
        values = table.column(name).combine_chunks()
        kind = kind_of(values)
        if name in part.mixed and column.kind != "categorical":
            kind = "several types"
        if kind in {column.kind, "null"}:
            counted[name] = count_column(values, column)
        elif table.num_rows == 0:
            counted[name] = count_column(None, column)
        else:
            problems[name] = (
                f"changed its type: {column.kind} in the baseline, {kind} in the window"
            )
    return Profile(
        columns=counted,
        rows=table.num_rows,
        baseline_hash=base.baseline_hash,
        problems=problems,
        extra=tuple(sorted(set(part.names) - base.columns.keys() - base.skipped.keys())),
        unread=part.unread,
    )


def _told(source: Source) -> str:
    return str(source) if isinstance(source, str | Path) else "The baseline"


def _empty(base: Profile) -> Profile:
    return Profile(
        columns={name: count_column(None, column) for name, column in base.columns.items()},
        rows=0,
        baseline_hash=base.baseline_hash,
    )
