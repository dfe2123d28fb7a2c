"""The buckets of a series: checked, weighted, and counted where they are missing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np

from shared.errors import InvalidData
from shared.statistics.series.seasons import Array

Kind = Literal["proportion", "count", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bucket, by its start: numerator or mean in `value`, denominator or exposure in `weight`.

    A proportion keeps both, since a ratio without its n says nothing of its noise.
    """

    time: datetime
    value: float
    weight: float | None = None


def valid_points(points: Sequence[Point], kind: Kind) -> list[Point]:
    """Sorted points with a usable weight; an empty bucket of a proportion tells nothing."""
    for point in points:
        if point.time.tzinfo is None:
            raise InvalidData(f"The time {point.time} has no time zone; give UTC or another.")
        if not math.isfinite(point.value):
            raise InvalidData(f"The value at {point.time} is {point.value}; give a number.")
        if kind != "mean" and point.value < 0:
            raise InvalidData(
                f"The value at {point.time} is {point.value}; a {kind} is never negative."
            )
        if kind == "proportion" and point.weight is None:
            raise InvalidData(
                f"The bucket at {point.time} has no weight; a proportion needs its denominator."
            )
        if point.weight is not None and not (math.isfinite(point.weight) and point.weight >= 0):
            raise InvalidData(f"The weight at {point.time} is {point.weight}; give 0 or more.")
        if kind == "proportion" and point.weight is not None and point.value > point.weight:
            raise InvalidData(
                f"The bucket at {point.time} counts {point.value:g} of {point.weight:g}; "
                "a proportion's value is its numerator, not the ratio."
            )
    ordered = sorted(points, key=lambda point: point.time)
    for earlier, later in pairwise(ordered):
        if earlier.time == later.time:
            raise InvalidData(f"The bucket at {later.time} is given twice; add the two up.")
    return [point for point in ordered if point.weight is None or point.weight > 0]


def bucket_of(points: Sequence[Point]) -> timedelta:
    """The usual distance of two buckets."""
    gaps = [(b.time - a.time).total_seconds() for a, b in pairwise(points)]
    return timedelta(seconds=float(np.median(gaps))) if gaps else timedelta(days=1)


def missing_buckets(past: Sequence[Point], now: Sequence[Point]) -> int:
    """How many buckets of the judged window are not there."""
    bucket = bucket_of([*past, *now]).total_seconds()
    times = [past[-1].time, *(point.time for point in now)]
    gaps = [(b - a).total_seconds() / bucket for a, b in pairwise(times)]
    return sum(max(0, round(gap) - 1) for gap in gaps)


def weights_of(points: Sequence[Point]) -> Array:
    """Denominators, exposures or weights; 1 where a bucket names none."""
    return np.asarray([1.0 if point.weight is None else point.weight for point in points])


def total_weight(points: Sequence[Point]) -> float:
    """All the weight of some buckets."""
    return float(weights_of(points).sum())


def rates_of(points: Sequence[Point], kind: Kind) -> Array:
    """Values per weight; a mean is one already."""
    values = np.asarray([point.value for point in points])
    return values if kind == "mean" else values / weights_of(points)
