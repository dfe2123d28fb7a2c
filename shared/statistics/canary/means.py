"""Metrics of a few different values, such as ratings, whose ranks jump and whose mean does not."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.canary.ranks import Shift

Array = npt.NDArray[np.float64]

_MOST_DIFFERENT = 20
_TIED = 0.1
_FEWEST_OTHERS = 20


def has_few_values(control: Array, experiment: Array) -> bool:
    """Whether so many pairs tie that the median of all differences stays while shares move.

    A tenth of all pairs, at most 20 different values, and 20 or more that are not the usual one,
    so that their mean is about normal.

    >>> ratings = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 10)
    >>> has_few_values(ratings, ratings), has_few_values(np.arange(50.0), np.arange(50.0))
    (True, False)
    """
    _, counts = np.unique(np.concatenate([control, experiment]), return_counts=True)
    total = int(counts.sum())
    if len(counts) > _MOST_DIFFERENT or total - int(counts.max()) < _FEWEST_OTHERS:
        return False
    return float((counts * (counts - 1.0)).sum()) > _TIED * total * (total - 1.0)


def welch(control: Array, experiment: Array, alpha: float, alike: float = 1.0) -> Shift:
    """The difference of means, its interval of level 1 − alpha, and Welch's two-sided p.

    (ȳ − x̄) ± t · √(s²_x/m + s²_y/n), t with Welch and Satterthwaite's degrees of freedom; no equal
    spread is assumed. `alike` rows tell as much as one.
    Source: Welch, Biometrika 34 (1947).

    >>> shift = welch(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 8.0]), alpha=0.05)
    >>> round(shift.estimate, 2), round(shift.low, 2), round(shift.high, 2)
    (2.5, -0.75, 5.75)
    """
    m, n = len(control), len(experiment)
    estimate = float(experiment.mean() - control.mean())
    a = alike * float(control.var(ddof=1)) / m
    b = alike * float(experiment.var(ddof=1)) / n
    if a + b <= 0.0:
        return Shift(estimate=estimate, low=estimate, high=estimate, p_value=float(estimate == 0.0))
    freedom = (a + b) ** 2 / (a * a / (m - 1) + b * b / (n - 1))
    error = math.sqrt(a + b)
    half = -float(special.stdtrit(freedom, alpha / 2.0)) * error
    return Shift(
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        p_value=float(2.0 * special.stdtr(freedom, -abs(estimate) / error)),
    )
