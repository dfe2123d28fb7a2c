"""How sure a metric is that was measured on so many rows, and the change between two; pure Python.

Two versions are taken as measured on rows of their own. On the same rows their errors go together,
so that the intervals here are wider than they need be, never narrower.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

Interval = tuple[float, float]

_MOST_TIMES = 1e6


def quantile(confidence: float) -> float:
    """The standard normal quantile of a two-sided interval.

    >>> round(quantile(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)


def proportion_interval(share: float, n: float, z: float) -> Interval:
    """The score interval of a share of n rows.

    (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n). Source: Wilson, JASA 22 (1927).

    >>> low, high = proportion_interval(0.8, 10, quantile(0.95))
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def auc_error(area: float, positives: float, negatives: float) -> float:
    """The standard error of an area under the ROC curve.

    √((A(1−A) + (P−1)(Q₁−A²) + (N−1)(Q₂−A²)) / PN), Q₁ = A/(2−A), Q₂ = 2A²/(1+A): that of scores
    of negative exponential distributions, which is close to or above that of others.
    Source: Hanley and McNeil, Radiology 143 (1982), with their example.

    >>> round(auc_error(0.893, 51, 58), 4)
    0.0325
    """
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    variance = (
        area * (1 - area)
        + (positives - 1) * (first - area * area)
        + (negatives - 1) * (second - area * area)
    )
    return math.sqrt(max(0.0, variance) / (positives * negatives))


def auc_interval(area: float, positives: float, negatives: float, z: float) -> Interval:
    """All areas θ with |Â − θ| ≤ z·SE(θ), SE being Hanley and McNeil's.

    Solved for θ as Wilson does for a share, so that a perfect ranking of few rows stays unsure
    and no end leaves [0, 1]. Source: Newcombe, Statistics in Medicine 25 (2006).

    >>> low, high = auc_interval(0.9, 100, 100, quantile(0.95))
    >>> round(low, 3), round(high, 3)
    (0.845, 0.936)
    """

    def beyond(end: float) -> Callable[[float], bool]:
        return lambda share: (
            abs(share * (end - area))
            > z * auc_error(area + share * (end - area), positives, negatives)
        )

    return (
        area - _least_share(beyond(0.0)) * area,
        area + _least_share(beyond(1.0)) * (1.0 - area),
    )


def normal_interval(value: float, error: float, z: float) -> Interval:
    """A value and its standard error: value ± z·error.

    >>> normal_interval(1.0, 0.1, 2.0)
    (0.8, 1.2)
    """
    return value - z * error, value + z * error


def difference_interval(
    one: float, around_one: Interval, other: float, around_other: Interval, weight: float = 1.0
) -> Interval:
    """The interval of one − weight·other, from the interval of each.

    d − √((a−l_a)² + (w·(u_b−b))²) to d + √((u_a−a)² + (w·(b−l_b))²): for two shares with Wilson's
    intervals it is Newcombe's hybrid score interval, which keeps its coverage where the normal
    one does not. Source: Newcombe, Statistics in Medicine 17 (1998), method 10; Zou and Donner,
    Statistics in Medicine 27 (2008) for the weight.

    >>> z = quantile(0.95)
    >>> one, other = proportion_interval(56 / 70, 70, z), proportion_interval(48 / 80, 80, z)
    >>> low, high = difference_interval(56 / 70, one, 48 / 80, other)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    low, high = (
        around_other if weight >= 0 else (2 * other - around_other[1], 2 * other - around_other[0])
    )
    size = abs(weight)
    difference = one - weight * other
    return (
        difference - math.hypot(one - around_one[0], size * (high - other)),
        difference + math.hypot(around_one[1] - one, size * (other - low)),
    )


def times_needed(decides: Callable[[float], bool]) -> float | None:
    """So many times the rows decide; None when a million times would not.

    `decides` is asked whether that many times the rows would, all else being as it is.

    >>> round(times_needed(lambda times: times >= 3.2), 3)
    3.2
    """
    high = 1.0
    while not decides(high):
        high *= 2.0
        if high > _MOST_TIMES:
            return None
    low = high / 2.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high


def _least_share(holds: Callable[[float], bool]) -> float:
    """The least share of the way at which it holds, 1 where it does nowhere."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
