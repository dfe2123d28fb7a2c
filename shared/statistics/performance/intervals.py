"""Intervals of a proportion and of a mean."""

import math

from scipy import special

from shared.statistics.profile import LARGEST

FEWEST_FOR_A_MEAN = 30


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of a proportion: all p whose score test does not reject successes out of n.

    (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n); it is inside [0, 1], and wide for few rows
    even when all of them agree. Source: Wilson, JASA 22 (1927).

    >>> low, high = wilson(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if n <= 0:
        return 0.0, 1.0
    z = float(special.ndtri(0.5 + confidence / 2.0))
    p = successes / n
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def mean_interval(
    total: float, squares: float, n: int, confidence: float = 0.95
) -> tuple[float, float, float]:
    """A mean from a sum and a sum of squares, with Student's interval.

    x̄ ± t(n−1)·s/√n. Source: Student, Biometrika 6 (1908); for skewed losses it leans on the
    central limit theorem, hence the thirty rows asked for before it is shown.
    Sums that stopped at the largest double tell no interval.

    >>> mean, low, high = mean_interval(50.0, 50.0, 100)
    >>> round(mean, 2), round(low, 3), round(high, 3)
    (0.5, 0.4, 0.6)
    """
    mean = total / n
    if max(abs(total), squares) >= LARGEST:
        return mean, -math.inf, math.inf
    variance = max(0.0, squares / n - mean * mean) * n / max(n - 1, 1)
    half = float(special.stdtrit(max(n - 1, 1), 0.5 + confidence / 2.0)) * math.sqrt(variance / n)
    return mean, mean - half, mean + half
