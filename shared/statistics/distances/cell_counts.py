"""Two samples counted in the same unordered cells."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shared.statistics.distances.distance import NOTHING_KNOWN, Measurement

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CellCounts:
    """Counts of baseline and window in the cells either of them uses.

    `inflation` is the over-dispersion φ ≥ 1 of the rows: n rows weigh as n/φ independent ones.
    Without slots, since sums and shares are kept once computed.
    """

    baseline: Shares
    window: Shares
    inflation: float = 1.0

    @classmethod
    def of(
        cls, baseline: npt.ArrayLike, window: npt.ArrayLike, inflation: float = 1.0
    ) -> "CellCounts":
        """Leave out the cells that are empty on both sides."""
        p = np.asarray(baseline, dtype=float)
        q = np.asarray(window, dtype=float)
        used = (p > 0) | (q > 0)
        return cls(baseline=p[used], window=q[used], inflation=inflation)

    @property
    def cells(self) -> int:
        """How many cells are used."""
        return len(self.baseline)

    @cached_property
    def m(self) -> float:
        """Rows of the baseline."""
        return float(self.baseline.sum())

    @cached_property
    def n(self) -> float:
        """Rows of the window."""
        return float(self.window.sum())

    @property
    def noise(self) -> float:
        """φ · (1/n + 1/m), the scale of every squared distance."""
        return self.inflation * (1.0 / self.n + 1.0 / self.m)

    @cached_property
    def shares(self) -> tuple[Shares, Shares]:
        """Each side's shares, baseline first."""
        return self.baseline / self.m, self.window / self.n

    @cached_property
    def smooth_shares(self) -> tuple[Shares, Shares]:
        """Shares with half a row added to each cell, for variances that no empty cell hides."""
        p, q = self.baseline + 0.5, self.window + 0.5
        return p / p.sum(), q / q.sum()

    def with_unseen(self, confidence: float) -> "CellCounts":
        """The same with the most rows that a cell unseen in the window may truly have.

        With no such row among n, the share u of the cell has (1 − u)ⁿ ≥ the tail, so u is at most
        1 − tail^(1/n): the rule of three (Hanley and Lippman-Hand 1983) with our own tail.
        """
        tail = (1.0 - confidence) / 2.0
        unseen = self.n * (1.0 - tail ** (self.inflation / self.n))
        return CellCounts(
            baseline=np.append(self.baseline, 0.0),
            window=np.append(self.window * (1.0 - unseen / self.n), unseen),
            inflation=self.inflation,
        )


def measure_cells(
    counts: CellCounts,
    confidence: float,
    value: Callable[[CellCounts], float],
    measured: Callable[[CellCounts, float], Measurement],
) -> Measurement:
    """Measure, but for the two cases in which there is nothing to measure.

    Without rows nothing is known; where all rows of both sides are in one cell the upper end is
    the value at the most that another cell could hold unseen.
    """
    if counts.n == 0 or counts.m == 0:
        return NOTHING_KNOWN
    if counts.cells < 2:
        most = value(counts.with_unseen(confidence))
        return Measurement(estimate=0.0, low=0.0, high=most, centre=0.0)
    return measured(counts, confidence)
