"""Two numeric samples counted between the same edges."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from shared.statistics.profile import NumericColumn

Numbers = npt.NDArray[np.float64]

_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderedCounts:
    """Counts of the finite values of baseline and window in the same bins.

    `bounds` are the ends of the bins, one more than there are bins, from the smallest to the
    largest value of both sides. `baseline_steps` and `window_steps` say that all of a side's
    values are at the upper ends of their bins, so that its distribution function is known exactly;
    otherwise it is taken to rise evenly within a bin. `inflation` is the over-dispersion φ ≥ 1.
    """

    baseline: Numbers
    window: Numbers
    bounds: Numbers
    baseline_steps: bool = False
    window_steps: bool = False
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
            baseline_steps=_at_upper_ends(p, bounds, base.mean),
            window_steps=_at_upper_ends(q, bounds, win.mean),
            inflation=inflation,
        )

    @property
    def m(self) -> float:
        """Finite values of the baseline."""
        return float(self.baseline.sum())

    @property
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

    def used(self) -> "OrderedCounts":
        """The same without the bins that are empty on both sides."""
        kept = (self.baseline > 0) | (self.window > 0)
        return replace(
            self,
            baseline=self.baseline[kept],
            window=self.window[kept],
            bounds=np.append(self.bounds[:1], self.bounds[1:][kept]),
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
        )

    def shares(self) -> tuple[Numbers, Numbers]:
        """Each side's shares of the bins, baseline first."""
        return self.baseline / self.m, self.window / self.n

    def gaps(self) -> Numbers:
        """Window less baseline distribution function at the upper end of each bin."""
        p, q = self.shares()
        return np.cumsum(q - p)

    def reach(self) -> tuple[Numbers, Numbers]:
        """The least and the largest gap that the raw rows can have anywhere within each bin.

        Within a bin each distribution function is between its values at the ends, and equals the
        lower one throughout where its values are at the upper end.
        """
        p, q = self.shares()
        before = self.gaps() - (q - p)
        return (
            before - (0.0 if self.baseline_steps else p),
            before + (0.0 if self.window_steps else q),
        )


def _counted(column: NumericColumn, bounds: int) -> Numbers:
    counts = np.asarray(column.counts, dtype=float)
    return np.append(counts, np.zeros(max(0, bounds - 1 - len(counts))))


def _at_upper_ends(counts: Numbers, bounds: Numbers, mean: float | None) -> bool:
    """Whether the mean is that of the upper ends, which no value of a bin exceeds."""
    with np.errstate(over="ignore", invalid="ignore"):
        highest = float(counts @ bounds[1:]) / float(counts.sum())
        width = float(bounds[-1] - bounds[0])
        return mean is not None and abs(highest - mean) <= _SAME * width
