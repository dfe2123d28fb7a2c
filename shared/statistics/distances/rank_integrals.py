"""Integrals of squared differences of distribution functions over the pooled ranks."""

import math

import numpy as np
from scipy import special

from shared.statistics.distances.ordered_counts import Numbers

_SUMMED = 200
_THIN = 1e-6


def cramer_von_mises_integral(p: Numbers, q: Numbers, n: float, m: float) -> float:
    """∫ (G − F)² dH over shares in bins, ties within a bin broken at random, on average.

    Both functions rise evenly within a bin, and the mean variance (q/n + p/m)/6 of the two
    samples' order within it is added.
    """
    pooled = (n * q + m * p) / (n + m)
    return float(pooled @ (_mean_squares(p, q) + (q / n + p / m) / 6.0))


def _mean_squares(p: Numbers, q: Numbers) -> Numbers:
    after = np.cumsum(q - p)
    before = after - (q - p)
    return np.asarray((before * before + before * after + after * after) / 3.0)


def cramer_von_mises_variance(p: Numbers, q: Numbers, n: float, m: float) -> float:
    """The delta method's variance of ∫ (G − F)² dH: Var_q(∂/∂q)/n + Var_p(∂/∂p)/m."""
    pooled = (n * q + m * p) / (n + m)
    after = np.cumsum(q - p)
    before = after - (q - p)
    by_before = pooled * (2.0 * before + after) / 3.0
    by_after = pooled * (2.0 * after + before) / 3.0
    by_gap = _sums_above(by_before + by_after) + by_after
    return _variance(p, q, n, m, by_gap, _mean_squares(p, q))


def anderson_darling_integral(p: Numbers, q: Numbers, n: float, m: float) -> float:
    """∫ (G − F)² / (H(1 − H)) dH over shares in used bins, ties broken at random, on average.

    Within a bin G − F is a straight line α + βH, whose integral is α² ln H − (α + β)² ln(1 − H)
    − β²H; the mean variance (q/n + p/m)·u(1 − u) at the part u of the bin is added.
    """
    pooled = (n * q + m * p) / (n + m)
    upper = np.minimum(np.cumsum(pooled), 1.0)
    lower = np.maximum(upper - pooled, 0.0)
    lower[0], upper[-1] = 0.0, 1.0
    after = np.cumsum(q - p)
    before = after - (q - p)
    slope = (q - p) / pooled
    at_zero = before - slope * lower
    at_one = after + slope * (1.0 - upper)
    at_zero[0] = at_one[-1] = 0.0
    rise = np.log(np.where(lower > 0.0, upper / np.maximum(lower, 1e-300), 1.0))
    fall = np.log(np.where(upper < 1.0, (1.0 - lower) / np.maximum(1.0 - upper, 1e-300), 1.0))
    line = at_zero**2 * rise + at_one**2 * fall - slope**2 * pooled
    order = (pooled - lower * upper * rise - (1.0 - lower) * (1.0 - upper) * fall) / pooled**2
    middle = (lower + upper) / 2.0
    plain = pooled / (middle * (1.0 - middle))
    thin = (pooled < _THIN) & (lower > 0.0) & (upper < 1.0)
    line = np.where(thin, _mean_squares(p, q) * plain, line)
    order = np.where(thin, plain / 6.0, order)
    return float(np.sum(line + (q / n + p / m) * order))


def anderson_darling_midrank(p: Numbers, q: Numbers, n: float, m: float) -> float:
    """(N − 1)/N · Σ h·(G − F)² / (H(1 − H) − h/4) over shares in used bins, at mid-ranks."""
    pooled, gap, spread = _midranks(p, q, n, m)
    return float((1.0 - 1.0 / (n + m)) * np.sum(pooled * gap * gap / spread))


def _midranks(p: Numbers, q: Numbers, n: float, m: float) -> tuple[Numbers, Numbers, Numbers]:
    pooled = (n * q + m * p) / (n + m)
    rank = np.cumsum(pooled) - pooled / 2.0
    gap = np.cumsum(q - p) - (q - p) / 2.0
    return pooled, gap, np.maximum(rank * (1.0 - rank) - pooled / 4.0, 1e-12)


