"""Numbers into counts between the baseline's quantiles, and into sums."""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shared.profiles.grid import BLOCK, Grid
from shared.statistics.profile import LARGEST, NumericColumn

if TYPE_CHECKING:
    import pyarrow as pa

Values = npt.NDArray[np.float64]

_MOVED = 0.1


def make_numbers(values: "pa.Array", *, bins: int) -> NumericColumn:
    """Choose the bins of a baseline's column from its own quantiles, and count it."""
    numbers = as_doubles(values)
    finite = numbers[np.isfinite(numbers)]
    with np.errstate(over="ignore"):
        mean = float(finite.mean()) if finite.size else 0.0
    ordered = np.sort(finite)
    empty = NumericColumn(
        edges=_quantile_edges(ordered, bins),
        counts=np.zeros(0, dtype=np.int64),
        shift=mean if np.isfinite(mean) else 0.0,
    )
    return count_numbers(values, empty)


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
    moved[[0, 1, -2, -1]] = edges[[0, 1, -2, -1]]
    rows = np.searchsorted(ordered, moved, side="right") - np.searchsorted(
        ordered, edges, side="right"
    )
    most = _MOVED * ordered.size / bins
    snapped = np.where(rows <= most, moved, edges)
    return np.asarray(np.unique(np.minimum(snapped, edges[-1])))


def as_doubles(values: "pa.Array") -> Values:
    """The non-null values as doubles."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    filled = values.drop_null() if values.null_count else values
    if not pa.types.is_float64(filled.type):
        filled = filled.cast(pa.float64(), safe=False)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.float64)


def count_numbers(values: "pa.Array | None", like: NumericColumn) -> NumericColumn:
    """Count values in the bins of another column, block by block; None counts nothing."""
    numbers = np.zeros(0) if values is None else as_doubles(values)
    grid = Grid(np.asarray(like.edges))
    counts = np.zeros(len(like.edges) + 1, dtype=np.int64)
    sums: list[float] = []
    squares: list[float] = []
    lowest, highest = math.inf, -math.inf
    nans = above = below = 0
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(numbers), BLOCK):
            block = numbers[start : start + BLOCK]
            total = float(block.sum())
            if not math.isfinite(total):
                usable = np.isfinite(block)
                odd = block[~usable]
                nans += int(np.isnan(odd).sum())
                above += int(np.isposinf(odd).sum())
                below += int(np.isneginf(odd).sum())
                block = block[usable]
                if not block.size:
                    continue
            counts += grid.count(block)
            lowest, highest = min(lowest, float(block.min())), max(highest, float(block.max()))
            shifted = block - like.shift
            sums.append(float(shifted.sum()))
            shifted *= shifted
            squares.append(float(shifted.sum()))
    seen = bool(counts.any())
    return NumericColumn(
        edges=like.edges,
        counts=counts,
        shift=like.shift,
        nulls=0 if values is None else values.null_count,
        nans=nans,
        above=above,
        below=below,
        minimum=lowest if seen else None,
        maximum=highest if seen else None,
        shifted_sum=_sum(sums),
        shifted_squares=_sum(squares),
    )


def _sum(parts: list[float]) -> float:
    """The exact sum, rounded once; the largest double where it would be larger."""
    try:
        found = math.fsum(parts)
    except (OverflowError, ValueError):
        found = sum(parts)
    return max(-LARGEST, min(LARGEST, found))
