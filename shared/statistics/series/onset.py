"""Where a change may have begun: each start that explains the buckets about as well as the best."""

import numpy as np

from shared.statistics.series.seasons import Array

CONFIDENCE = 0.95


def onset_interval(
    gaps: Array, shape: Array, variance: Array, confidence: float = CONFIDENCE
) -> tuple[int, int] | None:
    """The first and the last bucket that a lasting change may have begun with.

    A change that begins with bucket τ moves each later one by δ times its `shape` (what is
    expected of it, for a relative change). Its size is the one that fits best, so that a start's
    log likelihood is Sτ²/(2Iτ) with S = Σ gap·shape/variance and I = Σ shape²/variance from τ on.
    Starts that fall short of the best by at most c are not ruled out, (1 − e⁻ᶜ)² being the
    confidence. None where the buckets' last mean does not move at all.
    Source: Siegmund, Confidence sets in change-point problems, Int. Stat. Review 56 (1988).

    >>> import numpy as np
    >>> ones = np.ones(6)
    >>> onset_interval(np.array([0.0, 0.1, 0.0, -4.0, -5.0, -4.0]), ones, ones)
    (3, 3)
    >>> onset_interval(np.array([0.0, -1.0, 0.0, -2.0, -1.0, -2.0]), ones, ones)
    (0, 5)
    """
    moved = np.cumsum((gaps * shape / variance)[::-1])[::-1]
    known = np.cumsum((shape**2 / variance)[::-1])[::-1]
    likelihood = moved**2 / (2.0 * known)
    best = int(np.argmax(likelihood))
    if likelihood[best] <= 0.0:
        return None
    slack = -np.log1p(-np.sqrt(confidence))
    alike = np.sign(moved) == np.sign(moved[best])
    possible = np.flatnonzero(alike & (likelihood >= likelihood[best] - slack))
    return int(possible[0]), int(possible[-1])
