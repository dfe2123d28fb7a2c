"""Two numeric samples counted between the same edges."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shared.statistics.distances.lean import EVENLY, mean_places
from shared.statistics.profile import NumericColumn

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderedCounts:
    """Counts of the finite values of baseline and window in the same bins.

    `bounds` are the ends of the bins, one more than there are bins, from the smallest to the
    largest value of both sides. `baseline_places` and `window_places` say where in each bin the
    mean of the side's values lies, from 0 (its lower end) to 1: all 1 where the values are those
    ends, as in a column of few distinct values. `inflation` is the over-dispersion φ ≥ 1.
    Without slots, since shares and gaps are kept once computed.
    """

    baseline: Numbers
    window: Numbers
    bounds: Numbers
    baseline_places: Numbers | float = EVENLY
    window_places: Numbers | float = EVENLY
    inflation: float = 1.0

    @classmethod
    def of(
        cls, base: NumericColumn, win: NumericColumn, inflation: float = 1.0
    ) -> "OrderedCounts | None":
        """The finite values of two columns; None when either side has none."""
        if not base.finite or not win.finite:
            return None
        ends = [base.minimum, base.maximum, win.minimum, win.maximum]
        known = [end for end in ends if end is not None]
        inner = base.edges or (min(known),)
        bounds = np.array([min(inner[0], *known), *inner, max(inner[-1], *known)])
        p, q = _counted(base, len(bounds)), _counted(win, len(bounds))
        return cls(
            baseline=p,
            window=q,
            bounds=bounds,
            baseline_places=mean_places(p, bounds, base.mean),
            window_places=mean_places(q, bounds, win.mean),
            inflation=inflation,
        )

    @cached_property
    def m(self) -> float:
        """Finite values of the baseline."""
        return float(self.baseline.sum())

    @cached_property
    def n(self) -> float:
        """Finite values of the window."""
        return float(self.window.sum())

    @property
    def noise(self) -> float:
        """φ · (1/n + 1/m)."""
        return self.inflation * (1.0 / self.n + 1.0 / self.m)

    @property
    def effective(self) -> float:
        """n·m / (n + m), the rows of a one-sample test that is as sharp."""
        return 1.0 / (1.0 / self.n + 1.0 / self.m)

    @cached_property
    def exact(self) -> bool:
        """Whether every value of both sides is the upper end of its bin, so all is known."""
        return bool(np.all(self.baseline_places == 1.0) and np.all(self.window_places == 1.0))

    @cached_property
    def single(self) -> bool:
        """Whether one bin holds all rows of both sides."""
        return int(np.count_nonzero((self.baseline > 0) | (self.window > 0))) < 2

    @cached_property
    def used(self) -> "OrderedCounts":
        """The same without the bins that are empty on both sides."""
        kept = (self.baseline > 0) | (self.window > 0)
        return replace(
            self,
            baseline=self.baseline[kept],
            window=self.window[kept],
            bounds=np.append(self.bounds[:1], self.bounds[1:][kept]),
            baseline_places=_only(self.baseline_places, kept),
            window_places=_only(self.window_places, kept),
        )

    def with_unseen(self, confidence: float) -> "OrderedCounts":
        """One bin more on top, with the most rows that may truly lie there unseen.

        The bound is that of `CellCounts.with_unseen`.
        """
        tail = (1.0 - confidence) / 2.0
        unseen = self.n * (1.0 - tail ** (self.inflation / self.n))
        return replace(
            self,
            baseline=np.append(self.baseline, 0.0),
            window=np.append(self.window * (1.0 - unseen / self.n), unseen),
            bounds=np.append(self.bounds, self.bounds[-1]),
            baseline_places=EVENLY,
            window_places=EVENLY,
        )

    @cached_property
    def shares(self) -> tuple[Numbers, Numbers]:
        """Each side's shares of the bins, baseline first."""
        return self.baseline / self.m, self.window / self.n

    @cached_property
    def gaps(self) -> Numbers:
        """Window less baseline distribution function at the upper end of each bin."""
        p, q = self.shares
        return np.cumsum(q - p)

    @cached_property
    def reach(self) -> tuple[Numbers, Numbers]:
        """The least and the largest gap that the raw rows can have anywhere within each bin.

        Within a bin each distribution function is between its values at the ends; it stays at the
        lower one where the side's values are at the upper end, or no number lies between the ends.
        """
        p, q = self.shares
        before = self.gaps - (q - p)
        open_bins = np.nextafter(self.bounds[:-1], np.inf) < self.bounds[1:]
        return (
            before - p * (open_bins & (self.baseline_places != 1.0)),
            before + q * (open_bins & (self.window_places != 1.0)),
        )


def _only(places: Numbers | float, kept: npt.NDArray[np.bool_]) -> Numbers | float:
    return places if isinstance(places, float) else places[kept]


def _counted(column: NumericColumn, bounds: int) -> Numbers:
    counts = np.asarray(column.counts, dtype=float)
    return np.append(counts, np.zeros(max(0, bounds - 1 - len(counts))))
