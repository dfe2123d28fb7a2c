"""The largest gap of a metric between two slices, and the slice that lies worst in its bounds.

Intervals hold for all that is looked at together: with k of them each has the confidence
1 − (1 − confidence)/k. Source: Bonferroni; Dunn, JASA 56 (1961).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from shared.domain.decisions.gates.measured.intervals import (
    Interval,
    difference_interval,
    quantile,
    times_needed,
)
from shared.domain.decisions.gates.measured.samples import Method, Sample
from shared.domain.decisions.gates.slices.names import Slice
from shared.domain.policy import Bound
from shared.domain.verdict import Verdict, worst

_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a metric lies worst: in one slice, or between two, the higher one first.

    `interval` is None without one; `times` as many rows would decide what is inconclusive. `n` is
    what the smaller slice rests on.
    """

    slices: tuple[Slice, ...]
    estimate: float
    verdict: Verdict
    interval: Interval | None = None
    n: float | None = None
    times: float | None = None


def widest_gap(
    groups: Sequence[Mapping[Slice, Sample]], most: float, confidence: float
) -> Place | None:
    """The gap that decides, None where no group has two slices.

    It fails when one gap is surely too large, and passes when none can be.
    """
    pairs = [pair for group in groups for pair in combinations(group.items(), 2)]
    if not pairs:
        return None
    z = quantile(1.0 - (1.0 - confidence) / len(pairs))
    ends = {
        one: found.interval(z) for group in groups if len(group) > 1 for one, found in group.items()
    }
    places = []
    for pair in pairs:
        (high, above), (low, below) = sorted(pair, key=lambda one: one[1].value, reverse=True)
        estimate = above.value - below.value
        known = Method.NONE not in {above.method, below.method}
        interval = _apart(above.value, ends[high], below.value, ends[low])
        places.append(
            Place(
                slices=(high, low),
                estimate=estimate,
                verdict=_gap_verdict(interval if known else (estimate, estimate), most),
                interval=interval if known else None,
                n=min((n for n in (above.n, below.n) if n is not None), default=None),
            )
        )
    found = _deciding(places, lambda place: place.estimate)
    above, below = (next(group[one] for group in groups if one in group) for one in found.slices)

    def decides(times: float) -> bool:
        interval = _apart(
            above.value, above.interval(z, times), below.value, below.interval(z, times)
        )
        return _gap_verdict(interval, most) is not Verdict.INCONCLUSIVE

    return _with_times(found, decides)


def worst_in_bounds(samples: Mapping[Slice, Sample], bound: Bound, confidence: float) -> Place:
    """The slice that decides whether all lie within a bound; there has to be one."""
    z = quantile(1.0 - (1.0 - confidence) / len(samples))
    places = []
    for one, found in samples.items():
        interval = found.interval(z)
        places.append(
            Place(
                slices=(one,),
                estimate=found.value,
                verdict=_bound_verdict(interval, bound),
                interval=interval if found.method is not Method.NONE else None,
                n=found.n,
            )
        )
    deciding = _deciding(places, lambda place: _beyond(place.estimate, bound))
    chosen = samples[deciding.slices[0]]
    return _with_times(
        deciding,
        lambda times: _bound_verdict(chosen.interval(z, times), bound) is not Verdict.INCONCLUSIVE,
    )


def _apart(high: float, above: Interval, low: float, below: Interval) -> Interval:
    """How far apart two values lie, whichever of them is the higher one in truth."""
    ends = difference_interval(high, above, low, below)
    return max(0.0, ends[0]), max(ends[1], -ends[0])


def _deciding(places: Sequence[Place], how_bad: Callable[[Place], float]) -> Place:
    found = worst(place.verdict for place in places)
    return max((place for place in places if place.verdict is found), key=how_bad)


def _with_times(place: Place, decides: Callable[[float], bool]) -> Place:
    if place.verdict is not Verdict.INCONCLUSIVE:
        return place
    return replace(place, times=times_needed(decides))


def _gap_verdict(interval: Interval, most: float) -> Verdict:
    if interval[1] <= most + _SLACK:
        return Verdict.PASS
    return Verdict.FAIL if interval[0] > most + _SLACK else Verdict.INCONCLUSIVE


def _bound_verdict(interval: Interval, bound: Bound) -> Verdict:
    if max(_beyond(end, bound) for end in interval) <= 0.0:
        return Verdict.PASS
    floor, ceiling = _ends(bound)
    surely = interval[1] < floor or interval[0] > ceiling
    return Verdict.FAIL if surely else Verdict.INCONCLUSIVE


def _beyond(value: float, bound: Bound) -> float:
    """How far a value lies outside of its bound; below 0 inside."""
    floor, ceiling = _ends(bound)
    return max(floor - value, value - ceiling)


def _ends(bound: Bound) -> Interval:
    return (
        -math.inf if bound.min is None else bound.min,
        math.inf if bound.max is None else bound.max,
    )
