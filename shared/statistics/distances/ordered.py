"""Tests on distribution functions: Kolmogorov–Smirnov, Cramér–von Mises, Anderson–Darling."""

import math
from collections.abc import Callable

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
    cramer_von_mises_bounds,
    cramer_von_mises_integral,
    jackknife_variance,
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
    return float(np.abs(counts.gaps()).max())


def measure_kolmogorov_smirnov(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """The distance with a closed interval, its p-value and the exact bound of its binning.

    high = max(|G − F| + z·s) over the ends with s the standard error there, which holds since it
    holds where the truth is largest; low = D − k·√(1/n + 1/m) with k the Kolmogorov quantile of
    one tail, since no end errs by more. The raw rows' D is at least the binned one and at most the
    largest gap any bin can hold, so within the largest bin's mass of it.
    """
    distance = kolmogorov_smirnov(counts)
    tail = (1.0 - confidence) / 2.0
    least, most = counts.reach()
    if _is_single(counts):
        high = kolmogorov_smirnov(counts.with_unseen(confidence))
    else:
        gaps = np.abs(counts.gaps())
        high = float(np.max(gaps - special.ndtri(tail) * _standard_errors(counts)))
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

    Within a bin both functions rise evenly, and the bridges' expected variance there is added.
    Without ties this is what scipy calls T; scipy's T of tied rows grows without bound when n and m
    differ much, so it is not followed there.
    Source: Anderson, On the Distribution of the Two-Sample Cramér–von Mises Criterion (1962).

    >>> counts = OrderedCounts(
    ...     baseline=np.full(64, 100.0), window=np.full(64, 10.0), bounds=np.arange(65.0)
    ... )
    >>> round(cramer_von_mises(counts), 4)
    0.0026
    """
    p, q = counts.shares()
    return counts.effective * float(cramer_von_mises_integral(p, q, counts.n, counts.m))


def measure_cramer_von_mises(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """The statistic, its p-value, and the interval of what it would be without sampling noise.

    Without a change T has mean (1 + 1/N)/6 and, nearly, a scaled chi-squared distribution with 5/2
    degrees of freedom (first two moments of its limit); the p-value is that of the limit with
    Anderson's correction for N.
    """
    used = counts.used()
    n, m, both = used.n, used.m, used.n + used.m
    statistic = cramer_von_mises(used)
    mean = (1.0 + 1.0 / both) / 6.0
    spread = (
        (both + 1.0)
        / (45.0 * both**2)
        * ((4.0 * n * m * both - 3.0 * (n * n + m * m) - 2.0 * n * m) / (4.0 * n * m))
    )
    standard = 1.0 / 6.0 + (statistic / used.inflation - mean) / math.sqrt(45.0 * spread)
    least, most = cramer_von_mises_bounds(*used.shares(), n, m)
    return _measure_squared(
        used,
        confidence,
        statistic=statistic,
        mean=mean,
        freedom=2.5,
        value=cramer_von_mises_integral,
        p_value=cramer_von_mises_upper_tail(standard),
        raw=(used.effective * least, used.effective * most),
    )


def anderson_darling(counts: OrderedCounts) -> float:
    """A² = (N − 1)/N · n·m/(n + m) · Σ h·(G − F)² / (H(1 − H) − h/4), at mid-ranks of the bins.

    Equal to the mid-rank statistic A²ₐₖₙ of two samples whose rows are tied within each bin.
    Source: Scholz and Stephens, K-Sample Anderson–Darling Tests (1987), equation 7.

    >>> counts = OrderedCounts(
    ...     baseline=np.array([50.0, 30, 20]), window=np.array([20.0, 30, 50]),
    ...     bounds=np.arange(4.0),
    ... )
    >>> round(anderson_darling(counts), 3)
    21.453
    """
    p, q = counts.used().shares()
    return counts.effective * float(anderson_darling_integral(p, q, counts.n, counts.m))


def measure_anderson_darling(counts: OrderedCounts, confidence: float = 0.95) -> Measurement:
    """(A² − 1)/σ with its p-value and the interval of its noise-free value.

    σ is the standard deviation of A² for so many rows, so the estimate is about 0 with no change,
    and may be below. The p-value is that of A²'s limit at the same standard score.
    """
    used = counts.used()
    statistic = anderson_darling(used)
    spread = normalising_spread(used.n, used.m)
    standard = (statistic / used.inflation - 1.0) / spread
    least, most = anderson_darling_bounds(*used.shares(), used.n, used.m)
    measured = _measure_squared(
        used,
        confidence,
        statistic=statistic,
        mean=1.0,
        freedom=2.0 / _LIMIT_SPREAD**2,
        value=anderson_darling_integral,
        p_value=anderson_darling_upper_tail(1.0 + standard * _LIMIT_SPREAD),
        raw=(used.effective * least, used.effective * most),
    )
    error = measured.binning_error
    return Measurement(
        estimate=(statistic - 1.0) / spread,
        low=measured.low / spread,
        high=measured.high / spread,
        centre=measured.centre / spread,
        p_value=measured.p_value,
        binning_error=None if error is None else error / spread,
        grows=True,
    )


def _measure_squared(
    counts: OrderedCounts,
    confidence: float,
    *,
    statistic: float,
    mean: float,
    freedom: float,
    value: Callable[[Numbers, Numbers, float, float], Numbers],
    p_value: float,
    raw: tuple[float, float],
) -> Measurement:
    exact = counts.baseline_steps and counts.window_steps
    error = 0.0 if exact else max(raw[1] - statistic, statistic - raw[0])
    bias = mean * counts.inflation
    if _is_single(counts):
        p, q = counts.with_unseen(confidence).shares()
        low, high = 0.0, counts.effective * float(value(p, q, counts.n, counts.m))
    else:
        variance = counts.effective**2 * counts.inflation * jackknife_variance(counts, value)
        low, high = squared_interval(statistic, bias, freedom, variance, confidence)
    return Measurement(
        estimate=statistic,
        low=low,
        high=high,
        centre=max(0.0, statistic - bias),
        p_value=p_value,
        binning_error=max(0.0, error),
        grows=True,
    )


def _is_single(counts: OrderedCounts) -> bool:
    return int(np.count_nonzero((counts.baseline > 0) | (counts.window > 0))) < 2
