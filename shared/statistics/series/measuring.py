"""How far buckets lie from what a baseline lets expect of them, with the error of that."""

from dataclasses import dataclass

import numpy as np

from shared.statistics.series.baseline import Baseline
from shared.statistics.series.seasons import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """The weighted mean of some buckets beside the expected one.

    `sampling` and `fitted` are the variances of the two; all share the unit of the values, and
    `scale` turns it into a share of what is expected.
    """

    observed: float
    expected: float
    sampling: float
    fitted: float
    scale: float

    @property
    def change(self) -> float:
        """What was observed above what was expected."""
        return self.observed - self.expected

    @property
    def error(self) -> float:
        """The standard error of the change, as long as there is none."""
        return float(np.sqrt(self.sampling + self.fitted))


def distance(baseline: Baseline, rates: Array, share: Array) -> Distance:
    """The buckets averaged by `share`, against the baseline averaged alike.

    Var = Σ sᵢ²vᵢ · m + that of the fitted baseline, vᵢ being a bucket's over-dispersed variance and
    m the variance inflation of autocorrelation.
    Source: Wilks, Statistical Methods in the Atmospheric Sciences, 5.2.4 (effective sample size).
    """
    observed, expected = float(share @ rates), float(share @ baseline.expected)
    scale = baseline.scale if baseline.fit.kind == "mean" else expected
    return Distance(
        observed=observed,
        expected=expected,
        sampling=float(share**2 @ baseline.variance) * baseline.noise.memory,
        fitted=(baseline.relative_error(share) * (scale or 1.0)) ** 2,
        scale=scale,
    )
