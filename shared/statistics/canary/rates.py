"""Rare events: exact tests of two shares or two rates, with intervals of ratio and difference."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]
Interval = tuple[float, float]

_MOST_TABLES = 1_000_000
"""From so many on the normal distribution is as good, and no list of them has to fit in memory."""


def fisher(events: int, trials: float, events_control: int, trials_control: float) -> float:
    """Fisher's exact two-sided p of two shares: all tables at most as likely as the one seen.

    Source: Fisher, The Design of Experiments (1935).

    >>> round(fisher(8, 10, 1, 10), 6)
    0.005477
    """
    total, drawn = trials + trials_control, events + events_control
    first, last = max(0, drawn - int(trials_control)), min(drawn, int(trials))
    if last - first > _MOST_TABLES:
        mean = drawn * trials / total
        return _normal(events - mean, mean * (1.0 - drawn / total) * trials_control / (total - 1))
    k = np.arange(first, last + 1, dtype=float)
    log_ways = _log_choose(trials, k) + _log_choose(trials_control, drawn - k)
    return _at_most_as_likely(
        log_ways - _log_choose(total, np.asarray([float(drawn)])), events - first
    )


def conditional_binomial(
    events: int, exposure: float, events_control: int, exposure_control: float
) -> float:
    """The exact two-sided p of two Poisson rates: given their sum, the events are binomial.

    Source: Przyborowski and Wilenski, Biometrika 31 (1940).

    >>> round(conditional_binomial(12, 1.0, 3, 1.0), 6)
    0.035156
    """
    drawn = events + events_control
    share = exposure / (exposure + exposure_control)
    if drawn > _MOST_TABLES:
        return _normal(events - drawn * share, drawn * share * (1.0 - share))
    k = np.arange(drawn + 1, dtype=float)
    log_pmf = _log_choose(drawn, k) + special.xlogy(k, share) + special.xlog1py(drawn - k, -share)
    return _at_most_as_likely(log_pmf, events)


def _normal(gap: float, variance: float) -> float:
    """The two-sided p of a gap, with the correction for whole numbers."""
    if variance <= 0.0:
        return 1.0
    return float(2.0 * special.ndtr(-max(0.0, abs(gap) - 0.5) / math.sqrt(variance)))


def _log_choose(n: float, k: Array) -> Array:
    made = special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    return np.asarray(made, dtype=float)


def _at_most_as_likely(log_pmf: Array, at: int) -> float:
    # As likely but for rounding: logarithms of factorials are exact to about 1e-15 of their size.
    slack = 1e-7
    chosen = log_pmf[log_pmf <= log_pmf[at] + slack]
    return float(min(1.0, np.exp(chosen).sum()))


def clopper_pearson(events: float, trials: float, alpha: float) -> Interval:
    """The exact interval of a share.

    Source: Clopper and Pearson, Biometrika 26 (1934), by quantiles of the beta distribution.

    >>> low, high = clopper_pearson(0, 100, alpha=0.05)
    >>> low, round(high, 4)
    (0.0, 0.0362)
    """
    low = special.betaincinv(events, trials - events + 1, alpha / 2) if events > 0 else 0.0
    high = (
        special.betaincinv(events + 1, trials - events, 1 - alpha / 2) if events < trials else 1.0
    )
    return float(low), float(high)


def poisson_interval(events: float, exposure: float, alpha: float) -> Interval:
    """The exact interval of a rate.

    Source: Garwood, Biometrika 28 (1936), by quantiles of the gamma distribution.

    >>> low, high = poisson_interval(0, 10.0, alpha=0.05)
    >>> low, round(high, 4)
    (0.0, 0.3689)
    """
    low = special.gammaincinv(events, alpha / 2) if events > 0 else 0.0
    high = special.gammaincinv(events + 1, 1 - alpha / 2)
    return float(low) / exposure, float(high) / exposure


def rate_ratio(
    events: float, exposure: float, events_control: float, exposure_control: float, alpha: float
) -> Interval:
    """The interval of the ratio of two rates, exact for Poisson, wider than needed for shares.

    Given their sum, the experiment's events are binomial with odds ratio·exposure/exposure₀;
    Clopper and Pearson's ends of that share are turned into ratios.
    Source: Przyborowski and Wilenski (1940); Nelson, Applied Life Data Analysis, 10.4.

    >>> low, high = rate_ratio(20, 1000.0, 10, 1000.0, alpha=0.05)
    >>> round(low, 3), round(high, 3)
    (0.894, 4.785)
    """
    drawn = events + events_control
    if drawn <= 0:
        return 0.0, math.inf
    low, high = clopper_pearson(events, drawn, alpha)
    odds = exposure_control / exposure
    return low / (1.0 - low) * odds if low < 1.0 else math.inf, (
        high / (1.0 - high) * odds if high < 1.0 else math.inf
    )


def share_ratio(
    events: float, trials: float, events_control: float, trials_control: float, alpha: float
) -> Interval:
    """The interval of the ratio of two shares that are not rare, from their Wilson intervals.

    Method of variance estimates recovery for a ratio (MOVER-R), closed form.
    Source: Donner and Zou, Statistical Methods in Medical Research 21 (2012); Newcombe (2016).

    >>> low, high = share_ratio(60, 100, 40, 100, alpha=0.05)
    >>> round(low, 2), round(high, 2)
    (1.13, 2.01)
    """
    p, q = events / trials, events_control / trials_control
    l1, u1 = _wilson(events, trials, alpha)
    l2, u2 = _wilson(events_control, trials_control, alpha)
    inner_low = max(0.0, (p * q) ** 2 - l1 * u2 * (2 * p - l1) * (2 * q - u2))
    inner_high = max(0.0, (p * q) ** 2 - u1 * l2 * (2 * p - u1) * (2 * q - l2))
    # The usual quotient's other root, which holds where a control without events has u2 >= 2q.
    low = l1 * (2 * p - l1) / (p * q + math.sqrt(inner_low)) if p > 0.0 else 0.0
    high = (p * q + math.sqrt(inner_high)) / (l2 * (2 * q - l2)) if l2 > 0.0 else math.inf
    return low, high


def _wilson(events: float, trials: float, alpha: float) -> Interval:
    z = -float(special.ndtri(alpha / 2.0))
    share = events / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = (
        z
        / (1 + z * z / trials)
        * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    )
    return centre - half if events > 0 else 0.0, centre + half if events < trials else 1.0


def difference(rate: float, interval: Interval, control: float, of_control: Interval) -> Interval:
    """The interval of a difference of two estimates from the interval of each (MOVER).

    Source: Zou and Donner, Biometrics 64 (2008); Newcombe, Statistics in Medicine 17 (1998).

    >>> low, high = difference(0.5, (0.4, 0.6), 0.2, (0.1, 0.3))
    >>> round(low, 4), round(high, 4)
    (0.1586, 0.4414)
    """
    low, high = interval
    low_control, high_control = of_control
    below = math.hypot(rate - low, high_control - control)
    above = math.hypot(high - rate, control - low_control)
    return rate - control - below, rate - control + above
