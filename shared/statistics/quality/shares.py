"""A share of rows against what the baseline had, with an interval."""

import math

from scipy import special

from shared.domain.verdict import Verdict


def exact_interval(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of Clopper and Pearson (1934) for a share; (0, 1) without rows.

    >>> low, high = exact_interval(0, 60)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.06)
    """
    if of == 0:
        return 0.0, 1.0
    tail = (1.0 - confidence) / 2.0
    low = float(special.betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(special.betaincinv(count + 1, of - count, 1.0 - tail)) if count < of else 1.0
    return low, high


def rise(
    count: int, of: int, before: int, before_of: int, confidence: float = 0.95
) -> tuple[float, float, float]:
    """How much higher a share is than it was: estimate, low and high.

    Newcombe's hybrid (1998, method 10) of the two exact intervals, which keeps its coverage at
    shares of 0 and of 1.

    >>> [round(each, 3) for each in rise(20, 100, 50, 1000)]
    [0.15, 0.075, 0.243]
    """
    now, then = count / max(of, 1), before / max(before_of, 1)
    low, high = exact_interval(count, of, confidence)
    then_low, then_high = exact_interval(before, before_of, confidence)
    estimate = now - then
    return (
        estimate,
        estimate - math.hypot(now - low, then_high - then),
        estimate + math.hypot(high - now, then - then_low),
    )


def against(low: float, high: float, limit: float) -> Verdict:
    """Fail with the whole interval above the limit, pass with all of it at most there."""
    if low > limit:
        return Verdict.FAIL
    return Verdict.PASS if high <= limit else Verdict.INCONCLUSIVE
