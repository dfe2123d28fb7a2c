"""How mean and spread moved, in units of the baseline's spread."""

import math

import numpy as np
from scipy import special

from shared.statistics.distances.distance import Measurement
from shared.statistics.distances.ordered_counts import Numbers, OrderedCounts
from shared.statistics.profile import NumericColumn


def measure_mean_shift(
    base: NumericColumn, win: NumericColumn, confidence: float = 0.95, inflation: float = 1.0
) -> Measurement:
    """(mean of the window − mean of the baseline) / standard deviation of the baseline.

    Exact from the sums. The interval is Welch's, widened for the uncertainty of the unit: the
    error of the quotient d has variance φ(s²/n + σ²/m)/σ² + d²·φ/(2m). Open where a side has
    fewer than two values or the baseline does not vary.
    Source: Glass, Primary, Secondary, and Meta-Analysis of Research (1976); Welch (1947).

    >>> edges = (0.0, 1.0)
    >>> def column(ones: int) -> NumericColumn:
    ...     return NumericColumn(edges=edges, counts=np.array([0, 100 - ones, ones]), shift=0.0,
    ...         shifted_sum=float(ones), shifted_squares=float(ones))
    >>> moved = measure_mean_shift(column(50), column(80))
    >>> round(moved.estimate, 2), round(moved.low, 2), round(moved.high, 2)
    (0.6, 0.33, 0.86)
    """
    difference = (win.mean or 0.0) - (base.mean or 0.0)
    n, m = float(win.finite), float(base.finite)
    unit = math.sqrt(_sample_variance(base))
    if not unit > 0.0 or n < 2.0:
        return _open(math.copysign(math.inf, difference) if difference and n and m else 0.0)
    shift = difference / unit
    of_window = inflation * _sample_variance(win) / unit**2 / n
    of_baseline = inflation / m
    error = math.sqrt(of_window + of_baseline + inflation * shift * shift / (2.0 * m))
    freedom = _welch(of_window, n, of_baseline, m)
    half = float(special.stdtrit(freedom, (1.0 + confidence) / 2.0)) * error
    if of_window == 0.0:
        half = max(half, _unseen(n, confidence, inflation))
    return Measurement(estimate=shift, low=shift - half, high=shift + half, centre=shift)


def _unseen(n: float, confidence: float, inflation: float) -> float:
    """What rows unlike all those seen, one deviation away, could add to the mean."""
    return 1.0 - float(((1.0 - confidence) / 2.0) ** (inflation / n))


def _sample_variance(column: NumericColumn) -> float:
    if column.finite < 2:
        return 0.0
    return (column.variance or 0.0) * column.finite / (column.finite - 1.0)


def _welch(one: float, n: float, other: float, m: float) -> float:
    return (one + other) ** 2 / (one * one / (n - 1.0) + other * other / (m - 1.0))


def _open(estimate: float) -> Measurement:
    return Measurement(estimate=estimate, low=-math.inf, high=math.inf, centre=math.nan)


def measure_spread_shift(
    base: NumericColumn,
    win: NumericColumn,
    counts: OrderedCounts,
    confidence: float = 0.95,
) -> Measurement:
    """ln(standard deviation of the window / of the baseline): 0.69 is twice the spread.

    Exact from the sums. The variance of the logarithm of a sample's deviation is (κ − 1)/(4n), κ
    being its kurtosis, here that of the bins with values spread evenly in them. Open where a side
    has fewer than four values or does not vary.
    Source: Layard, Robust Large-Sample Tests for Homogeneity of Variances (1973).
    """
    of_window, of_baseline = _sample_variance(win), _sample_variance(base)
    if not (of_window > 0.0 and of_baseline > 0.0):
        return _open(_log_ratio(of_window, of_baseline))
    estimate = math.log(of_window / of_baseline) / 2.0
    if counts.n < 4.0 or counts.m < 4.0:
        return _open(estimate)
    variance = (binned_kurtosis(counts.window, counts.bounds) - 1.0) / counts.n
    variance += (binned_kurtosis(counts.baseline, counts.bounds) - 1.0) / counts.m
    error = math.sqrt(counts.inflation * variance / 4.0)
    half = float(special.stdtrit(counts.n - 1.0, (1.0 + confidence) / 2.0)) * error
    return Measurement(
        estimate=estimate, low=estimate - half, high=estimate + half, centre=estimate
    )


def _log_ratio(one: float, other: float) -> float:
    if one == other:
        return 0.0
    return -math.inf if one < other else math.inf


def binned_kurtosis(counts: Numbers, bounds: Numbers) -> float:
    """E(x − μ)⁴ / σ⁴ of values spread evenly between the bounds of their bins; at least 1.5.

    >>> round(binned_kurtosis(np.array([10.0]), np.array([0.0, 1.0])), 6)
    1.8
    """
    scale = float(np.abs(bounds).max()) or 1.0
    low, high = bounds[:-1] / scale, bounds[1:] / scale
    shares = counts / counts.sum()
    mean = float(shares @ ((low + high) / 2.0))
    a, b = low - mean, high - mean
    second = float(shares @ ((a * a + a * b + b * b) / 3.0))
    fourth = float(shares @ ((a**4 + a**3 * b + a * a * b * b + a * b**3 + b**4) / 5.0))
    return max(1.5, fourth / second**2) if second > 0.0 else 3.0
