"""Page's CUSUM of standardised residuals, its limit from the mean run length promised."""

import numpy as np

from shared.statistics.series.seasons import Array

REFERENCE = 0.5
_OVERSHOOT = 1.166


def mean_run_length(limit: float, reference: float = REFERENCE) -> float:
    """Mean number of unchanged, independent normal scores until a one-sided CUSUM alarms.

    (exp(2kb) − 2kb − 1) / (2k²) with b = h + 1.166.
    Source: Siegmund, Sequential Analysis (1985), 2.6; within a few per cent of the exact value.

    >>> round(mean_run_length(5.0))
    938
    """
    height = 2.0 * reference * (limit + _OVERSHOOT)
    return float((np.expm1(height) - height) / (2.0 * reference**2))


def limit_for(run_length: float, reference: float = REFERENCE) -> float:
    """The limit h whose mean run length is the one given.

    >>> round(limit_for(938.0), 2)
    5.0
    """
    if run_length <= mean_run_length(0.0, reference):
        return 0.0
    low, high = 0.0, 200.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if mean_run_length(middle, reference) < run_length:
            low = middle
        else:
            high = middle
    return high


def cusum(scores: Array, reference: float = REFERENCE) -> Array:
    """S ← max(0, S + score − k) after each bucket.

    >>> import numpy as np
    >>> cusum(np.array([0.0, 2.5, 1.5])).tolist()
    [0.0, 2.0, 3.0]
    """
    total = 0.0
    path = np.empty(len(scores))
    for index, score in enumerate(scores.tolist()):
        total = max(0.0, total + score - reference)
        path[index] = total
    return path
