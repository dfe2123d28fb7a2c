"""Numbers into counts between the baseline's quantiles, and into sums."""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shared.profiles.buffers import values_and_nulls
from shared.profiles.grid import BLOCK, Grid, Tally
from shared.statistics.profile import NumericColumn, exact_sum

if TYPE_CHECKING:
    import pyarrow as pa

Values = npt.NDArray[np.float64]

_MOVED = 0.25


def make_numbers(values: "pa.ChunkedArray", kind: str, *, bins: int) -> NumericColumn:
    """Choose the bins of a baseline's column from its own quantiles, and count it."""
    ordered = _ordered(values)
    first, last = np.searchsorted(ordered, [-np.inf, np.inf], side="right").tolist()
    beyond = int(np.searchsorted(ordered, np.inf, side="left"))
    finite = ordered[first:beyond]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(finite.mean()) if finite.size else 0.0
    shift = mean if np.isfinite(mean) else 0.0
    edges = _quantile_edges(finite, bins)
    total, squares = _sums(finite, shift, np.empty(min(BLOCK, len(finite))))
    at = np.searchsorted(finite, np.asarray(edges), side="right")
    named: Any = kind
    return NumericColumn(
        kind=named,
        edges=edges,
        counts=np.diff(at, prepend=0, append=finite.size).astype(np.int64),
        shift=shift,
        nulls=values.null_count,
        nans=len(ordered) - last - values.null_count,
        above=last - beyond,
        below=first,
        minimum=float(finite[0]) if finite.size else None,
        maximum=float(finite[-1]) if finite.size else None,
        shifted_sum=total,
        shifted_squares=squares,
    )


def _ordered(values: "pa.ChunkedArray") -> Values:
    """All values in rising order, then the nulls and what is not a number."""
    ordered = np.empty(len(values))
    start = 0
    for piece in values.chunks:
        numbers, absent = values_and_nulls(as_doubles(piece))
        ordered[start : start + len(piece)] = numbers
        ordered[start + absent] = np.nan
        start += len(piece)
    ordered.sort()
    return ordered


def _quantile_edges(ordered: Values, bins: int) -> tuple[float, ...]:
    """The inner quantiles of sorted values between just below their minimum and their maximum.

    What lies outside the baseline has bins of its own, and a value so frequent that it is
    several quantiles shares its bin with no other, nor does any of a few distinct values. Other
    edges are moved up to the border of their cell of the grid where that moves few rows.
    """
    if ordered.size == 0:
        return ()
    risen = ordered[1:] != ordered[:-1]
    few = np.count_nonzero(risen) < bins
    if few:
        inner = np.concatenate([ordered[:1], ordered[1:][risen]])
    else:
        share = np.linspace(0.0, 1.0, bins + 1)[1:-1]
        at = np.maximum(np.ceil(share * ordered.size).astype(np.int64) - 1, 0)
        quantiles, times = np.unique(ordered[at], return_counts=True)
        heavy = np.searchsorted(ordered, quantiles[times > 1])
        inner = np.concatenate([quantiles, ordered[heavy[heavy > 0] - 1]])
    below = np.nextafter(ordered[0], -np.inf)
    edges = np.unique(np.concatenate([[below], inner, ordered[-1:]]))
    edges = edges[np.isfinite(edges)]
    if not few:
        edges = _snapped(edges, ordered, bins)
    return tuple(float(edge) for edge in edges)


def _snapped(edges: Values, ordered: Values, bins: int) -> Values:
    """Edges on borders of the grid's cells, where that moves a quarter of a bin's rows at most."""
    grid = Grid(edges)
    if not grid.usable:
        return edges
    moved = grid.borders_above(edges)
    moved[[0, 1, -1]] = edges[[0, 1, -1]]
    rows = np.searchsorted(ordered, moved, side="right") - np.searchsorted(
        ordered, edges, side="right"
    )
    most = _MOVED * ordered.size / bins
    snapped = np.where(rows <= most, moved, edges)
    return np.asarray(np.unique(np.minimum(snapped, edges[-1])))


def as_doubles(values: "pa.Array") -> "pa.Array":
    """The values as doubles, times as seconds of UTC; nulls stay nulls."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_temporal(values.type):
        micros = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
        return pc.divide(micros.cast(pa.float64(), safe=False), 1e6)
    if not pa.types.is_float64(values.type):
        values = values.cast(pa.float64(), safe=False)
    return values


def count_numbers(pieces: "Iterable[pa.Array]", like: NumericColumn) -> NumericColumn:
    """Count values, which come piece by piece, in the bins of another column.

    A null stands in as the other column's shift, which adds nothing to the sums, and is taken out
    of that value's bin in the end.
    """
    tally = Tally(np.asarray(like.edges))
    room, shifted = np.empty(BLOCK), np.empty(BLOCK)
    sums: list[tuple[float, float]] = []
    lowest, highest = math.inf, -math.inf
    nulls = stand_ins = nans = above = below = 0
    for values, absent in _blocks(pieces):
        nulls += absent.size
        block, standing = values, absent.size
        if standing:
            block = room[: len(values)]
            np.copyto(block, values)
            block[absent] = like.shift
        low, high = float(block.min()), float(block.max())
        if not (low < like.shift < high and math.isfinite(low) and math.isfinite(high)):
            every, standing = np.delete(values, absent), 0
            block = every[np.isfinite(every)]
            nans += int(np.isnan(every).sum())
            above += int(np.isposinf(every).sum())
            below += int(np.isneginf(every).sum())
            if not block.size:
                continue
            low, high = float(block.min()), float(block.max())
        stand_ins += standing
        tally.add(block, low, high)
        lowest, highest = min(lowest, low), max(highest, high)
        sums.append(_sums(block, like.shift, shifted))
    counts = tally.counts()
    counts[np.searchsorted(like.edges, like.shift)] -= stand_ins
    return NumericColumn(
        kind=like.kind,
        edges=like.edges,
        counts=counts,
        shift=like.shift,
        nulls=nulls,
        nans=nans,
        above=above,
        below=below,
        minimum=lowest if sums else None,
        maximum=highest if sums else None,
        shifted_sum=exact_sum([each for each, _ in sums]),
        shifted_squares=exact_sum([each for _, each in sums]),
    )


def _blocks(pieces: "Iterable[pa.Array]") -> Iterator[tuple[Values, npt.NDArray[np.intp]]]:
    """The values as doubles in blocks of neighbours, none empty, and where each has nulls."""
    for values in pieces:
        numbers, absent = values_and_nulls(as_doubles(values))
        starts = range(0, len(numbers), BLOCK)
        nulls = np.searchsorted(absent, [*starts, len(numbers)])
        for start, first, last in zip(starts, nulls[:-1], nulls[1:], strict=True):
            yield numbers[start : start + BLOCK], absent[first:last] - start


def _sums(finite: Values, shift: float, room: Values) -> tuple[float, float]:
    """The sums of x − shift and of its square, added block by block while in the cache."""
    sums, squares = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(finite), BLOCK):
            block = finite[start : start + BLOCK]
            shifted = np.subtract(block, shift, out=room[: len(block)])
            sums.append(float(shifted.sum()))
            np.multiply(shifted, shifted, out=shifted)
            squares.append(float(shifted.sum()))
    return exact_sum(sums), exact_sum(squares)
