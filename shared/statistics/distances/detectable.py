"""The smallest change that so many rows would have been likely to call a failure."""

import math

import numpy as np
from scipy import special

from shared.statistics.distances.ordered_counts import Numbers
from shared.statistics.distances.quadratic import noncentral_quantile, noncentrality

POWER = 0.8
_SHIFTS = np.concatenate([np.linspace(0.0, 3.0, 61), np.linspace(3.25, 10.0, 28)])


def detectable_psi(
    cells: int, noise: float, limit: float, confidence: float = 0.95, power: float = POWER
) -> float:
    """The true PSI at which the whole interval is above the limit with probability `power`.

    With `noise` = φ(1/n + 1/m): the look fails when PSI / noise exceeds the upper quantile c of
    non-central chi-squared (cells − 1, limit / noise); the answer is the non-centrality at which
    c is exceeded with probability `power`.
    Source: Cohen, Statistical Power Analysis (1988), chapter 7, with a limit in place of 0.

    >>> round(detectable_psi(10, 1 / 500 + 1 / 20_000, limit=0.2), 3)
    0.332
    """
    freedom = max(cells - 1.0, 1.0)
    tail = (1.0 - confidence) / 2.0
    critical = noncentral_quantile(1.0 - tail, freedom, limit / noise)
    return noncentrality(critical, freedom, 1.0 - power) * noise


def detectable_mean_shift(
    n: float, m: float, limit: float, confidence: float = 0.95, power: float = POWER
) -> float:
    """The true shift of the mean, in the baseline's deviations, that fails a limit on it.

    limit + (z(confidence) + z(power)) · √(1/n + 1/m), the window varying as the baseline did.
    Source: Cohen, Statistical Power Analysis (1988), chapter 2.

    >>> round(detectable_mean_shift(500, 20_000, limit=0.1), 3)
    0.227
    """
    z = float(special.ndtri((1.0 + confidence) / 2.0) + special.ndtri(power))
    return limit + z * math.sqrt(1.0 / n + 1.0 / m)


def shift_of_psi(psi: float, shares: Numbers) -> float:
    """The shift of a normal column, in its deviations, that gives this PSI in such cells.

    `shares` are the baseline's, in order; a shift d moves the share between the normal quantiles
    a and b to Φ(b − d) − Φ(a − d). Infinite when no shift up to ten deviations does.

    >>> round(shift_of_psi(0.2, np.full(10, 0.1)), 2)
    0.46
    """
    held = shares[shares > 0.0] / shares.sum()
    if len(held) < 2:
        return math.inf
    ends = np.concatenate([[-np.inf], special.ndtri(np.cumsum(held)[:-1]), [np.inf]])
    moved = np.maximum(np.diff(special.ndtr(ends - _SHIFTS[:, None]), axis=1), 1e-300)
    values = np.sum((moved - held) * np.log(moved / held), axis=1)
    return float(np.interp(psi, values, _SHIFTS, right=math.inf))
