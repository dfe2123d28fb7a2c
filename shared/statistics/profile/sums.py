"""Sums of doubles that do not depend on the order of their parts."""

import math
import sys
from collections.abc import Iterable
from fractions import Fraction

LARGEST = sys.float_info.max
_MOST = Fraction(LARGEST)


def exact_sum(parts: Iterable[float]) -> float:
    """The exact sum, rounded once; the largest double, with its sign, where it would be larger.

    >>> exact_sum([1e308, 1e308, -1e308]), exact_sum([1e308, 1e308]) == LARGEST
    (1e+308, True)
    """
    held = list(parts)
    try:
        found = math.fsum(held)
    except (OverflowError, ValueError):
        bounded = (max(-LARGEST, min(LARGEST, part)) for part in held)
        total = sum(map(Fraction, bounded), Fraction())
        return float(max(-_MOST, min(_MOST, total)))
    return max(-LARGEST, min(LARGEST, found))
