"""Integrals of squared differences of distribution functions over the pooled ranks."""

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from shared.statistics.distances.ordered_counts import Numbers, OrderedCounts

_STEP = 1e-6
_SUMMED = 200


def cramer_von_mises_integral(p: Numbers, q: Numbers, n: float, m: float) -> Numbers:
    """∫ (G − F)² dH over shares in bins (last axis), with evenly rising functions.

    Within a bin the bridges' mean variance (q/n + p/m)/6 is added.
    """
    pooled = (n * q + m * p) / (n + m)
    after = np.cumsum(q - p, axis=-1)
    before = after - (q - p)
    squares = (before * before + before * after + after * after) / 3.0
    return np.asarray(np.sum(pooled * (squares + (q / n + p / m) / 6.0), axis=-1))


def anderson_darling_integral(p: Numbers, q: Numbers, n: float, m: float) -> Numbers:
    """(N − 1)/N · Σ h·(G − F)² / (H(1 − H) − h/4) over shares in used bins, at mid-ranks."""
    both = n + m
    pooled = (n * q + m * p) / both
    rank = np.cumsum(pooled, axis=-1) - pooled / 2.0
    gap = np.cumsum(q - p, axis=-1) - (q - p) / 2.0
    spread = rank * (1.0 - rank) - pooled / 4.0
    parts = np.divide(pooled * gap * gap, spread, out=np.zeros_like(gap), where=spread > 1e-15)
    return np.asarray((both - 1.0) / both * np.sum(parts, axis=-1))


def cramer_von_mises_bounds(p: Numbers, q: Numbers, n: float, m: float) -> tuple[float, float]:
    """The least and the most ∫ (G − F)² dH that rows with these counts can have."""
    least, most = _squares_within(p, q)
    pooled = (n * q + m * p) / (n + m)
    return float(pooled @ least), float(pooled @ most)


def anderson_darling_bounds(p: Numbers, q: Numbers, n: float, m: float) -> tuple[float, float]:
    """The least and the most ∫ (G − F)² / (H(1 − H)) dH that rows with these counts can have.

    In the outermost bins, where H(1 − H) goes to 0, |G − F| is at most C·H with C = N / min(n, m)
    and at most the larger share; half a rank of the nearest row may double the integrand there.
    """
    least, most = _squares_within(p, q)
    pooled = (n * q + m * p) / (n + m)
    above = np.cumsum(pooled)
    ends = np.stack([above, above - pooled])
    variances = ends * (1.0 - ends)
    widest = np.where((ends.min(axis=0) < 0.5) & (ends.max(axis=0) > 0.5), 0.25, variances.max(0))
    low = float(np.sum(pooled * least / np.maximum(widest, 1e-300)))
    if len(p) < 3:
        high = 2.0 * sum(_outermost(p, q, pooled, n, m, index) for index in range(len(p)))
        return low, max(low, high)
    inner = slice(1, -1)
    high = float(np.sum(pooled[inner] * most[inner] / variances.min(axis=0)[inner]))
    return low, high + 2.0 * sum(_outermost(p, q, pooled, n, m, index) for index in (0, -1))


def _squares_within(p: Numbers, q: Numbers) -> tuple[Numbers, Numbers]:
    before = np.cumsum(q - p) - (q - p)
    lowest, highest = before - p, before + q
    nearest = np.where(
        (lowest <= 0.0) & (highest >= 0.0), 0.0, np.minimum(np.abs(lowest), np.abs(highest))
    )
    return nearest**2, np.maximum(np.abs(lowest), np.abs(highest)) ** 2


def _outermost(p: Numbers, q: Numbers, pooled: Numbers, n: float, m: float, index: int) -> float:
    steepest = (n + m) / min(n, m)
    most = float(max(p[index], q[index]))
    mass = float(pooled[index])
    turn = min(mass, most / steepest)
    over = steepest**2 * turn**2 / 2.0
    if mass > turn:
        over += most**2 * math.log(mass / turn)
    return over / max(1.0 - mass, 0.5 / (n + m))


def jackknife_variance(
    counts: OrderedCounts, value: Callable[[Numbers, Numbers, float, float], Numbers]
) -> float:
    """The delta method's variance of a function of both sides' shares.

    Var_q(I)/n + Var_p(J)/m with I and J the influence of one row of each bin, by differences.
    Source: Jaeckel, The Infinitesimal Jackknife (1972); Efron (1982), chapter 6.
    """
    p, q = counts.shares()
    n, m = counts.n, counts.m
    here = value(p, q, n, m)
    rows = np.eye(len(p))
    for_q = (value(p[None, :], q + _STEP * (rows - q), n, m) - here) / _STEP
    for_p = (value(p + _STEP * (rows - p), q[None, :], n, m) - here) / _STEP
    return float(q @ (for_q * for_q)) / n + float(p @ (for_p * for_p)) / m


def normalising_spread(n: float, m: float) -> float:
    """The standard deviation of the two-sample A² when nothing changed.

    Source: Scholz and Stephens (1987), equation 4, with k = 2; above two hundred rows the double
    sum g is π²/6 − (2h + 1)/N, h the harmonic sum.

    >>> round(normalising_spread(1e6, 1e6), 4)
    0.7614
    """
    both = max(n + m, 4.0)
    inverse = 1.0 / n + 1.0 / m
    harmonic = float(special.digamma(both)) + float(np.euler_gamma)
    double = _double_sum(both, harmonic)
    a = 4.0 * double - 6.0 + (10.0 - 6.0 * double) * inverse
    b = (
        (2.0 * double - 4.0) * 4.0
        + 16.0 * harmonic
        + inverse * (2.0 * double - 14.0 * harmonic - 4.0)
        - 8.0 * harmonic
        + 4.0 * double
        - 6.0
    )
    c = (6.0 * harmonic + 2.0 * double - 2.0) * 4.0 + (4.0 * harmonic - 4.0 * double + 6.0) * 2.0
    c += (2.0 * harmonic - 6.0) * inverse + 4.0 * harmonic
    d = (2.0 * harmonic + 6.0) * 4.0 - 8.0 * harmonic
    variance = (((a * both + b) * both + c) * both + d) / (
        (both - 1.0) * (both - 2.0) * (both - 3.0)
    )
    return math.sqrt(variance)


def _double_sum(both: float, harmonic: float) -> float:
    if both > _SUMMED:
        return math.pi**2 / 6.0 - (2.0 * harmonic + 1.0) / both
    rows = round(both)
    inverse = 1.0 / np.arange(rows - 1, 1, -1)
    return float(np.sum(np.cumsum(inverse) / np.arange(2, rows)))
