"""Counting values between edges without searching for each of them."""

import numpy as np
import numpy.typing as npt

CELLS = 4096
BLOCK = 1 << 15

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def count_between(values: Values, edges: Values) -> Counts:
    """How many finite values lie in each (edges[i-1], edges[i]], open at both ends.

    The same counts as `bincount(searchsorted(edges, values))`, faster: one multiply-add puts a
    value into one of 4 096 equal cells over the range of the inner edges. Rounding keeps order, so
    a cell that holds no edge lies in one bin; only values in cells with an edge are searched for,
    and all values where those cells hold most of them.

    >>> count_between(np.array([0.0, 1.0, 1.5, 9.0]), np.array([1.0, 2.0])).tolist()
    [2, 1, 1]
    """
    if len(values) < BLOCK or len(edges) < 4:
        return _searched(values, edges)
    low, high = float(edges[1]), float(edges[-2])
    with np.errstate(over="ignore", divide="ignore"):
        scale = (CELLS - 2) / np.float64(high - low)
    if not 0.0 < scale < np.inf:
        return _searched(values, edges)
    edge_cells = _cells_of(edges, low, scale)
    holds_edge = np.zeros(CELLS, dtype=np.bool_)
    holds_edge[edge_cells] = True
    counts = np.zeros(len(edges) + 1, dtype=np.int64)
    total = np.zeros(CELLS, dtype=np.int64)
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        cells = _cells_of(block, low, scale)
        held = np.bincount(cells, minlength=CELLS)
        total += held
        if 2 * held[holds_edge].sum() > len(block):
            return _searched(values, edges)
        counts += _searched(block[holds_edge[cells]], edges)
    total[holds_edge] = 0
    np.add.at(counts, np.searchsorted(edge_cells, np.arange(CELLS)), total)
    return counts


def _cells_of(values: Values, low: float, scale: float) -> npt.NDArray[np.intp]:
    """The cell of each value: 0 below the grid, then rising with the value."""
    with np.errstate(over="ignore"):
        position = values - low
        position *= scale
    position += 1.0
    np.clip(position, 0.0, CELLS - 1.0, out=position)
    return position.astype(np.intp)


def _searched(values: Values, edges: Values) -> Counts:
    found = np.searchsorted(edges, values, side="left")
    return np.bincount(found, minlength=len(edges) + 1).astype(np.int64)
