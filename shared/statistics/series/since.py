"""How much a series changed at a known moment, such as that of a traffic change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
from scipy import special

from shared.statistics.series.baseline import baseline_of
from shared.statistics.series.expectation import unit_variance
from shared.statistics.series.gaps import NEEDED_HISTORY, span_of
from shared.statistics.series.measuring import distance
from shared.statistics.series.points import Kind, Point, bucket_of, rates_of, valid_points

_LEAST_BUCKETS = 7
_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The buckets since a moment against what those before it let expect, in the values' unit.

    `low` and `high` are the interval of `change` at `confidence`; `scale` turns all three into a
    share of what is expected. `n` is the weight of the `buckets`.
    """

    observed: float
    expected: float
    change: float
    low: float
    high: float
    scale: float
    confidence: float
    n: float
    buckets: int


def change_since(
    points: Sequence[Point],
    moment: datetime,
    *,
    kind: Kind,
    zone: tzinfo = UTC,
    confidence: float = 0.95,
) -> Change | None:
    """Compare the whole buckets after the moment with the seasons of those before it.

    The bucket that holds the moment is of both and left out. The baseline, its over-dispersion and
    its memory are those of the watch; the noise is that of the level before or of that after,
    whichever is more. The interval holds at every bucket at once, so also at the one that raises an
    alarm: after n buckets the sampling error is taken √((1 + 1/n)(ln(1 + n) + 2 ln(1/α))) times,
    the baseline's as often as for a single look. The moment must not be chosen by the values.
    Source: Robbins, Annals of Mathematical Statistics 41 (1970), normal mixture; Howard et al.,
    Time-uniform confidence sequences, Annals of Statistics 49 (2021).

    None when there are less than seven days before, or nothing after.
    Raises InvalidData for values or times that cannot be.
    """
    every = valid_points(points, kind)
    bucket = bucket_of(every)
    past = [point for point in every if point.time + bucket <= moment]
    now = [point for point in every if point.time >= moment]
    if not now or len(past) < _LEAST_BUCKETS or span_of(past) < NEEDED_HISTORY:
        return None
    baseline = baseline_of(
        past, now, kind=kind, span=span_of(past), zone=zone, tolerance=_TOLERANCE
    )
    share = baseline.weights / baseline.weights.sum()
    found = distance(baseline, rates_of(now, kind), share)
    grown = unit_variance(np.array([found.observed, found.expected]), kind)
    sampling = found.sampling * max(1.0, float(grown[0] / grown[1]))
    single = float(special.ndtri(0.5 + confidence / 2.0)) ** 2
    every_look = (1.0 + 1.0 / len(now)) * (np.log1p(len(now)) - 2.0 * np.log1p(-confidence))
    half = float(np.sqrt(every_look * sampling + single * found.fitted))
    return Change(
        observed=found.observed,
        expected=found.expected,
        change=found.change,
        low=found.change - half,
        high=found.change + half,
        scale=found.scale,
        confidence=confidence,
        n=float(np.sum(baseline.weights)),
        buckets=len(now),
    )
