"""One Arrow column into one column of a profile."""

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.profiles.bounds import LONGEST_VALUE
from shared.profiles.categories import count_categories, make_categories
from shared.profiles.numbers import count_numbers, make_numbers
from shared.statistics.profile import Column, NumericColumn

if TYPE_CHECKING:
    import pyarrow as pa

_TIMES = {"datetime", "datetime without zone"}
_DISTINCT_TEXT = 0.95
_A_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?")
_LOOKED_AT = 100
_EXACT = 1 << 53
_STEPS_TOLD_APART = 1_000


def kind_of(values: "pa.Array | pa.ChunkedArray") -> str:
    """`numeric`, `boolean`, `categorical`, `null`, a time, or Arrow's name of another type.

    A time is a `datetime`, or a `datetime without zone`, which need not be of the same clock.
    """
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
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return "datetime"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "datetime without zone"
    return str(kind)


def why_skipped(name: str, values: "pa.ChunkedArray", asked_for: bool) -> str | None:
    """Why a column tells nothing about drift, None when it should be judged."""
    kind = kind_of(values)
    if kind in _TIMES and not asked_for:
        return "a time, which always moves on"
    if kind == "null":
        return "no value in the baseline"
    if kind not in {"numeric", "boolean", "categorical", *_TIMES}:
        return f"of type {kind}, which is not compared"
    filled = len(values) - values.null_count
    if filled == 0:
        return "no value in the baseline"
    if kind == "numeric" and _too_close_together(values):
        return "whole numbers beyond 2^53 too close together to tell apart; store them as text"
    if kind == "categorical" and (longest := _longest(values)) > LONGEST_VALUE:
        return f"text: a value has {longest} characters, and one of a category {LONGEST_VALUE}"
    if not asked_for and kind == "categorical" and _are_times(values):
        return "a time, which always moves on"
    if asked_for or filled < 50:
        return None
    if kind == "categorical" and _distinct(values) >= _DISTINCT_TEXT * filled:
        return "an identifier: nearly every value is different"
    is_id = name.lower() in {"id", "index", "row", "rowid"} or name.lower().endswith("_id")
    if kind == "numeric" and is_id and _distinct(values) == filled:
        return "an identifier: every value is different"
    return None


def _longest(values: "pa.ChunkedArray") -> int:
    """The characters of the longest value."""
    import pyarrow.compute as pc

    lengths = (pc.max(pc.utf8_length(_texts(chunk))).as_py() for chunk in values.chunks)
    return max((length for length in lengths if length is not None), default=0)


def _texts(values: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    texts = values.dictionary if pa.types.is_dictionary(values.type) else values
    return texts.cast(pa.large_string()) if pa.types.is_string_view(texts.type) else texts


def _too_close_together(values: "pa.ChunkedArray") -> bool:
    """Whether integers span so few steps of a double that a change would be rounded away."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not pa.types.is_integer(values.type):
        return False
    found = pc.min_max(values).as_py()
    largest = max(abs(found["min"]), abs(found["max"]))
    if largest < _EXACT:
        return False
    return bool(found["max"] - found["min"] < _STEPS_TOLD_APART * math.ulp(largest))


def _distinct(values: "pa.ChunkedArray") -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        pieces = values.unify_dictionaries().chunks
        values = pa.chunked_array([piece.indices for piece in pieces], values.type.index_type)
    return int(pc.count_distinct(values).as_py())


def _are_times(values: "pa.ChunkedArray") -> bool:
    first = values.drop_null()[:_LOOKED_AT].to_pylist()
    return all(_A_TIME.fullmatch(text) is not None for text in first)


def make_baseline_column(values: "pa.ChunkedArray", *, bins: int, top: int) -> Column:
    """Choose the bins of a column from its own values, and count them."""
    kind = kind_of(values)
    if kind == "numeric" or kind in _TIMES:
        return make_numbers(values, kind, bins=bins)
    return make_categories(values, kind, top=top)


def count_column(pieces: "Iterable[pa.Array]", like: Column) -> Column:
    """Count values, which come piece by piece, in the bins of another column of the same kind."""
    if isinstance(like, NumericColumn):
        return count_numbers(pieces, like)
    return count_categories(pieces, like)


def count_missing(rows: int, like: Column) -> Column:
    """So many rows without a value, in the bins of another column."""
    return replace(count_column((), like), nulls=rows)
