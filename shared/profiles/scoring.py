"""Rows of scores, labels and predicted classes into the arrays of a score profile."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.profile import LARGEST, ErrorProfile, ScoreProfile
from shared.statistics.profile.scores import NEGATIVE, POSITIVE, UNKNOWN

if TYPE_CHECKING:
    import pyarrow as pa

TINIEST = 1e-15
_TRUE_FALSE = {"true": "1", "false": "0"}
_MOST_TOLD = 5

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def canonical_class(value: object) -> str | None:
    """One spelling for one class: True, 1, 1.0 and "true" are all "1"; None and NaN are None.

    >>> [canonical_class(value) for value in (True, 1.0, "true", "good ", 2.5, float("nan"))]
    ['1', '1', '1', 'good', '2.5', None]
    """
    if value is None or value != value:  # noqa: PLR0124  NaN is the value unlike itself
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float) and value == int(value):
        return str(int(value))
    text = str(value).strip()
    return _TRUE_FALSE.get(text.lower(), text) or None


def class_texts(table: "pa.Table", name: str) -> set[str]:
    """The classes a column holds, in their one spelling.

    Raises InvalidData when there are too many to be classes.
    """
    import pyarrow.compute as pc

    distinct = pc.unique(table.column(name))
    if len(distinct) > 1_000:
        raise InvalidData(f"{name} has {len(distinct)} values; a label has two.")
    return {text for value in distinct.to_pylist() if (text := canonical_class(value)) is not None}


def classes_of(
    found: set[str], positive: object, like: ScoreProfile | ErrorProfile | None
) -> tuple[str | None, str]:
    """The negative and the positive class, the first None while no row was negative.

    Raises InvalidData for more than two values, or two that do not say which is positive.
    """
    if isinstance(like, ScoreProfile):
        yes, no = like.positive, like.negative
    elif positive is not None:
        given = canonical_class(positive)
        if given is None:
            raise InvalidData("`positive` is not a value; name the label the score speaks of.")
        yes, no = given, "0" if given == "1" else None
    elif found <= {"0", "1"}:
        yes, no = "1", "0"
    else:
        raise InvalidData(
            f"The labels are {_told(found)}; say with `positive` which one the score speaks of."
        )
    others = found - {yes} if no is None else found - {yes, no}
    if len(others) > (1 if no is None else 0):
        raise InvalidData(
            f"The labels are {_told(found)} where two values are expected, the positive one "
            f"being {yes}; recode the others or leave them empty."
        )
    return (no if no is not None else next(iter(others), None)), yes


def _told(found: set[str]) -> str:
    shown = sorted(found)[:_MOST_TOLD]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _codes(table: "pa.Table", name: str | None, positive: str) -> Codes:
    """0, 1 or 2 (unknown) a row."""
    import pyarrow as pa

    if name is None:
        return np.full(table.num_rows, UNKNOWN)
    values = table.column(name).combine_chunks()
    if pa.types.is_null(values.type):
        return np.full(table.num_rows, UNKNOWN)
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    meaning = [canonical_class(value) for value in coded.dictionary.to_pylist()]
    as_code = np.array([*(UNKNOWN if m is None else int(m == positive) for m in meaning), UNKNOWN])
    at = coded.indices.fill_null(len(meaning)).to_numpy(zero_copy_only=False)
    return np.asarray(as_code[at.astype(np.int64)], dtype=np.int64)


def _doubles(values: "pa.Array") -> Floats:
    """Doubles with NaN for null."""
    import pyarrow as pa

    return np.asarray(
        values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64
    )


def count_scores(
    scores: "pa.Array",
    table: "pa.Table",
    label: str | None,
    prediction: str | None,
    threshold: float | None,
    like: ScoreProfile,
) -> ScoreProfile:
    """Count one part into the bins of `like`."""
    values = _doubles(scores)
    labels = _codes(table, label, like.positive)
    usable = (values >= 0.0) & (values <= 1.0)
    if threshold is None:
        predicted = _codes(table, prediction, like.positive)
    else:
        predicted = (values >= threshold).astype(np.int64)
    nulls = int(scores.null_count)
    nans = int(np.isnan(values).sum()) - nulls
    s, y, p = values[usable], labels[usable], predicted[usable]
    bins = len(like.edges) + 1
    at = np.searchsorted(np.asarray(like.edges), s, side="left")
    cell = (y * 3 + p) * bins + at
    counts = np.bincount(cell, minlength=9 * bins).reshape(3, 3, bins)
    inside = np.clip(s, TINIEST, 1.0 - TINIEST)
    of_positive, of_negative = -np.log(inside), -np.log1p(-inside)
    group = (y == UNKNOWN) * bins + at
    moments = [
        np.bincount(group, weights=w, minlength=2 * bins).reshape(2, bins)
        for w in (s, s * s, of_positive, of_negative)
    ]
    lowest, highest = np.full(bins, np.inf), np.full(bins, -np.inf)
    np.minimum.at(lowest, at, s)
    np.maximum.at(highest, at, s)
    squared = np.where(y == POSITIVE, 1.0 - s, s)[y != UNKNOWN] ** 2
    loss = np.where(y == NEGATIVE, of_negative, of_positive)[y != UNKNOWN]
    sums = [squared.sum(), (squared**2).sum(), loss.sum(), (loss**2).sum()]
    return replace(
        like,
        counts=counts.astype(np.int64),
        moments=np.stack(moments, axis=1),
        lowest=lowest,
        highest=highest,
        losses=np.array(sums),
        nulls=nulls,
        nans=nans,
        outside=len(values) - len(s) - nulls - nans,
    )


def count_errors(scores: "pa.Array", labels: "pa.Array | None", like: ErrorProfile) -> ErrorProfile:
    """Count one part into the bins of `like`."""
    values = _doubles(scores)
    truth = np.full(len(values), np.nan) if labels is None else _doubles(labels)
    odd = 0 if labels is None else int((~np.isfinite(truth)).sum()) - labels.null_count
    usable = np.isfinite(values)
    nulls = int(scores.null_count)
    nans = int(np.isnan(values).sum()) - nulls
    p, y = values[usable], truth[usable]
    known = np.isfinite(y)
    bins = len(like.edges) + 1
    cell = (~known) * bins + np.searchsorted(np.asarray(like.edges), p, side="left")
    with np.errstate(over="ignore"):
        e = np.clip(p[known] - y[known], -LARGEST, LARGEST)
        sums = np.array([e.sum(), np.abs(e).sum(), (e**2).sum(), (e**4).sum()])
        shifted = p - like.shift
        moments = np.array([shifted.sum(), (shifted**2).sum()])
    return replace(
        like,
        counts=np.bincount(cell, minlength=2 * bins).reshape(2, bins).astype(np.int64),
        errors=np.clip(sums, -LARGEST, LARGEST),
        moments=np.clip(moments, -LARGEST, LARGEST),
        nulls=nulls,
        nans=nans,
        infinite=len(values) - len(p) - nulls - nans,
        unusable_labels=odd,
    )
