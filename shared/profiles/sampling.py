"""Some rows of a source as a matrix, for what cannot be told from profiles."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.profiles.columns import kind_of
from shared.profiles.compute import text_columns
from shared.profiles.reading import Source, read_parts
from shared.statistics.profile import CategoricalColumn, Profile

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.profiles.sources.part import Part

Floats = npt.NDArray[np.float64]

ROWS = 20_000
_LEVELS = 8


def sample_rows(source: Source, base: Profile, *, rows: int = ROWS, seed: int = 0) -> Floats:
    """At most so many rows, drawn without replacement, as numbers (rows, columns).

    Numeric columns as they are, missing ones not-a-number; of a categorical column one column of
    0 and 1 for each of its most frequent values but the last. A column that is missing or of
    another type is not-a-number throughout.
    Raises InvalidData when the source cannot be read.
    """
    random = np.random.default_rng(seed)
    drawn: list[Floats] = []
    keys: list[Floats] = []
    for part in read_parts(source, text=text_columns(base)):
        key = random.random(part.rows)
        at = np.sort(np.argsort(key, kind="stable")[:rows])
        drawn.append(_matrix(part, base, at))
        keys.append(key[at])
    if not drawn:
        return np.zeros((0, len(columns_of(base))))
    kept = np.sort(np.argsort(np.concatenate(keys), kind="stable")[:rows])
    return np.concatenate(drawn)[kept]


def columns_of(base: Profile) -> tuple[str, ...]:
    """The names of the matrix's columns."""
    found: list[str] = []
    for name, column in base.columns.items():
        if isinstance(column, CategoricalColumn):
            found.extend(f"{name} is {value}" for value in _levels(column))
        else:
            found.append(name)
    return tuple(found)


def _levels(column: CategoricalColumn) -> tuple[str, ...]:
    return column.values[: min(_LEVELS, len(column.values) - 1)]


def _matrix(part: "Part", base: Profile, at: npt.NDArray[np.int64]) -> Floats:
    import pyarrow as pa

    columns: list[Floats] = []
    chosen = pa.array(at)
    for name, column in base.columns.items():
        width = len(_levels(column)) if isinstance(column, CategoricalColumn) else 1
        if name not in part.names or kind_of(part.column(name)) != column.kind:
            columns.append(np.full((len(at), width), np.nan))
            continue
        values = part.column(name).take(chosen)
        if isinstance(column, CategoricalColumn):
            columns.append(_indicators(values, _levels(column)))
        else:
            columns.append(_doubles(values)[:, None])
    return np.concatenate(columns, axis=1)


def _doubles(values: "pa.Array") -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    filled = pc.fill_null(values.cast(pa.float64(), safe=False), float("nan"))
    return np.frombuffer(filled.buffers()[1], dtype=np.float64, count=len(filled))


def _indicators(values: "pa.Array", levels: tuple[str, ...]) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    texts = pc.utf8_lower(values.cast(pa.string())) if kind_of(values) == "boolean" else values
    named = pc.index_in(texts, value_set=pa.array(levels, type=texts.type))
    codes = _doubles(named)
    found = (codes[:, None] == np.arange(len(levels))[None, :]).astype(np.float64)
    found[_doubles(pc.is_null(values).cast(pa.int8())) == 1.0] = np.nan
    return np.asarray(found)
