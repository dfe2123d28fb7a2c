"""What of a window is watched: a few totals a column, each with its mean and spread known.

Numeric columns are watched through the orthonormal polynomials of the baseline's mid-rank
(location, spread, skewness, kurtosis), categorical ones through the share of each value; nulls,
infinities, values outside the range and values never seen before are shares of their own.
"""

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.comparison.cells import place_of
from shared.statistics.profile import CategoricalColumn, Column, Counts, NumericColumn, Profile

Floats = npt.NDArray[np.float64]

THIN = 0.005
_SHAPES = ("location", "spread", "skewness", "kurtosis")
_SHAPE_WEIGHTS = (0.55, 0.2, 0.07, 0.03)
_DISTINCT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One total of one column: the sum of `of_cell` over the rows of a window.

    `component` says what it measures, `is_share` whether it counts rows of one kind, `weight` is
    its part in the column's evidence. `seen` is the number of rows of a share in the baseline,
    for new values the number of values the baseline had once. `doubt` is how much higher the share
    may be because the baseline itself chose what is in it. `hidden` says the same as `component`
    without a value of the column, where that holds one.
    """

    column: str
    component: str
    is_share: bool
    weight: float
    of_cell: Floats
    seen: float = 0.0
    doubt: float = 0.0
    hidden: str | None = None

    @property
    def group(self) -> str:
        """Channels whose over-dispersion is alike and is estimated together."""
        if self.is_share:
            return "share"
        return "location" if self.component == "location" else "shape"


def cells_of_column(column: Column) -> Floats:
    """All rows of a column by cell: bins or values first, then the special cells."""
    if isinstance(column, NumericColumn):
        return np.append(column.counts, [column.above + column.below, column.missing]).astype(float)
    return np.append(column.counts, [column.other_known, column.unseen, column.missing]).astype(
        float
    )


def channels_of(base: Profile) -> tuple[Channel, ...]:
    """The channels of every column of a baseline, by the columns' names.

    The order is that of the names because a profile that was kept has lost the order of its table.

    Source of the polynomials: Neyman, Smooth test for goodness of fit (1937); orthonormal under
    the masses of the bins, so that each has mean 0 and variance 1 a row in the baseline.
    """
    found: list[Channel] = []
    for name, column in sorted(base.columns.items()):
        if isinstance(column, NumericColumn):
            found.extend(_numeric(name, column))
        else:
            found.extend(_categorical(name, column))
    if not found:
        raise InvalidData("The baseline has no column that can be watched.")
    return tuple(found)


def places_of(channels: tuple[Channel, ...]) -> dict[str, slice]:
    """Where each column's channels are among all; those of one column lie together."""
    places: dict[str, slice] = {}
    start = 0
    for name, its in groupby(channel.column for channel in channels):
        end = start + sum(1 for _ in its)
        places[name] = slice(start, end)
        start = end
    return places


class Totals:
    """The rows and the total of each channel in a window; a column that is missing has no rows."""

    def __init__(self, channels: tuple[Channel, ...]) -> None:
        self._channels = len(channels)
        self._columns = {
            name: (at, np.stack([channel.of_cell for channel in channels[at]]))
            for name, at in places_of(channels).items()
        }

    def __call__(self, win: Profile) -> tuple[Floats, Floats]:
        """Rows and totals, one a channel."""
        rows, sums = np.zeros(self._channels), np.zeros(self._channels)
        for name, (at, of_cell) in self._columns.items():
            if name in win.columns and name not in win.problems:
                counted = cells_of_column(win.columns[name])
                rows[at] = counted.sum()
                sums[at] = of_cell @ counted
        return rows, sums


def _numeric(name: str, column: NumericColumn) -> list[Channel]:
    cells = len(column.counts) + 2
    mass = column.counts / max(column.n, 1)
    found = [
        Channel(
            column=name,
            component=_SHAPES[order],
            is_share=False,
            weight=_SHAPE_WEIGHTS[order],
            of_cell=np.append(scores, [0.0, 0.0]),
        )
        for order, scores in enumerate(_polynomials(mass))
    ]
    outside = np.zeros(cells)
    outside[[0, cells - 3]] = 1.0
    special = [
        ("outside the range", outside, max(2.0, float(column.counts[[0, -1]].sum())), 0.05),
        ("infinite", _one(cells, -2), float(column.above + column.below), 0.02),
        ("missing", _one(cells, -1), float(column.missing), 0.08),
    ]
    return [*found, *(_share(name, *each) for each in special)]


def _polynomials(mass: Floats) -> list[Floats]:
    """Orthonormal polynomials of the mid-rank: up to four, fewer for few distinct values.

    `mass` holds the share of the rows in each bin; the result has one value a bin for each. A bin
    the baseline never filled has the score of its nearest neighbour, where it is known.
    """
    finite = float(mass.sum())
    distinct = int(np.count_nonzero(mass))
    if finite <= 0.0 or distinct < 2:
        return []
    share = mass / finite
    midrank = np.cumsum(share) - share / 2.0
    centred = 2.0 * midrank - 1.0
    basis = [np.ones_like(centred)]
    for order in range(1, min(len(_SHAPES), distinct - 1) + 1):
        powered = centred**order
        for earlier in basis:
            powered = powered - float(share @ (powered * earlier)) * earlier
        length = float(np.sqrt(share @ (powered * powered)))
        if length < _DISTINCT:
            break
        basis.append(powered / length)
    at = np.arange(len(mass))
    filled = np.flatnonzero(mass)
    return [np.interp(at, filled, scores[filled]) / np.sqrt(finite) for scores in basis[1:]]


def _categorical(name: str, column: CategoricalColumn) -> list[Channel]:
    cells = len(column.counts) + 3
    n = max(column.n, 1)
    kept = np.flatnonzero(column.counts >= THIN * n)
    thin = np.zeros(cells)
    thin[np.flatnonzero(column.counts < THIN * n)] = 1.0
    thin[-3] = 1.0
    thin_rows = float(column.counts[column.counts < THIN * n].sum() + column.other_known)
    doubt = _doubt(column.counts[kept], n) if thin_rows else 0.0
    each = 0.7 / max(len(kept), 1)
    found = [
        replace(
            _share(name, f"share of {column.values[at]}", _one(cells, at), column.counts[at], each),
            hidden=f"share of {place_of(at, column)}",
        )
        for at in kept.tolist()
    ]
    special = [
        ("values never seen before", _one(cells, -2), float(column.singletons), 0.1),
        ("missing", _one(cells, -1), float(column.missing), 0.1),
    ]
    other = replace(_share(name, "share of other values", thin, thin_rows, 0.1), doubt=doubt)
    return [*found, other, *(_share(name, *one) for one in special)]


def _doubt(kept: Counts, n: int) -> float:
    """How much the share of the values left out is underestimated by leaving out the rarest.

    A value at the border is left out when its count happens to be low; that costs 0.4 standard
    deviations each, and there are about as many below the border as just above it.
    """
    if not kept.size:
        return 0.0
    border = float(kept.min()) / n
    deviation = np.sqrt(border / n)
    near = 2 * int(np.count_nonzero(kept / n < border + 1.5 * deviation))
    return float(0.4 * deviation * near)


def _share(name: str, component: str, of_cell: Floats, seen: float, weight: float) -> Channel:
    return Channel(
        column=name,
        component=component,
        is_share=True,
        weight=weight,
        of_cell=of_cell,
        seen=float(seen),
    )


def _one(cells: int, at: int) -> Floats:
    indicator = np.zeros(cells)
    indicator[at] = 1.0
    return indicator
