"""Tests on distribution functions: Kolmogorov–Smirnov, Cramér–von Mises, Anderson–Darling."""

import math

import numpy as np
from scipy import special

from shared.statistics.distances.distance import Measurement
from shared.statistics.distances.limiting import (
    anderson_darling_upper_tail,
    cramer_von_mises_upper_tail,
    kolmogorov_upper_tail,
)
from shared.statistics.distances.ordered_counts import Numbers, OrderedCounts
from shared.statistics.distances.quadratic import squared_interval
from shared.statistics.distances.rank_integrals import (
    anderson_darling_bounds,
    anderson_darling_integral,
    anderson_darling_midrank,
    anderson_darling_variance,
    cramer_von_mises_bounds,
    cramer_von_mises_integral,
    cramer_von_mises_variance,
    normalising_spread,
)

_LIMIT_SPREAD = math.sqrt(2.0 * (math.pi**2 - 9.0) / 3.0)


def kolmogorov_smirnov(counts: OrderedCounts) -> float:
    """D = max |G − F| over the ends of the bins, F and G being the distribution functions.

    Source: Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions (1948).

    >>> bounds = np.array([0.0, 1.0, 2.0, 3.0])
    >>> counts = OrderedCounts(
    ...     baseline=np.array([50.0, 30, 20]), window=np.array([20.0, 30, 50]), bounds=bounds
    ... )
    >>> round(kolmogorov_smirnov(counts), 6)
    0.3
    """
    return float(np.abs(counts.gaps).max())


