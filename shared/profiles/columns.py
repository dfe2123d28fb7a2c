"""One Arrow column into one column of a profile."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shared.profiles.grid import count_between
from shared.statistics.profile import EXAMPLES, LARGEST, CategoricalColumn, Column, NumericColumn

if TYPE_CHECKING:
    import pyarrow as pa

_KNOWN_MOST = 10_000
_DISTINCT_TEXT = 0.95
_A_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?")
_LOOKED_AT = 100


def kind_of(values: "pa.Array") -> str:
    """`numeric`, `boolean`, `categorical`, `datetime`, `null`, or Arrow's name of another type."""
    import pyarrow as pa

    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_null(kind):
        return "null"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numeric"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "categorical"
    if pa.types.is_temporal(kind):
        return "datetime"
    return str(kind)


def why_skipped(name: str, values: "pa.Array", asked_for: bool) -> str | None:
    """Why a column tells nothing about drift, None when it should be judged."""
    import pyarrow.compute as pc

    kind = kind_of(values)
    if kind == "datetime":
        return "a time, which always moves on"
    if kind == "null":
        return "no value in the baseline"
    if kind not in {"numeric", "boolean", "categorical"}:
        return f"of type {kind}, which is not compared"
    filled = len(values) - values.null_count
    if filled == 0:
        return "no value in the baseline"
    if not asked_for and kind == "categorical" and _are_times(values):
        return "a time, which always moves on"
    if asked_for or filled < 50:
        return None
    if kind == "categorical" and pc.count_distinct(values).as_py() >= _DISTINCT_TEXT * filled:
        return "an identifier: nearly every value is different"
    is_id = name.lower() in {"id", "index", "row", "rowid"} or name.lower().endswith("_id")
    if kind == "numeric" and is_id and pc.count_distinct(values).as_py() == filled:
        return "an identifier: every value is different"
    return None


def _are_times(values: "pa.Array") -> bool:
    first = values.drop_null()[:_LOOKED_AT].to_pylist()
    return all(_A_TIME.fullmatch(text) is not None for text in first)


def make_baseline_column(values: "pa.Array", *, bins: int, top: int) -> Column:
    """Choose the bins of a column from its own values, and count them."""
    kind = kind_of(values)
    if kind == "numeric":
        numbers = _numbers(values)
        finite = numbers[np.isfinite(numbers)]
        with np.errstate(over="ignore"):
            mean = float(finite.mean()) if finite.size else 0.0
        empty = NumericColumn(
            edges=_quantile_edges(finite, bins),
            counts=np.zeros(0, dtype=np.int64),
            shift=mean if np.isfinite(mean) else 0.0,
        )
        return count_column(values, empty)
    frequencies = _frequencies(values)
    ordered = sorted(frequencies, key=lambda value: (-frequencies[value], value))
    once = sum(count == 1 for count in frequencies.values())
    known = tuple(sorted(frequencies)) if len(frequencies) <= _KNOWN_MOST else ()
    named: Any = "boolean" if kind == "boolean" else "categorical"
    frequent = tuple(ordered[:top]) if kind != "boolean" else ("false", "true")
    empty_categories = CategoricalColumn(
        values=frequent,
        counts=np.zeros(len(frequent), dtype=np.int64),
        known=tuple(sorted({*known, *frequent})) if known else (),
        kind=named,
    )
    return replace(_count_categorical(values, empty_categories), singletons=once)


def _quantile_edges(finite: npt.NDArray[np.float64], bins: int) -> tuple[float, ...]:
    """The baseline's inner quantiles between just below its minimum and its maximum.

    What lies outside the baseline has bins of its own, and a value so frequent that it is
    several quantiles shares its bin with no other, nor does any of a few distinct values.
    """
    if finite.size == 0:
        return ()
    ordered = np.sort(finite)
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if first.size <= bins:
        inner = ordered[first]
    else:
        at = np.linspace(0.0, 1.0, bins + 1)[1:-1]
        quantiles, times = np.unique(
            np.quantile(ordered, at, method="inverted_cdf"), return_counts=True
        )
        heavy = np.searchsorted(ordered, quantiles[times > 1])
        inner = np.concatenate([quantiles, ordered[heavy[heavy > 0] - 1]])
    below = np.nextafter(ordered[0], -np.inf)
    edges = np.unique(np.concatenate([[below], inner, ordered[-1:]]))
    return tuple(float(edge) for edge in edges if np.isfinite(edge))


def count_column(values: "pa.Array | None", like: Column) -> Column:
    """Count values in the bins of another column of the same kind; None counts nothing."""
    if isinstance(like, NumericColumn):
        return _count_numeric(values, like)
    return _count_categorical(values, like)


def count_missing(rows: int, like: Column) -> Column:
    """So many rows without a value, in the bins of another column."""
    return replace(count_column(None, like), nulls=rows)


def _numbers(values: "pa.Array") -> npt.NDArray[np.float64]:
    """The non-null values as doubles."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    filled = values.drop_null() if values.null_count else values
    if not pa.types.is_float64(filled.type):
        filled = filled.cast(pa.float64(), safe=False)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.float64)


def _count_numeric(values: "pa.Array | None", like: NumericColumn) -> NumericColumn:
    edges = np.asarray(like.edges)
    if values is None:
        numbers = np.zeros(0)
        nulls = 0
    else:
        numbers = _numbers(values)
        nulls = values.null_count
    usable = np.isfinite(numbers)
    odd = numbers[~usable] if not usable.all() else numbers[:0]
    finite = numbers[usable] if odd.size else numbers
    with np.errstate(over="ignore"):
        shifted = finite - like.shift
        squares = min(LARGEST, float(np.dot(shifted, shifted)))
    return NumericColumn(
        edges=like.edges,
        counts=count_between(finite, edges),
        shift=like.shift,
        nulls=nulls,
        nans=int(np.isnan(odd).sum()),
        above=int(np.isposinf(odd).sum()),
        below=int(np.isneginf(odd).sum()),
        minimum=float(finite.min()) if finite.size else None,
        maximum=float(finite.max()) if finite.size else None,
        shifted_sum=float(shifted.sum()),
        shifted_squares=squares,
    )


def _frequencies(values: "pa.Array") -> dict[str, int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    counted = pc.value_counts(values.drop_null())
    named = map(_text, counted.field("values").to_pylist())
    return dict(zip(named, counted.field("counts").to_pylist(), strict=True))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _count_categorical(values: "pa.Array | None", like: CategoricalColumn) -> CategoricalColumn:
    frequencies = {} if values is None else _frequencies(values)
    nulls = 0 if values is None else values.null_count
    named = set(like.values)
    known = set(like.known)
    rest = {value: count for value, count in frequencies.items() if value not in named}
    new = {v: count for v, count in rest.items() if like.known and v not in known}
    return CategoricalColumn(
        values=like.values,
        counts=np.asarray([frequencies.get(value, 0) for value in like.values], dtype=np.int64),
        known=like.known,
        other_known=sum(rest.values()) - sum(new.values()),
        unseen=sum(new.values()),
        examples=tuple(sorted(new)[:EXAMPLES]),
        nulls=nulls,
        kind=like.kind,
    )
