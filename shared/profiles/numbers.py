"""Numbers into counts between the baseline's quantiles, and into sums."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shared.profiles.buffers import valid_values
from shared.profiles.grid import BLOCK, Grid, Tally
from shared.statistics.profile import LARGEST, NumericColumn

if TYPE_CHECKING:
    import pyarrow as pa

Values = npt.NDArray[np.float64]

_MOVED = 0.1


def make_numbers(values: "pa.Array", kind: str, *, bins: int) -> NumericColumn:
    """Choose the bins of a baseline's column from its own quantiles, and count it."""
    ordered = np.array(as_doubles(values))
    ordered.sort()
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
        nans=len(ordered) - last,
        above=last - beyond,
        below=first,
        minimum=float(finite[0]) if finite.size else None,
        maximum=float(finite[-1]) if finite.size else None,
        shifted_sum=total,
        shifted_squares=squares,
    )


def _quantile_edges(ordered: Values, bins: int) -> tuple[float, ...]:
    """The inner quantiles of sorted values between just below their minimum and their maximum.

    What lies outside the baseline has bins of its own, and a value so frequent that it is
    several quantiles shares its bin with no other, nor does any of a few distinct values. Other
    edges are moved up to the border of their cell of the grid where that moves few rows.
    """
    if ordered.size == 0:
        return ()
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    few = first.size <= bins
    if few:
        inner = ordered[first]
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
    """Edges on borders of the grid's cells, where that moves a tenth of a bin's rows at most."""
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


def as_doubles(values: "pa.Array", room: Values | None = None) -> Values:
    """The non-null values as doubles, times as seconds of UTC; `room` is memory they may lie in."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_temporal(values.type):
        micros = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
        return valid_values(micros.cast(pa.float64(), safe=False)) / 1e6
    if not pa.types.is_float64(values.type):
        values = values.cast(pa.float64(), safe=False)
    return valid_values(values, room)


def count_numbers(values: "pa.Array | None", like: NumericColumn) -> NumericColumn:
    """Count values in the bins of another column, block by block; None counts nothing."""
    tally = Tally(np.asarray(like.edges))
    room = np.empty(BLOCK)
    sums: list[tuple[float, float]] = []
    lowest, highest = math.inf, -math.inf
    nans = above = below = 0
    for every in [] if values is None else _blocks(values):
        block = every
        if not block.size:
            continue
        low, high = float(block.min()), float(block.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            usable = np.isfinite(block)
            odd = block[~usable]
            nans += int(np.isnan(odd).sum())
            above += int(np.isposinf(odd).sum())
            below += int(np.isneginf(odd).sum())
            block = block[usable]
            if not block.size:
                continue
            low, high = float(block.min()), float(block.max())
        tally.add(block, low, high)
        lowest, highest = min(lowest, low), max(highest, high)
        sums.append(_sums(block, like.shift, room))
    return NumericColumn(
        kind=like.kind,
        edges=like.edges,
        counts=tally.counts(),
        shift=like.shift,
        nulls=0 if values is None else values.null_count,
        nans=nans,
        above=above,
        below=below,
        minimum=lowest if sums else None,
        maximum=highest if sums else None,
        shifted_sum=_sum([each for each, _ in sums]),
        shifted_squares=_sum([each for _, each in sums]),
    )


def _blocks(values: "pa.Array") -> Iterator[Values]:
    """The non-null values in blocks, each to be used up before the next is asked for."""
    room = np.empty(min(BLOCK, len(values)))
    for start in range(0, len(values), BLOCK):
        yield as_doubles(values.slice(start, BLOCK), room)


def _sums(finite: Values, shift: float, room: Values) -> tuple[float, float]:
    """The sums of x − shift and of its square, added block by block while in the cache."""
    sums, squares = [], []
    for start in range(0, len(finite), BLOCK):
        block = finite[start : start + BLOCK]
        with np.errstate(over="ignore", invalid="ignore"):
            shifted = np.subtract(block, shift, out=room[: len(block)])
            sums.append(float(shifted.sum()))
            np.multiply(shifted, shifted, out=shifted)
            squares.append(float(shifted.sum()))
    return _sum(sums), _sum(squares)


def _sum(parts: list[float]) -> float:
    """The exact sum, rounded once; the largest double where it would be larger."""
    try:
        found = math.fsum(parts)
    except (OverflowError, ValueError):
        found = sum(parts)
    return max(-LARGEST, min(LARGEST, found))
