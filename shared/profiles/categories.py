"""Texts and booleans into counts of the baseline's values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shared.profiles.bounds import examples_of, known_of
from shared.profiles.buffers import valid_values
from shared.statistics.profile import EXAMPLES, CategoricalColumn

if TYPE_CHECKING:
    import pyarrow as pa


def make_categories(values: "pa.ChunkedArray", kind: str, *, top: int) -> CategoricalColumn:
    """Keep the most frequent values of a baseline by name, and count them."""
    frequencies = _frequencies(values.chunks)
    ordered = sorted(frequencies, key=lambda value: (-frequencies[value], value))
    once = sum(count == 1 for count in frequencies.values())
    known = known_of(frequencies)
    named: Any = "boolean" if kind == "boolean" else "categorical"
    frequent = tuple(ordered[:top]) if kind != "boolean" else ("false", "true")
    empty = CategoricalColumn(
        values=frequent,
        counts=np.zeros(len(frequent), dtype=np.int64),
        known=tuple(sorted({*known, *frequent})) if known else (),
        kind=named,
    )
    counted = counted_as(frequencies, values.null_count, empty)
    return replace(counted, singletons=once)


def count_categories(pieces: "Iterable[pa.Array]", like: CategoricalColumn) -> CategoricalColumn:
    """Count values, which come piece by piece, as another column does."""
    nulls = 0

    def noted() -> "Iterator[pa.Array]":
        nonlocal nulls
        for values in pieces:
            nulls += values.null_count
            yield values

    found = _frequencies(noted())
    return counted_as(found, nulls, like)


def counted_as(
    frequencies: Mapping[str, int], nulls: int, like: CategoricalColumn
) -> CategoricalColumn:
    """A column of so many rows of each value, as another column names them."""
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
        examples=examples_of(new, EXAMPLES),
        nulls=nulls,
        kind=like.kind,
    )


def _frequencies(pieces: "Iterable[pa.Array]") -> Counter[str]:
    """How often each value comes; codes of neighbours with one dictionary are added as numbers."""
    import pyarrow as pa

    found: Counter[str] = Counter()
    dictionary: pa.Array | None = None
    codes = np.zeros(0, dtype=np.int64)
    for values in pieces:
        if not pa.types.is_dictionary(values.type):
            found.update(_frequencies_of_one(values))
            continue
        added = np.bincount(valid_values(values.indices), minlength=len(values.dictionary))
        if dictionary is not None and dictionary.equals(values.dictionary):
            codes += added
        else:
            found.update(_named(dictionary, codes))
            dictionary, codes = values.dictionary, added
    found.update(_named(dictionary, codes))
    return found


def _frequencies_of_one(values: "pa.Array") -> dict[str, int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(values.type):
        both = {_text(False): values.false_count, _text(True): values.true_count}
        return {value: count for value, count in both.items() if count}
    counted = pc.value_counts(values.drop_null())
    named = map(_text, counted.field("values").to_pylist())
    return dict(zip(named, counted.field("counts").to_pylist(), strict=True))


def _named(dictionary: "pa.Array | None", codes: npt.NDArray[np.int64]) -> dict[str, int]:
    """How often each value of a dictionary is used, by how often its codes are."""
    found: dict[str, int] = {}
    if dictionary is not None:
        used = np.flatnonzero(codes)
        values = dictionary.take(used) if len(used) < len(codes) else dictionary
        for value, count in zip(values.to_pylist(), codes[used].tolist(), strict=True):
            if value is not None:
                found[_text(value)] = found.get(_text(value), 0) + count
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
