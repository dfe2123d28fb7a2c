"""How much of the error budget each look at a growing canary may spend."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.errors import InvalidData

Array = npt.NDArray[np.float64]

_NODES = 401
_FARTHEST = 8.0
_MOST_LOOKS = 100
_LEAST_STEP = 0.005


def look_fractions(look: int, looks: int, fractions: Sequence[float] | None) -> tuple[float, ...]:
    """The shares of all data there were at each look up to this one; evenly spaced when not told.

    Raises InvalidData for a look that is none of them, or fractions that do not grow up to 1.

    >>> look_fractions(2, 4, None)
    (0.25, 0.5)
    """
    if not 1 <= look <= looks:
        raise InvalidData(f"look is {look} of {looks}; give a look from 1 to looks.")
    if looks > _MOST_LOOKS:
        raise InvalidData(f"looks is {looks}; plan at most {_MOST_LOOKS}.")
    if fractions is None:
        return tuple((number + 1) / looks for number in range(look))
    given = tuple(float(fraction) for fraction in fractions)
    grow = all(b - a >= _LEAST_STEP for a, b in zip((0.0, *given), given, strict=False))
    if len(given) != look or not grow or given[-1] > 1.0:
        raise InvalidData(
            f"fractions are {list(given)} at look {look}; give one for each look so far, "
            f"growing by {_LEAST_STEP:g} or more from 0 to at most 1."
        )
    if look == looks and given[-1] < 1.0:
        given = (*given[:-1], 1.0)
    return given


def spent(alpha: float, fraction: float) -> float:
    """The error that may have been spent when this fraction of the data is in.

    α·t²: little early, yet enough to stop a disaster at the first looks; between Pocock's
    and O'Brien and Fleming's boundaries.
    Source: Kim and DeMets, Biometrika 74 (1987).

    >>> round(spent(0.05, 0.5), 5), round(spent(0.05, 1.0), 5)
    (0.0125, 0.05)
    """
    return alpha * fraction * fraction


@lru_cache(maxsize=256)
def nominal_alpha(alpha: float, fractions: tuple[float, ...]) -> float:
    """The two-sided level of the test at the last of these looks, so that all spend at most alpha.

    The statistic at growing data is Brownian motion at the fraction; the boundary of each look is
    found by carrying the density of what has not crossed an earlier one.
    Source: Armitage, McPherson and Rowe (1969); Jennison and Turnbull, Group Sequential Methods
    with Applications to Clinical Trials (2000), chapter 19.

    >>> round(nominal_alpha(0.05, (1.0,)), 4)
    0.05
    >>> [round(nominal_alpha(0.05, (0.25, 0.5, 0.75, 1.0)[:look]), 4) for look in (1, 2, 3, 4)]
    [0.0031, 0.0105, 0.0214, 0.0364]
    """
    places, weights = np.zeros(1), np.ones(1)
    before, already, bound = 0.0, 0.0, math.inf
    for fraction in fractions:
        deviation = math.sqrt(fraction - before)
        budget = spent(alpha, fraction)
        bound = _boundary(places, weights, deviation, math.sqrt(fraction), budget - already)
        reach = min(bound, _FARTHEST) * math.sqrt(fraction)
        grid = np.linspace(-reach, reach, _NODES)
        steps = (grid[:, None] - places[None, :]) / deviation
        density = np.exp(-0.5 * steps * steps) @ weights / (deviation * math.sqrt(2.0 * math.pi))
        places, weights = grid, density * _simpson(grid)
        before, already = fraction, budget
    return float(special.erfc(bound / math.sqrt(2.0)))


def _boundary(
    places: Array,
    weights: Array,
    deviation: float,
    scale: float,
    budget: float,
) -> float:
    """The standardised bound that what is still inside crosses with probability `budget`."""
    low, high = 0.0, 40.0
    for _ in range(80):
        bound = (low + high) / 2.0
        outside = special.ndtr((places - bound * scale) / deviation)
        outside = outside + special.ndtr((-bound * scale - places) / deviation)
        if float(weights @ outside) > budget:
            low = bound
        else:
            high = bound
    return high


def _simpson(grid: Array) -> Array:
    weights = np.full(len(grid), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    made: Array = weights * (grid[1] - grid[0]) / 3.0
    return made
