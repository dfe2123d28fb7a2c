"""Distances and tests on counts in cells: total variation, L-infinity, chi-squared and G."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.distances.bootstrap import absolute_interval, sampling_noise
from shared.statistics.distances.cell_counts import CellCounts, Shares, measure_cells
from shared.statistics.distances.distance import Measurement
from shared.statistics.distances.quadratic import squared_interval, variance_of_mean


def total_variation(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """TV = ½ Σ |q − p|, the largest change of probability of any set of cells; from 0 to 1.

    Source: Levin, Peres and Wilmer, Markov Chains and Mixing Times (2009), proposition 4.2.

    >>> round(total_variation([50, 30, 20], [30, 30, 40]), 6)
    0.2
    """
    return _total_variation(CellCounts.of(baseline, window))


def measure_total_variation(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The distance with the interval of `bootstrap.absolute_interval`."""
    return measure_cells(counts, confidence, _total_variation, _measure_total_variation)


def _total_variation(counts: CellCounts) -> float:
    p, q = counts.shares
    return float(np.abs(q - p).sum()) / 2.0


def _measure_total_variation(counts: CellCounts, confidence: float) -> Measurement:
    p, q = counts.shares
    of_window, of_baseline = sampling_noise(
        *counts.smooth_shares, counts.n / counts.inflation, counts.m / counts.inflation
    )
    halves = np.full(counts.cells, 0.5)
    low, high, centre = absolute_interval(q - p, of_window - of_baseline, halves, confidence)
    return Measurement(
        estimate=_total_variation(counts), low=low, high=min(1.0, high), centre=centre
    )


def l_infinity(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """L∞ = max |q − p|, the largest change of any one cell's share; from 0 to 1.

    Source: the Chebyshev distance, e.g. Deza and Deza, Encyclopedia of Distances (2009).

    >>> round(l_infinity([50, 30, 20], [30, 30, 40]), 6)
    0.2
    """
    return _l_infinity(CellCounts.of(baseline, window))


def measure_l_infinity(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The distance with a closed interval from the cells' own normal intervals.

    With dᵢ = q − p and its standard error sᵢ: high = max(|dᵢ| + z·sᵢ), which holds since it holds
    for the cell that truly moved most; low = max(|dᵢ| − z'·sᵢ) with the tail shared by the cells
    (Bonferroni), which holds for all of them at once.
    """
    return measure_cells(counts, confidence, _l_infinity, _measure_l_infinity)


def _l_infinity(counts: CellCounts) -> float:
    p, q = counts.shares
    return float(np.abs(q - p).max())


def _measure_l_infinity(counts: CellCounts, confidence: float) -> Measurement:
    p, q = counts.shares
    moved = np.abs(q - p)
    smooth_p, smooth_q = counts.smooth_shares
    error = np.sqrt(
        counts.inflation
        * (smooth_q * (1.0 - smooth_q) / counts.n + smooth_p * (1.0 - smooth_p) / counts.m)
    )
    tail = (1.0 - confidence) / 2.0
    low = float(np.max(moved + special.ndtri(tail / counts.cells) * error))
    high = float(np.max(moved - special.ndtri(tail) * error))
    estimate = float(moved.max())
    return Measurement(estimate=estimate, low=max(0.0, low), high=min(1.0, high), centre=estimate)


def chi_squared(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """χ² = Σ (O − E)² / E of the 2 × cells table, E from the pooled shares.

    The pool keeps every expected count above 0. No continuity correction.
    Source: Pearson (1900); Agresti, Categorical Data Analysis (2013), section 3.2.

    >>> round(chi_squared([50, 50], [80, 20]), 3)
    19.78
    """
    return _chi_squared(CellCounts.of(baseline, window))


def measure_chi_squared(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The statistic, its p-value, and the interval of what it would be without sampling noise.

    The statistic is close to non-central chi-squared with cells − 1 degrees of freedom; the noise-
    free value is the non-centrality. With over-dispersion φ the p-value is that of χ²/φ (Rao and
    Scott 1981).
    """
    return measure_cells(counts, confidence, _chi_squared, _measure_chi_squared)


def _pooled(counts: CellCounts) -> Shares:
    total = counts.baseline + counts.window
    return np.asarray(total / total.sum())


def _chi_squared(counts: CellCounts) -> float:
    p, q = counts.shares
    moved = q - p
    return float(np.sum(moved * moved / _pooled(counts))) / (1.0 / counts.n + 1.0 / counts.m)


def _measure_chi_squared(counts: CellCounts, confidence: float) -> Measurement:
    p, q = counts.shares
    ratio = (q - p) / _pooled(counts)
    part = counts.n / (counts.n + counts.m)
    spread = (
        variance_of_mean(q, ratio * (2.0 - part * ratio)) / counts.n
        + variance_of_mean(p, ratio * (2.0 + (1.0 - part) * ratio)) / counts.m
    )
    unit = 1.0 / counts.n + 1.0 / counts.m
    return _test(counts, confidence, _chi_squared(counts), spread / unit**2)


def g_test(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """G = 2 Σ O ln(O / E) of the 2 × cells table, the likelihood-ratio statistic.

    Source: Wilks (1935); Sokal and Rohlf, Biometry (2012), chapter 17.

    >>> round(g_test([50, 50], [80, 20]), 3)
    20.269
    """
    return _g_test(CellCounts.of(baseline, window))


def measure_g_test(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The statistic, its p-value and its noise-free interval, as for chi-squared."""
    return measure_cells(counts, confidence, _g_test, _measure_g_test)


def _g_test(counts: CellCounts) -> float:
    pooled = _pooled(counts)
    window = special.rel_entr(counts.window, counts.n * pooled)
    baseline = special.rel_entr(counts.baseline, counts.m * pooled)
    return max(0.0, 2.0 * float(np.sum(window + baseline)))


def _measure_g_test(counts: CellCounts, confidence: float) -> Measurement:
    p, q = counts.smooth_shares
    pooled = (counts.n * q + counts.m * p) / (counts.n + counts.m)
    spread = counts.n * variance_of_mean(q, np.log(q / pooled)) + counts.m * variance_of_mean(
        p, np.log(p / pooled)
    )
    return _test(counts, confidence, _g_test(counts), 4.0 * spread)


def _test(counts: CellCounts, confidence: float, statistic: float, variance: float) -> Measurement:
    freedom = counts.cells - 1.0
    bias = freedom * counts.inflation
    low, high = squared_interval(statistic, bias, freedom, counts.inflation * variance, confidence)
    return Measurement(
        estimate=statistic,
        low=low,
        high=high,
        centre=max(0.0, statistic - bias),
        p_value=_upper_tail(statistic / counts.inflation, freedom),
        grows=True,
    )


def _upper_tail(statistic: float, freedom: float) -> float:
    probability = float(special.chdtrc(freedom, statistic))
    return probability if math.isfinite(probability) else 0.0
