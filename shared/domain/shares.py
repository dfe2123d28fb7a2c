"""A share of counted things with its exact interval, without numpy: routing looks often.

The interval is Clopper and Pearson's (Biometrika 26, 1934), by the incomplete beta function's
continued fraction (Abramowitz and Stegun, 26.5.8) and bisection.
"""

from functools import lru_cache
from math import ceil, exp, lgamma, log, log1p

_STEPS = 300
_PRECISION = 1e-10
_TINY = 1e-300
_MOST = 10_000_000


def share_interval(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """The interval that holds the true share with at least this confidence, both tails alike.

    Without trials it is (0, 1). Raises ValueError for counts that cannot be.

    >>> [round(bound, 4) for bound in share_interval(0, 100, 0.95)]
    [0.0, 0.0362]
    >>> [round(bound, 4) for bound in share_interval(30, 100, 0.95)]
    [0.2124, 0.3998]
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    if not trials:
        return 0.0, 1.0
    tail = (1.0 - confidence) / 2.0
    low, high = 0.0, 1.0
    if successes:
        low = _quantile(tail, successes, trials - successes + 1)
    if successes < trials:
        high = _quantile(1.0 - tail, successes + 1, trials - successes)
    return low, high


def trials_needed(share: float, limit: float, confidence: float) -> int:
    """Roughly how many trials tell a true `share` from `limit`: its interval then excludes it.

    By the normal approximation, and where there are no successes by what the exact interval asks
    for; at most ten million, which is also the answer where share and limit are the same.

    >>> trials_needed(0.0, 0.05, 0.998), trials_needed(0.01, 0.02, 0.95)
    (135, 479)
    """
    from statistics import NormalDist

    gap = abs(share - limit)
    tail = (1.0 - confidence) / 2.0
    if gap * gap * _MOST < share * (1.0 - share):
        return _MOST
    z = -NormalDist().inv_cdf(tail)
    needed = z * z * share * (1.0 - share) / (gap * gap) + z / gap * 0.5
    for rare, bound in ((share, limit), (1.0 - share, 1.0 - limit)):
        if rare < bound < 1.0:
            needed = max(needed, log(tail) / log1p(-bound))
    return min(_MOST, max(1, ceil(needed)))


def at_most(successes: int, trials: int, share: float) -> float:
    """The probability of at most so many successes when each trial succeeds with `share`.

    >>> round(at_most(1, 10, 0.1), 4)
    0.7361
    """
    if successes >= trials or share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    return 1.0 - _incomplete_beta(share, successes + 1, trials - successes)


@lru_cache(maxsize=4096)
def _quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    while high - low > _PRECISION * high:
        middle = (low + high) / 2.0
        if _incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: P(B < x) of a Beta(a, b) variable B, 0 < x < 1."""
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(1.0 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Lentz's way; converges in about the square root of max(a, b) steps."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _STEPS + round((a + b) ** 0.5)):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            value *= d * c
        if abs(d * c - 1.0) < 1e-13:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
