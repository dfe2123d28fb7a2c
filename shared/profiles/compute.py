"""Counts the rows of a source into profiles, one column of one part at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.wording import spell_list
from shared.errors import InvalidData
from shared.profiles.bounds import refuse_long_names, refuse_too_many
from shared.profiles.columns import (
    count_column,
    count_missing,
    kind_of,
    make_baseline_column,
    why_skipped,
)
from shared.profiles.engine_faults import told_without_values
from shared.profiles.reading import ROWS_AT_ONCE, Source, fingerprint, read_parts
from shared.profiles.sources.part import Part
from shared.profiles.windowing import part_between, utc
from shared.statistics.profile import MISSING, Column, Profile, binning_hash, merged

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_BINS = 64
DEFAULT_TOP = 50

Progress = Callable[[float], None]


def baseline(
    source: Source,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    bins: int = DEFAULT_BINS,
    top: int = DEFAULT_TOP,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress | None = None,
) -> Profile:
    """Profile the data a model was trained on; its quantiles become the bins of every window.

    `source` is a path, a list of paths or a frame. Without `columns` every column is taken but
    identifiers and times, which `Profile.skipped` names with the reason. `progress` is told the
    fraction done.
    Raises InvalidData when there are no rows, a named column does not exist, or there are more
    columns than a baseline may have.
    """
    parts = list(read_parts(source, rows_at_once=rows_at_once))
    names = list(dict.fromkeys(name for part in parts for name in (*part.names, *part.added)))
    for name in sorted({name for part in parts for name in part.mixed} - {*exclude}):
        if columns is None or name in columns:
            raise InvalidData(f"{_told(source)} mixes types in one column, {name}; give it one.")
    for name in columns or ():
        if name not in names:
            raise InvalidData(f"The baseline has no column {name}; it has {spell_list(names, 20)}.")
    rows = sum(part.rows for part in parts)
    if rows == 0:
        raise InvalidData("The baseline has no rows; give the data the model was trained on.")
    skipped: dict[str, str] = {}
    profiled: dict[str, Column] = {}
    wanted = list(columns or names)
    refuse_too_many([name for name in wanted if name not in exclude])
    refuse_long_names([name for name in wanted if name not in exclude])
    for done, name in enumerate(wanted):
        if progress is not None:
            progress(done / len(wanted))
        if name in exclude:
            skipped[name] = "excluded"
            continue
        pieces = [_piece(part, name) for part in parts]
        values = _joined(name, pieces)
        reason = why_skipped(name, values, columns is not None)
        if reason is not None:
            skipped[name] = reason
        else:
            profiled[name] = make_baseline_column(values, bins=bins, top=top)
    if not profiled:
        raise InvalidData("The baseline has no column that can be compared; name some in columns.")
    return Profile(
        columns=profiled,
        rows=rows,
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
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress | None = None,
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
    parts = read_parts(source, text=text_columns(base), rows_at_once=rows_at_once)
    return replace(
        window_of_parts(
            parts, base, start=start, end=end, time_column=time_column, progress=progress
        ),
        fingerprint=fingerprint(source),
    )


def window_of_parts(
    parts: Iterable[Part],
    base: Profile,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    time_column: str | None = None,
    progress: Progress | None = None,
) -> Profile:
    """The same of parts that somebody else reads, and may look at as they pass.

    Raises InvalidData when the times cannot be read.
    """

    def counted() -> Iterator[Profile]:
        done = 0.0
        for whole in parts:
            part = part_between(whole, time_column, start, end)
            yield _window_of_part(part, base, _from(progress, done, whole.share))
            done += whole.share

    found = merged(chain([_empty(base)], counted()))
    return replace(
        found,
        start=start,
        end=end,
        skipped=dict(base.skipped),
        extra=tuple(name for name in found.extra if name != time_column),
    )


def text_columns(base: Profile) -> list[str]:
    """The columns whose values are texts, whatever they look like in a file without types."""
    return [name for name, column in base.columns.items() if column.kind == "categorical"]


def _window_of_part(part: Part, base: Profile, progress: Progress | None) -> Profile:
    counted: dict[str, Column] = {}
    problems: dict[str, str] = {}
    for done, (name, column) in enumerate(base.columns.items()):
        if progress is not None:
            progress(done / len(base.columns))
        if name not in part.names:
            counted[name] = count_missing(part.rows, column)
            if part.names:
                problems[name] = MISSING
            continue
        pieces = part.pieces(name)
        first = next(pieces)
        kind = kind_of(first)
        if name in part.mixed and column.kind != "categorical":
            kind = "several types"
        if kind in {column.kind, "null"}:
            counted[name] = count_column(chain([first], pieces), column)
        elif part.rows == 0:
            counted[name] = count_column((), column)
        else:
            problems[name] = (
                f"changed its type: {column.kind} in the baseline, {kind} in the window"
            )
    return Profile(
        columns=counted,
        rows=part.rows,
        baseline_hash=base.baseline_hash,
        problems=problems,
        extra=tuple(sorted(set(part.names) - base.columns.keys() - base.skipped.keys())),
        unread=part.unread.total,
    )


def _from(progress: Progress | None, done: float, share: float) -> Progress | None:
    if progress is None:
        return None
    return lambda fraction: progress(min(done + share * fraction, 1.0))


def _piece(part: Part, name: str) -> "pa.ChunkedArray":
    import pyarrow as pa

    if name not in part.all_names:
        return pa.chunked_array([pa.nulls(part.rows)])
    return part.read(name)


def _joined(name: str, pieces: "list[pa.ChunkedArray]") -> "pa.ChunkedArray":
    """The pieces of one column as one column of the type that holds them all."""
    import pyarrow as pa

    try:
        tables = [pa.table({name: piece}) for piece in pieces]
        return pa.concat_tables(tables, promote_options="permissive").column(0)
    except pa.ArrowException as problem:
        raise InvalidData(
            f"The files of the baseline disagree: {told_without_values(problem)}."
        ) from problem


def _told(source: Source) -> str:
    return str(source) if isinstance(source, str | Path) else "The baseline"


def _empty(base: Profile) -> Profile:
    return Profile(
        columns={name: count_column((), column) for name, column in base.columns.items()},
        rows=0,
        baseline_hash=base.baseline_hash,
    )
