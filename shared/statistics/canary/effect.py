"""One thing measured about a metric: estimate, interval, what is allowed, and the verdict."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.verdict import Verdict


class Aspect(StrEnum):
    """What about a metric was compared, and in which unit.

    Location and mean are shifts in the metric's unit, difference one of shares or rates; the
    others are ratios of experiment to control.
    """

    LOCATION = "location"
    MEAN = "mean"
    SPREAD = "spread"
    UPPER_TAIL = "upper_tail"
    LOWER_TAIL = "lower_tail"
    RATIO = "ratio"
    DIFFERENCE = "difference"


class Side(StrEnum):
    """Where the whole interval lies with respect to what is allowed."""

    ABOVE = "above"
    BELOW = "below"
    WITHIN = "within"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An estimate with interval [low, high]; floor and ceiling are None where nothing is bad.

    `estimate` is not a number where neither side has anything to compare. `n_needed` values a side
    would decide it, None when decided or when no number would.
    """

    aspect: Aspect
    estimate: float
    low: float
    high: float
    floor: float | None
    ceiling: float | None
    side: Side
    p_value: float | None = None
    n_needed: int | None = None

    @property
    def verdict(self) -> Verdict:
        """Fail beyond a limit, pass within both, inconclusive while the interval reaches over."""
        if self.side is Side.OPEN:
            return Verdict.INCONCLUSIVE
        return Verdict.PASS if self.side is Side.WITHIN else Verdict.FAIL


def side_of(low: float, high: float, floor: float | None, ceiling: float | None) -> Side:
    """Where an interval lies.

    >>> side_of(2.0, 3.0, None, 1.0), side_of(-9.0, 1.0, None, 1.0), side_of(-9.0, 1.0, -1.0, 1.0)
    (<Side.ABOVE: 'above'>, <Side.WITHIN: 'within'>, <Side.OPEN: 'open'>)
    """
    if ceiling is not None and low > ceiling:
        return Side.ABOVE
    if floor is not None and high < floor:
        return Side.BELOW
    if (ceiling is None or high <= ceiling) and (floor is None or low >= floor):
        return Side.WITHIN
    return Side.OPEN


def samples_needed(
    interval: tuple[float, float, float],
    floor: float | None,
    ceiling: float | None,
    n: int,
    scale: Callable[[float], float] = float,
) -> int | None:
    """The values a side at which an interval (low, estimate, high) shrinking by 1/√n decides.

    `scale` maps all to where the interval is symmetric, e.g. `math.log` of a ratio. None when the
    estimate lies on a limit or the interval has no end.

    >>> samples_needed((-1.0, 0.5, 2.0), None, 1.0, n=10)
    90
    """
    try:
        low, estimate, high = (scale(value) for value in interval)
        floor = None if floor is None else scale(floor)
        ceiling = None if ceiling is None else scale(ceiling)
    except ValueError:
        return None
    if ceiling is not None and estimate > ceiling:
        shrinks = [(estimate - low, estimate - ceiling)]
    elif floor is not None and estimate < floor:
        shrinks = [(high - estimate, floor - estimate)]
    else:
        shrinks = [(high - estimate, ceiling - estimate)] if ceiling is not None else []
        shrinks += [(estimate - low, estimate - floor)] if floor is not None else []
    if any(gap <= 0.0 or not math.isfinite(width) for width, gap in shrinks):
        return None
    needed = n * max((width / gap) ** 2 for width, gap in shrinks)
    return max(n + 1, math.ceil(needed)) if needed < 1e9 else None
