"""Distances from information theory: Jensen–Shannon and Hellinger, on shares in cells."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.distances.cell_counts import CellCounts, Shares, measure_cells
from shared.statistics.distances.distance import Measurement
from shared.statistics.distances.quadratic import squared_interval, variance_of_mean


def jensen_shannon(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """√JSD, with JSD = ½ Σ p log₂(p/h) + ½ Σ q log₂(q/h) and h = (p + q)/2; from 0 to 1.

    `baseline` and `window` are counts in the same cells. It is the distance (a metric), not the
    divergence. Source: Lin, Divergence Measures Based on the Shannon Entropy (1991); Endres and
    Schindelin, A New Metric for Probability Distributions (2003).

    >>> round(jensen_shannon([50, 50], [80, 20]), 4)
    0.2704
    >>> jensen_shannon([10, 0], [0, 10])
    1.0
    """
    return _jensen_shannon(CellCounts.of(baseline, window))


def measure_jensen_shannon(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The distance with the interval of the divergence, by its delta-method variance.

    8 · JSD / (1/n + 1/m) is close to non-central chi-squared with cells − 1 degrees of freedom
    (the f-divergence's second order; Pardo, Statistical Inference Based on Divergence Measures,
    2006), with the variance Var_q(½ ln(q/h))/n + Var_p(½ ln(p/h))/m when far from equal.
    """
    return measure_cells(counts, confidence, _jensen_shannon, _measure_jensen_shannon)


def _jensen_shannon(counts: CellCounts) -> float:
    return math.sqrt(min(1.0, _divergence(counts) / math.log(2.0)))


def _divergence(counts: CellCounts) -> float:
    p, q = counts.shares
    middle = (p + q) / 2.0
    return max(0.0, float(np.sum(special.rel_entr(p, middle) + special.rel_entr(q, middle))) / 2.0)


def _measure_jensen_shannon(counts: CellCounts, confidence: float) -> Measurement:
    p, q = counts.smooth_shares
    middle = (p + q) / 2.0
    spread = (
        variance_of_mean(q, np.log(q / middle)) / counts.n
        + variance_of_mean(p, np.log(p / middle)) / counts.m
    )
    return _root_of_squared(
        counts,
        confidence,
        _divergence(counts),
        variance=counts.inflation * spread / 4.0,
        unit=math.log(2.0),
    )


def hellinger(baseline: npt.ArrayLike, window: npt.ArrayLike) -> float:
    """H = √(1 − Σ √(p q)), from 0 to 1; `baseline` and `window` are counts in the same cells.

    Source: Hellinger (1909); Le Cam, Asymptotic Methods in Statistical Decision Theory (1986).

    >>> round(hellinger([50, 50], [80, 20]), 4)
    0.2265
    """
    return _hellinger(CellCounts.of(baseline, window))


def measure_hellinger(counts: CellCounts, confidence: float = 0.95) -> Measurement:
    """The distance with the interval of its square.

    8 · H² / (1/n + 1/m) is close to non-central chi-squared with cells − 1 degrees of freedom,
    since square roots of shares have nearly one variance (Freeman and Tukey 1950); the variance of
    H² is (1/n + 1/m)(1 − (1 − H²)²)/4.
    """
    return measure_cells(counts, confidence, _hellinger, _measure_hellinger)


def _hellinger(counts: CellCounts) -> float:
    return math.sqrt(_squared_hellinger(*counts.shares))


def _squared_hellinger(p: Shares, q: Shares) -> float:
    roots = np.sqrt(p) - np.sqrt(q)
    return min(1.0, float(roots @ roots) / 2.0)


def _measure_hellinger(counts: CellCounts, confidence: float) -> Measurement:
    squared = _squared_hellinger(*counts.shares)
    return _root_of_squared(
        counts,
        confidence,
        squared,
        variance=counts.noise * (1.0 - (1.0 - squared) ** 2) / 4.0,
        unit=1.0,
    )


def _root_of_squared(
    counts: CellCounts, confidence: float, squared: float, *, variance: float, unit: float
) -> Measurement:
    """√(squared / unit), both being an eighth of a chi-squared distance near zero, and below 1."""
    freedom = counts.cells - 1.0
    bias = freedom * counts.noise / 8.0
    low, high = squared_interval(squared, bias, freedom, variance, confidence)
    estimate, lowest, highest, centre = (
        math.sqrt(min(1.0, max(0.0, value) / unit))
        for value in (squared, low, high, squared - bias)
    )
    return Measurement(estimate=estimate, low=lowest, high=highest, centre=centre)
