"""Long series made short: what a chart would show of them is kept."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

MOST_POINTS = 200
Point = TypeVar("Point")


def thin(
    points: Sequence[Point],
    value: Callable[[Point], float | None],
    state: Callable[[Point], object],
    most: int = MOST_POINTS,
) -> tuple[Point, ...]:
    """At most so many points of a series in its order.

    Kept are the first and the last, the least and the greatest `value`, and each point whose
    `state` is another than that of the point before; the others evenly. Of more changes than there
    is room for, which is a state that never rests, the changes themselves are kept evenly.
    """
    if len(points) <= most:
        return tuple(points)
    kept = {0, len(points) - 1, *_extremes(points, value)}
    changes = [
        after
        for before, after in pairwise(range(len(points)))
        if state(points[before]) != state(points[after]) and after not in kept
    ]
    kept.update(_evenly(changes, most - len(kept)))
    kept.update(_evenly([i for i in range(len(points)) if i not in kept], most - len(kept)))
    return tuple(points[place] for place in sorted(kept))


def _extremes(points: Sequence[Point], value: Callable[[Point], float | None]) -> list[int]:
    known = [
        (one, place) for place, point in enumerate(points) if (one := value(point)) is not None
    ]
    return [min(known)[1], max(known)[1]] if known else []


def _evenly(places: Sequence[int], count: int) -> list[int]:
    if count <= 0:
        return []
    if len(places) <= count:
        return list(places)
    return [places[number * len(places) // count] for number in range(count)]