def anderson_darling_variance(p: Numbers, q: Numbers, n: float, m: float) -> float:
    """The delta method's variance of the mid-rank sum."""
    pooled, gap, spread = _midranks(p, q, n, m)
    rank = np.cumsum(pooled) - pooled / 2.0
    part = gap / spread
    by_middle = 2.0 * pooled * part
    by_rank = -pooled * part * part * (1.0 - 2.0 * rank)
    by_gap = _sums_above(by_middle) + by_middle / 2.0
    by_pooled = part * gap + pooled * part * part / 4.0 + _sums_above(by_rank) + by_rank / 2.0
    return _variance(p, q, n, m, by_gap, by_pooled)


def _sums_above(values: Numbers) -> Numbers:
    """The sum of all later values, for each."""
    return np.asarray(values.sum() - np.cumsum(values))


def _variance(
    p: Numbers, q: Numbers, n: float, m: float, by_gap: Numbers, by_pooled: Numbers
) -> float:
    part = n / (n + m)
    of_window = by_gap + part * by_pooled
    of_baseline = (1.0 - part) * by_pooled - by_gap
    of_window = of_window - q @ of_window
    of_baseline = of_baseline - p @ of_baseline
    return float(q @ (of_window**2)) / n + float(p @ (of_baseline**2)) / m


def squares_within(p: Numbers, q: Numbers) -> tuple[Numbers, Numbers]:
    """The least and the most (G − F)² anywhere within each bin, whatever the rows' order there."""
    before = np.cumsum(q - p) - (q - p)
    lowest, highest = before - p, before + q
    nearest = np.where(
        (lowest <= 0.0) & (highest >= 0.0), 0.0, np.minimum(np.abs(lowest), np.abs(highest))
    )
    return nearest**2, np.maximum(np.abs(lowest), np.abs(highest)) ** 2


def cramer_von_mises_bounds(p: Numbers, q: Numbers, n: float, m: float) -> tuple[float, float]:
    """The least and the most ∫ (G − F)² dH that rows with these counts can have."""
    least, most = squares_within(p, q)
    pooled = (n * q + m * p) / (n + m)
    return float(pooled @ least), float(pooled @ most)


def anderson_darling_bounds(p: Numbers, q: Numbers, n: float, m: float) -> tuple[float, float]:
    """The least and the most ∫ (G − F)² / (H(1 − H)) dH that rows with these counts can have.

    In the outermost bins, where H(1 − H) goes to 0, |G − F| is at most C·H with C = N / min(n, m)
    and at most the larger share; half a rank of the nearest row may double the integrand there.
    """
    least, most = squares_within(p, q)
    pooled = (n * q + m * p) / (n + m)
    above = np.cumsum(pooled)
    ends = np.stack([above, above - pooled])
    variances = np.maximum(ends * (1.0 - ends), 1e-300)
    across = (ends.min(axis=0) < 0.5) & (ends.max(axis=0) > 0.5)
    widest = np.where(across, 0.25, variances.max(axis=0))
    low = float(np.sum(pooled * least / widest))
    outer = (0,) if len(p) == 1 else (0, -1)
    high = 2.0 * sum(_outermost(p, q, pooled, n, m, index) for index in outer)
    inner = slice(1, -1)
    high += float(np.sum(pooled[inner] * most[inner] / variances.min(axis=0)[inner]))
    return low, max(low, high)


def _outermost(p: Numbers, q: Numbers, pooled: Numbers, n: float, m: float, index: int) -> float:
    steepest = (n + m) / min(n, m)
    most = float(max(p[index], q[index]))
    mass = float(pooled[index])
    turn = min(mass, most / steepest)
    over = steepest**2 * turn**2 / 2.0
    if mass > turn:
        over += most**2 * math.log(mass / turn)
    return over / max(1.0 - mass, 0.5 / (n + m))


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
    b = 12.0 * double - 22.0 + 8.0 * harmonic + inverse * (2.0 * double - 14.0 * harmonic - 4.0)
    c = 4.0 + 36.0 * harmonic + (2.0 * harmonic - 6.0) * inverse
    d = 24.0
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
