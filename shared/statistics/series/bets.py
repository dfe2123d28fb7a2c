"""Bets on a change: likelihood ratios of each bucket, one for each size and direction."""

import numpy as np
from scipy import special

from shared.statistics.series.judgement import Direction
from shared.statistics.series.points import Kind
from shared.statistics.series.seasons import Array

MULTIPLES = (1.5, 2.5, 5.0, 10.0, 20.0)
OUTAGE = 0.95


def sizes_of(tolerance: float, direction: Direction) -> Array:
    """Signed relative changes that are bet on: multiples of the tolerance, and nearly everything.

    A rise is the inverse of a fall: the bet opposite to a fall by a half is a doubling.
    """
    falls = np.unique(np.minimum(tolerance * np.asarray([*MULTIPLES, np.inf]), OUTAGE))
    rises = 1.0 / (1.0 - falls) - 1.0
    sides = {"fall": [-falls], "rise": [rises], "both": [-falls, rises]}
    return np.concatenate(sides[direction])


def moved(expected: Array, change: Array, kind: Kind, scale: float) -> Array:
    """The expected value after a relative change, kept where such values can be.

    Above one half a proportion's rise is a fall of its complement: 98 % cannot rise by a tenth.
    """
    if kind == "mean":
        return np.asarray(expected + change * scale)
    plain = expected * (1.0 + change)
    if kind == "count":
        return np.asarray(plain)
    complement = 1.0 - (1.0 - expected) / (1.0 + np.maximum(change, 0.0))
    return np.asarray(np.where(change > 0.0, np.minimum(plain, complement), plain))


def log_ratios(values: Array, weights: Array, edge: Array, bet: Array, kind: Kind) -> Array:
    """Log likelihood ratio of each bucket: the bet against the edge of the tolerance.

    Exact for counts (Poisson) and proportions (binomial), so that a few hours without any of five
    expected events count for what they are; Gaussian with unit variance per weight for means.

    >>> import numpy as np
    >>> none, five, one = np.array([0.0]), np.array([5.0]), np.array([1.0])
    >>> log_ratios(none, one, five, one, "count").tolist()
    [4.0]
    """
    if kind == "mean":
        return np.asarray(weights * (bet - edge) * (values - 0.5 * (bet + edge)))
    if kind == "count":
        return np.asarray(values * np.log(bet / edge) - weights * (bet - edge))
    return np.asarray(
        values * np.log(bet / edge) + (weights - values) * np.log((1.0 - bet) / (1.0 - edge))
    )


def information(weights: Array, edge: Array, bet: Array, kind: Kind) -> Array:
    """What a bucket adds to the log evidence when the bet is right: Kullback–Leibler."""
    if kind == "mean":
        return np.asarray(0.5 * weights * (bet - edge) ** 2)
    if kind == "count":
        return np.asarray(weights * special.kl_div(bet, edge))
    return np.asarray(weights * (special.kl_div(bet, edge) + special.kl_div(1.0 - bet, 1.0 - edge)))
