"""Intervals of statistics that are sums of squares: PSI, chi-squared and their kin."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

_NORMAL_FROM = 5_000.0
_DEGENERATE = 1e-12


def squared_interval(
    statistic: float, bias: float, freedom: float, variance: float, confidence: float
) -> tuple[float, float]:
    """The interval of the noise-free statistic θ behind a statistic with mean θ + bias.

    The statistic is taken as a·χ²(ν, θ/a), non-central chi-squared, with a = variance / (4 ·
    statistic) and ν = bias / a: mean and variance are right with no change and with a large one.
    `variance` is the delta method's at the estimate; `freedom` gives a = bias / freedom where it
    is nothing. Source: Patnaik, The Non-Central χ²- and F-Distributions (Biometrika 1949).

    >>> low, high = squared_interval(30.0, bias=9.0, freedom=9.0, variance=120.0, confidence=0.95)
    >>> round(low, 2), round(high, 2)
    (6.04, 45.95)
    """
    scale = variance / (4.0 * statistic) if statistic > 0.0 else 0.0
    if scale <= _DEGENERATE * bias:
        scale = bias / freedom
    low, high = noncentral_interval(statistic / scale, bias / scale, confidence)
    return low * scale, high * scale


def noncentral_interval(statistic: float, freedom: float, confidence: float) -> tuple[float, float]:
    """The non-centralities between which a non-central chi-squared statistic is unremarkable.

    A statistic below its mean under no change says no more than one at it: two samples that are
    alike by luck do not prove more than their rows can (the power-constrained limit of Cowan,
    Cranmer, Gross and Vitells 2011).
    """
    tail = (1.0 - confidence) / 2.0
    low = noncentrality(statistic, freedom, 1.0 - tail)
    return low, noncentrality(max(statistic, freedom), freedom, tail)


def noncentrality(statistic: float, freedom: float, probability: float) -> float:
    """The non-centrality at which the distribution function at `statistic` is `probability`.

    Far out the normal approximation with the same mean and variance is solved instead.
    """
    if special.chndtr(statistic, freedom, 0.0) <= probability:
        return 0.0
    if statistic <= _NORMAL_FROM:
        found = float(special.chndtrinc(statistic, freedom, probability))
        if math.isfinite(found):
            return max(0.0, found)
    z = float(special.ndtri(probability))
    centred = statistic - freedom
    return max(0.0, centred + 2 * z * z - z * math.sqrt(4 * centred + 4 * z * z + 2 * freedom))


def noncentral_quantile(probability: float, freedom: float, noncentral: float) -> float:
    """The statistic below which a non-central chi-squared one lies with `probability`."""
    if noncentral <= _NORMAL_FROM:
        found = float(special.chndtrix(probability, freedom, noncentral))
        if math.isfinite(found):
            return found
    spread = math.sqrt(2.0 * (freedom + 2.0 * noncentral))
    return freedom + noncentral + float(special.ndtri(probability)) * spread


def variance_of_mean(shares: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> float:
    """The variance of `values`, one a cell, under the cells' shares."""
    mean = float(shares @ values)
    return max(0.0, float(shares @ (values * values)) - mean * mean)