def measure_kolmogorov_smirnov(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """The distance with a closed interval, its p-value and the exact bound of its binning.

    high = max(|G − F| + z·s) over the ends with s the standard error there, which holds since it
    holds where the truth is largest; low = D − k·√(1/n + 1/m) with k the Kolmogorov quantile of
    one tail, since no end errs by more. The raw rows' D is at least the binned one and at most the
    largest gap any bin can hold, so within the largest bin's mass of it.
    """
    distance = kolmogorov_smirnov(counts)
    tail = (1.0 - confidence) / 2.0
    least, most = counts.reach
    if counts.single:
        high = kolmogorov_smirnov(counts.with_unseen(confidence))
    else:
        high = float(np.max(np.abs(counts.gaps) - special.ndtri(tail) * _standard_errors(counts)))
    return Measurement(
        estimate=distance,
        low=max(0.0, distance - float(special.kolmogi(tail)) * math.sqrt(counts.noise)),
        high=min(1.0, high),
        centre=distance,
        p_value=kolmogorov_upper_tail(distance, counts.effective / counts.inflation),
        binning_error=max(0.0, float(np.maximum(most, -least).max()) - distance),
    )


def _standard_errors(counts: OrderedCounts) -> Numbers:
    below_p = (np.cumsum(counts.baseline) + 0.5) / (counts.m + 1.0)
    below_q = (np.cumsum(counts.window) + 0.5) / (counts.n + 1.0)
    variance = below_p * (1.0 - below_p) / counts.m + below_q * (1.0 - below_q) / counts.n
    return np.asarray(np.sqrt(counts.inflation * variance))


def cramer_von_mises(counts: OrderedCounts) -> float:
    """T = n·m/(n + m) · ∫ (G − F)² dH with H of the pooled rows, ties broken at random on average.

    Without ties this is what scipy calls T, but for the order of rows within a bin. Its T of tied
    rows grows without bound when n and m differ much, so it is not followed there.
    Source: Anderson, On the Distribution of the Two-Sample Cramér–von Mises Criterion (1962).

    >>> counts = OrderedCounts(
    ...     baseline=np.full(64, 100.0), window=np.full(64, 10.0), bounds=np.arange(65.0)
    ... )
    >>> round(cramer_von_mises(counts), 4)
    0.0026
    """
    return counts.effective * cramer_von_mises_integral(*counts.shares, counts.n, counts.m)


def measure_cramer_von_mises(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """The statistic, its p-value, and the interval of what it would be without sampling noise.

    Without a change T has mean (1 + 1/N)/6 and, nearly, a scaled chi-squared distribution with 5/2
    degrees of freedom (first two moments of its limit); the p-value is that of the limit with
    Anderson's correction for N.
    """
    used = counts.used
    n, m, both = used.n, used.m, used.n + used.m
    statistic = cramer_von_mises(used)
    mean = (1.0 + 1.0 / both) / 6.0
    spread = (4.0 * n * m * both - 3.0 * (n * n + m * m) - 2.0 * n * m) / (4.0 * n * m)
    spread *= (both + 1.0) / (45.0 * both * both)
    standard = 1.0 / 6.0
    if spread > 0.0:
        standard += (statistic / used.inflation - mean) / math.sqrt(45.0 * spread)
    if used.single:
        high = cramer_von_mises(used.with_unseen(confidence))
        low, bias = 0.0, 0.0
    else:
        bias = mean * used.inflation
        variance = used.effective**2 * cramer_von_mises_variance(*used.shares, n, m)
        low, high = squared_interval(statistic, bias, 2.5, used.inflation * variance, confidence)
    return Measurement(
        estimate=statistic,
        low=low,
        high=high,
        centre=max(0.0, statistic - bias),
        p_value=cramer_von_mises_upper_tail(standard),
        binning_error=_error(used, statistic, cramer_von_mises_bounds(*used.shares, n, m)),
        grows=True,
    )


def anderson_darling(counts: OrderedCounts) -> float:
    """A² = n·m/(n + m) · ∫ (G − F)² / (H(1 − H)) dH, ties broken at random on average.

    Where every value is known, since all are ends of bins, it is the mid-rank statistic A²ₐₖₙ.
    Source: Pettitt, A Two-Sample Anderson–Darling Rank Statistic (1976); Scholz and Stephens,
    K-Sample Anderson–Darling Tests (1987), equation 7 for mid-ranks.

    >>> counts = OrderedCounts(
    ...     baseline=np.array([50.0, 30, 20]), window=np.array([20.0, 30, 50]),
    ...     bounds=np.arange(4.0), baseline_places=np.ones(3), window_places=np.ones(3),
    ... )
    >>> round(anderson_darling(counts), 3)
    21.453
    """
    used = counts.used
    if used.single:
        return 1.0
    integral = anderson_darling_midrank if used.exact else anderson_darling_integral
    return used.effective * integral(*used.shares, used.n, used.m)


def measure_anderson_darling(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """(A² − 1)/σ with its p-value and the interval of its noise-free value.

    σ is the standard deviation of A² for so many rows, so the estimate is about 0 with no change,
    and may be below. The p-value is that of A²'s limit at the same standard score.
    """
    used = counts.used
    n, m = used.n, used.m
    statistic = anderson_darling(used)
    spread = normalising_spread(n, m)
    standard = (statistic / used.inflation - 1.0) / spread
    if used.single:
        unseen = used.with_unseen(confidence).shares
        low, high = 0.0, used.effective * anderson_darling_integral(*unseen, n, m)
    else:
        variance = used.effective**2 * anderson_darling_variance(*used.shares, n, m)
        midrank = used.effective * anderson_darling_midrank(*used.shares, n, m)
        low, high = squared_interval(
            statistic,
            used.inflation,
            2.0 / _LIMIT_SPREAD**2,
            used.inflation * variance * statistic / max(midrank, 1e-300),
            confidence,
        )
    error = _error(used, statistic, anderson_darling_bounds(*used.shares, n, m))
    return Measurement(
        estimate=(statistic - 1.0) / spread,
        low=low / spread,
        high=high / spread,
        centre=max(0.0, statistic - used.inflation) / spread,
        p_value=anderson_darling_upper_tail(1.0 + standard * _LIMIT_SPREAD),
        binning_error=error / spread,
        grows=True,
    )


def _error(used: OrderedCounts, statistic: float, bounds: tuple[float, float]) -> float:
    """How far the raw rows' statistic can be, with ties between rows broken at random."""
    if used.exact:
        return 0.0
    return max(0.0, used.effective * bounds[1] - statistic, statistic - used.effective * bounds[0])
