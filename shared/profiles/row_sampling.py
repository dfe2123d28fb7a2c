"""Whole rows drawn from a source, for what cannot be counted column by column."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.profiles.columns import kind_of, why_skipped
from shared.profiles.engine_faults import told_without_values
from shared.profiles.reading import Source, read_parts
from shared.statistics.multivariate import MultivariateDrift, Sample, multivariate_drift
from shared.statistics.multivariate.drift import LIMIT

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]

ROWS = 5_000
CHUNKS = 10


def drift_of_rows(
    baseline: Source,
    window: Source,
    *,
    seed: int,
    columns: Sequence[str] | None = None,
    rows: int = ROWS,
    limit: float = LIMIT,
) -> MultivariateDrift:
    """Judge all columns of a window together, on `rows` drawn from either side.

    Times and identifiers are left out unless `columns` names them. The baseline's sampled rows, in
    the order they have, are also the ten chunks its natural variation is taken from.
    Raises InvalidData when a source cannot be read, or a column is not of the same kind in both.
    """
    before = sample_rows(baseline, rows=rows, seed=seed)
    after = sample_rows(window, rows=rows, seed=seed + 1)
    names = list(columns) if columns is not None else _told_of(before)
    first, second = _as_samples(before, after, names)
    borders = np.linspace(0, first.rows, CHUNKS + 1).astype(int)
    chunks = [
        Sample(
            columns={name: values[low:high] for name, values in first.columns.items()},
            categorical=first.categorical,
        )
        for low, high in pairwise(borders)
    ]
    return multivariate_drift(first, second, seed=seed, limit=limit, chunks=chunks)


def sample_rows(source: Source, *, rows: int = ROWS, seed: int) -> "pa.Table":
    """A uniform sample without replacement, in the order of the source; all of a shorter one.

    Every row draws a number and the smallest are kept, so the parts a source is read in change
    nothing. Source: Efraimidis and Spirakis, Information Processing Letters 97 (2006), with equal
    weights. Raises InvalidData when the source cannot be read or `rows` is below 1.
    """
    import pyarrow as pa

    if rows < 1:
        raise InvalidData(f"rows is {rows}; draw at least one.")
    generator = np.random.default_rng(seed)
    kept: list[pa.Table] = []
    keys = np.zeros(0)
    for part in read_parts(source):
        drawn = generator.random(part.rows)
        keys = np.concatenate([keys, drawn])
        chosen = np.sort(np.argsort(keys, kind="stable")[:rows])
        old = len(keys) - part.rows
        fresh = np.zeros(part.rows, dtype=np.bool_)
        fresh[chosen[chosen >= old] - old] = True
        if old:
            kept = [_together(kept).take(pa.array(chosen[chosen < old]))]
        kept.append(_decoded(part.where(pa.array(fresh)).table()))
        keys = keys[chosen]
    return _together(kept)


def _decoded(table: "pa.Table") -> "pa.Table":
    """Texts as texts, since parts of one source have dictionaries of their own."""
    import pyarrow as pa

    columns = {name: table.column(name) for name in table.column_names}
    return pa.table(
        {
            name: values.cast(values.type.value_type)
            if pa.types.is_dictionary(values.type)
            else values
            for name, values in columns.items()
        }
    )


def _together(tables: "Sequence[pa.Table]") -> "pa.Table":
    import pyarrow as pa

    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as problem:
        raise InvalidData(
            f"A column is not of one type in every part: {told_without_values(problem)}; "
            "store it as one type."
        ) from problem


def _told_of(table: "pa.Table") -> list[str]:
    return [
        name
        for name in table.column_names
        if why_skipped(name, table.column(name), asked_for=False) is None
    ]


def _as_samples(
    before: "pa.Table", after: "pa.Table", names: Collection[str]
) -> tuple[Sample, Sample]:
    first: dict[str, Floats] = {}
    second: dict[str, Floats] = {}
    categorical = set()
    for name in names:
        if name not in before.column_names:
            raise InvalidData(f"Column {name} is not in the baseline; name one of its columns.")
        one = _one(before, name)
        why = why_skipped(name, before.column(name), asked_for=True)
        if why is not None and one.null_count < len(one):
            raise InvalidData(f"Column {name} is {why}; leave it out.")
        if name not in after.column_names:
            first[name] = np.full(before.num_rows, np.nan)
            continue
        other = _one(after, name)
        kinds = {kind_of(values) for values in (one, other)} - {"null"}
        if len(kinds) > 1:
            raise InvalidData(
                f"Column {name} is {kind_of(one)} in the baseline and {kind_of(other)} in the "
                "window; store it as one type."
            )
        if any(kind.startswith("datetime") for kind in kinds):
            raise InvalidData(
                f"Column {name} is a time, which rows are not told apart by; leave it out."
            )
        if kinds <= {"numeric"}:
            first[name], second[name] = _doubles(one), _doubles(other)
        else:
            first[name], second[name] = _codes(one, other)
            categorical.add(name)
    named = frozenset(categorical)
    return Sample(columns=first, categorical=named), Sample(columns=second, categorical=named)


def _one(table: "pa.Table", name: str) -> "pa.Array":
    import pyarrow as pa

    values = table.column(name).combine_chunks()
    return pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values


def _doubles(values: "pa.Array") -> Floats:
    import pyarrow as pa

    doubles = values.cast(pa.float64(), safe=False)
    return np.array(doubles.to_numpy(zero_copy_only=False), dtype=np.float64)


def _codes(one: "pa.Array", other: "pa.Array") -> tuple[Floats, Floats]:
    """Codes of texts, the same on both sides, in the order of the texts."""
    texts = [["" if v is None else str(v) for v in each.to_pylist()] for each in (one, other)]
    _, codes = np.unique(np.array([*texts[0], *texts[1]], dtype=object), return_inverse=True)
    found = codes.astype(np.float64)
    found[[not v.is_valid for each in (one, other) for v in each]] = np.nan
    return found[: len(one)], found[len(one) :]
