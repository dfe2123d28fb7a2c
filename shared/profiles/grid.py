"""Counting values between edges without searching for each of them."""

import math

import numpy as np
import numpy.typing as npt

CELLS = 4096
BLOCK = 1 << 15
_HALVINGS = 80
_ULPS = 4.0

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Room = tuple[Values, npt.NDArray[np.int32], npt.NDArray[np.intp]]


class Grid:
    """Equal cells over the range of the inner edges, each within one bin or to be searched.

    A subtraction and a multiplication by a power of two put a value into one of at most 4 096
    cells, open below and closed above. Rounding keeps order, so a cell that holds no edge lies in
    one bin, and so does one whose edge is its upper border; only values in the other cells are
    searched for. Where the first or the last cell is one of the sure ones, what lies beyond the
    first or the last edge is in it too.
    """

    def __init__(self, edges: Values) -> None:
        self.edges = edges
        self._low, self._scale = _frame(edges)
        self.usable = 0.0 < self._scale < np.inf
        if not self.usable:
            return
        at = self.cells_of(edges)
        with np.errstate(over="ignore"):
            inside = at == self.cells_of(np.nextafter(edges, np.inf))
        self.searched = np.zeros(CELLS, dtype=np.bool_)
        self.searched[at[1:-1][inside[1:-1]]] = True
        self.bins = np.maximum(np.searchsorted(at, np.arange(CELLS)), 1)
        self._last = float(min(self._positions(edges[-1:], np.empty(1))[0], CELLS - 1.0))
        self.last_is_sure = not self.searched[at[-1]]
        self.first_is_sure = not self.searched[0]

    def cells_of(self, values: Values) -> npt.NDArray[np.intp]:
        """The cell of each value: 0 below the grid, then rising with the value."""
        position = self._positions(values, np.empty(len(values)))
        return np.ceil(np.clip(position, 0.0, CELLS - 1.0)).astype(np.intp)

    def cells_up_to_last(self, values: Values, room: Room) -> npt.NDArray[np.intp]:
        """The same, but a value above the last edge is in that edge's cell.

        `room` is memory to work in, of at least as many values; the cells returned lie in it.
        By way of 32 bits, since a processor turns several doubles at once into those.
        """
        size = len(values)
        position, narrow, cells = room[0][:size], room[1][:size], room[2][:size]
        self._positions(values, position)
        np.clip(position, 0.0, self._last, out=position)
        np.ceil(position, out=position)
        np.copyto(narrow, position, casting="unsafe")
        np.copyto(cells, narrow)
        return cells

    def _positions(self, values: Values, into: Values) -> Values:
        with np.errstate(over="ignore"):
            np.subtract(values, self._low, out=into)
            np.multiply(into, self._scale, out=into)
        return into

    def borders_above(self, values: Values) -> Values:
        """The largest value in the cell of each; a value whose border is not found stays.

        By halving the distance between values near the border, as rounding decides.
        """
        at = self.cells_of(values)
        low, high = values.copy(), values + 1.5 / self._scale
        found = (self.cells_of(high) > at) & (at < CELLS - 1)
        guess = self._low + at / self._scale
        near = _ULPS * np.maximum(np.spacing(np.abs(guess)), np.spacing(np.abs(self._low)))
        for tried in (guess - near, guess + near):
            within = (low < tried) & (tried < high)
            beyond = self.cells_of(tried) > at
            low = np.where(within & ~beyond, tried, low)
            high = np.where(within & beyond, tried, high)
        for _ in range(_HALVINGS):
            exact = np.nextafter(low, np.inf) >= high
            if np.all(exact | ~found):
                break
            middle = low + (high - low) / 2.0
            beyond = self.cells_of(middle) > at
            high = np.where(beyond, middle, high)
            low = np.where(beyond, low, middle)
        return np.where(found & exact, low, values)


class Tally:
    """Counts values in each (edges[i-1], edges[i]], open at both ends, block by block."""

    def __init__(self, edges: Values) -> None:
        self._grid = Grid(edges)
        self._counts = np.zeros(len(edges) + 1, dtype=np.int64)
        self._cells = np.zeros(CELLS, dtype=np.int64)
        self._room = make_room(BLOCK)
        self._search = not self._grid.usable
        self._doubtful = not self._search and bool(self._grid.searched.any())

    def add(self, values: Values, lowest: float, highest: float) -> None:
        """Count at most `BLOCK` finite values; `lowest` and `highest` are their extremes.

        All are searched for where the cells that hold an edge hold most of them.
        """
        grid = self._grid
        if self._search or len(values) < CELLS:
            self._counts += _searched(values, grid.edges)
            return
        if lowest <= grid.edges[0] and grid.first_is_sure:
            below = np.count_nonzero(values <= grid.edges[0])
            self._counts[:2] += (below, -below)
        if highest > grid.edges[-1] and grid.last_is_sure:
            above = np.count_nonzero(values > grid.edges[-1])
            self._counts[-2:] += (-above, above)
        cells = grid.cells_up_to_last(values, self._room)
        if self._doubtful:
            doubtful = grid.searched[cells]
            picked = values[doubtful]
            self._counts += _searched(picked, grid.edges)
            self._search = 2 * len(picked) > len(values)
        self._cells += np.bincount(cells, minlength=CELLS)

    def counts(self) -> Counts:
        """What was counted so far."""
        if not self._grid.usable:
            return self._counts
        sure = np.where(self._grid.searched, 0, self._cells)
        folded = np.bincount(self._grid.bins, weights=sure, minlength=len(self._counts))
        return self._counts + folded.astype(np.int64)


def count_between(values: Values, edges: Values) -> Counts:
    """How many finite values lie in each (edges[i-1], edges[i]], open at both ends.

    The same counts as `bincount(searchsorted(edges, values))`, faster.

    >>> count_between(np.array([0.0, 1.0, 1.5, 9.0]), np.array([1.0, 2.0])).tolist()
    [2, 1, 1]
    """
    tally = Tally(edges)
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        tally.add(block, float(block.min()), float(block.max()))
    return tally.counts()


def make_room(size: int) -> Room:
    """Memory for so many values, so that blocks after the first need no new pages."""
    return np.empty(size), np.empty(size, dtype=np.int32), np.empty(size, dtype=np.intp)


def _frame(edges: Values) -> tuple[float, float]:
    if len(edges) < 4:
        return 0.0, 0.0
    low, high = float(edges[1]), float(edges[-2])
    with np.errstate(over="ignore", divide="ignore"):
        largest = float((CELLS - 2) / np.float64(high - low))
    if not 0.0 < largest < np.inf:
        return low, 0.0
    return low, math.ldexp(1.0, math.frexp(largest)[1] - 1)


def _searched(values: Values, edges: Values) -> Counts:
    found = np.searchsorted(edges, values, side="left")
    return np.bincount(found, minlength=len(edges) + 1).astype(np.int64)
