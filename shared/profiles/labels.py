"""Labels that arrive later, joined to their predictions by id, with nothing lost unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.profiles.buffers import valid_values
from shared.profiles.engine_faults import told_without_values
from shared.profiles.reading import Source, fingerprint, read_parts
from shared.profiles.windowing import as_timestamps, utc
from shared.statistics.profile import AGES, LabelCoverage
from shared.statistics.profile.scores import add_fingerprints

if TYPE_CHECKING:
    import pyarrow as pa

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """Predictions with their labels beside them, one table a part, and what the join saw.

    `counts` holds only what a join can see: orphans, repeated ids, conflicts, missing ids.
    """

    parts: "tuple[pa.Table, ...]"
    label: str
    counts: LabelCoverage
    fingerprint: str = ""


def join_labels(
    predictions: Source,
    labels: Source,
    *,
    key: str,
    label: str,
    label_key: str | None = None,
    label_time: str | None = None,
    columns: Sequence[str] | None = None,
) -> Joined:
    """Put each label beside its prediction; every prediction stays, with or without a label.

    `key` names the id in the predictions and, unless `label_key` differs, in the labels. Of several
    lines of one id the last counts, as a correction would; `label_time` is carried along.
    `columns` keeps only those of the predictions. Labels are held in memory, predictions pass part
    by part. Raises InvalidData when a column is absent or the ids have different types.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    label_key = label_key or key
    carried = [label, *([label_time] if label_time is not None else [])]
    known = _read_labels(labels, [label_key, *carried])
    lines = known.num_rows
    ids = known.column(label_key).combine_chunks()
    last = _last_lines(ids)
    repeated = lines - len(last)
    conflicting = _conflicts(known, label_key, label)
    known = known.take(pa.array(last))
    ids = known.column(label_key).combine_chunks()
    matched = np.zeros(len(ids), dtype=np.bool_)
    seen: list[Any] = []
    parts: list[pa.Table] = []
    without = keyed = 0
    wanted = None if columns is None else [key, *(name for name in columns if name != key)]
    for part in read_parts(predictions):
        table = part.table(wanted)
        if key not in table.column_names:
            raise InvalidData(
                f"The predictions have no column {key}; they have {', '.join(part.names)}."
            )
        asked = _same_type(table.column(key).combine_chunks(), ids, key)
        at = pc.index_in(asked, value_set=ids, skip_nulls=True)
        found = valid_values(at)
        matched[found] = True
        without += asked.null_count
        keyed += len(asked) - asked.null_count
        seen.append(pc.unique(asked.drop_null()))
        for name in carried:
            if name in table.column_names:
                raise InvalidData(
                    f"The predictions already have a column {name}; leave it out with `columns`."
                )
            table = table.append_column(name, known.column(name).take(at))
        parts.append(table)
    distinct = len(pc.unique(pa.chunked_array(seen))) if seen else 0
    return Joined(
        parts=tuple(parts),
        label=label,
        counts=LabelCoverage(
            orphans=int((~matched).sum()),
            repeated_labels=repeated,
            conflicting_labels=conflicting,
            repeated_predictions=keyed - distinct,
            without_key=without,
        ),
        fingerprint=add_fingerprints(fingerprint(predictions), fingerprint(labels)),
    )


def _read_labels(source: Source, names: list[str]) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = []
    for part in read_parts(source):
        for name in names:
            if name not in part.all_names:
                raise InvalidData(
                    f"The labels have no column {name}; they have {', '.join(part.names)}."
                )
        tables.append(part.table(names))
    if not tables:
        raise InvalidData("No file of labels was given; name one at least.")
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"The files of labels disagree: {told_without_values(problem)}."
        ) from problem
    return table.filter(pc.is_valid(table.column(names[0])))


def _last_lines(ids: "pa.Array") -> npt.NDArray[np.int64]:
    """The line each id has last, in order."""
    codes = ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    last = np.zeros(int(codes.max()) + 1 if len(codes) else 0, dtype=np.int64)
    last[codes] = np.arange(len(codes))
    return np.sort(last)


def _conflicts(table: "pa.Table", key: str, label: str) -> int:
    """Ids whose lines name different labels."""
    import pyarrow.compute as pc

    filled = table.filter(pc.is_valid(table.column(label))).select([key, label])
    pairs = filled.group_by([key, label]).aggregate([])
    return int(pairs.num_rows) - len(pc.unique(pairs.column(key)))


def _same_type(asked: "pa.Array", ids: "pa.Array", key: str) -> "pa.Array":
    import pyarrow as pa

    if pa.types.is_dictionary(asked.type):
        asked = asked.dictionary_decode()
    if asked.type == ids.type:
        return asked
    text = {pa.string(), pa.large_string()}
    both_text = asked.type in text and ids.type in text
    both_whole = pa.types.is_integer(asked.type) and pa.types.is_integer(ids.type)
    if not (both_text or both_whole or pa.types.is_null(asked.type) or pa.types.is_null(ids.type)):
        raise InvalidData(
            f"{key} is {asked.type} in the predictions and {ids.type} in the labels; "
            "write both the same way."
        )
    try:
        return asked.cast(ids.type)
    except pa.ArrowException as problem:
        raise InvalidData(
            f"{key} does not fit the ids of the labels: {told_without_values(problem)}."
        ) from problem


def _has_label(table: "pa.Table", label: str | None) -> npt.NDArray[np.bool_]:
    """Which rows have a label; not a number is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if label is None:
        return np.zeros(table.num_rows, dtype=np.bool_)
    values = table.column(label)
    valid = pc.is_valid(values)
    if pa.types.is_floating(values.type):
        valid = pc.and_(valid, pc.fill_null(pc.invert(pc.is_nan(values)), False))
    return np.asarray(valid.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _ages(times: "pa.ChunkedArray", until: "datetime | pa.ChunkedArray | None") -> Any:
    """Seconds from each time to `until`, NaN where either is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    to = until
    if isinstance(until, datetime):
        to = pa.scalar(until, type=pa.timestamp("us", tz="UTC"))
    since = pc.subtract(to, times).cast(pa.int64()).cast(pa.float64())
    return np.asarray(since.to_numpy(zero_copy_only=False), dtype=np.float64) / 1e6


def _counted_by_age(seconds: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Counts in the bands of AGES; what lies before zero is in none."""
    bounds = np.array([age.total_seconds() for age in AGES])
    usable = seconds[np.isfinite(seconds)]
    at = np.searchsorted(bounds, usable, side="right") - 1
    return tuple(np.bincount(at[at >= 0], minlength=len(AGES)).tolist())


def coverage_of(
    table: "pa.Table",
    label: str | None,
    time_column: str | None,
    label_time: str | None,
    as_of: datetime | None,
) -> LabelCoverage:
    """Which rows of a part have a label, by age at `as_of`, and how late their labels came."""
    known = _has_label(table, label)
    found = LabelCoverage(rows=table.num_rows, labelled=int(known.sum()))
    if time_column is None:
        return found
    times = as_timestamps(table.column(time_column), time_column)
    if as_of is not None:
        ages = _ages(times, utc(as_of))
        found = replace(
            found,
            by_age=_counted_by_age(ages),
            labelled_by_age=_counted_by_age(ages[known]),
        )
    if label_time is not None:
        delays = _ages(times, as_timestamps(table.column(label_time), label_time))
        found = replace(found, by_delay=_counted_by_age(delays[known]))
    return found
