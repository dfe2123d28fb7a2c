"""From a baseline and recent buckets to evidence over time, by bets or by CUSUM."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from shared.statistics.series.accumulation import Evidence, accumulate, change_point
from shared.statistics.series.baseline import Baseline
from shared.statistics.series.bets import information, log_ratios, moved, sizes_of
from shared.statistics.series.cusum import REFERENCE, cusum, limit_for
from shared.statistics.series.judgement import Direction
from shared.statistics.series.points import Kind, Point, rates_of
from shared.statistics.series.seasons import Array

Method = Literal["mixture", "cusum"]

_CLOSEST = 1.5
_MOST_OF_A_MEAN = 0.6


def detect(
    baseline: Baseline,
    now: Sequence[Point],
    *,
    kind: Kind,
    direction: Direction,
    run_length: float,
    method: Method,
) -> Evidence:
    """Evidence over the recent buckets."""
    rates = rates_of(now, kind)
    if method == "cusum":
        return _by_cusum(baseline, rates, direction, run_length)
    ratios = np.column_stack(
        [
            baseline.tempering
            * log_ratios(
                rates if kind == "mean" else rates * baseline.weights,
                baseline.weights,
                edge,
                bet,
                kind,
            )
            for edge, bet in _bets(baseline, kind, direction)
        ]
    )
    if kind == "mean":
        ratios = np.minimum(ratios, _MOST_OF_A_MEAN * np.log(run_length * ratios.shape[1]))
    return accumulate(ratios, run_length)


def findable(
    baseline: Baseline, *, kind: Kind, direction: Direction, run_length: float
) -> list[tuple[float, float]]:
    """About how many buckets each change bet on takes to be found: log(A b) / information."""
    sizes = sizes_of(baseline.tolerance, direction)
    needed = float(np.log(run_length * len(sizes)))
    found = []
    for size, (edge, bet) in zip(sizes.tolist(), _bets(baseline, kind, direction), strict=True):
        per_bucket = float(
            np.mean(baseline.tempering * information(baseline.weights, edge, bet, kind))
        )
        if kind == "mean":
            per_bucket = min(per_bucket, _MOST_OF_A_MEAN * needed)
        found.append((size, needed / per_bucket))
    return found


def _bets(baseline: Baseline, kind: Kind, direction: Direction) -> list[tuple[Array, Array]]:
    margin = baseline.margin
    bets = []
    for size in sizes_of(baseline.tolerance, direction):
        sign = np.sign(size)
        least = np.minimum(margin, 0.6) if sign < 0 else margin
        far = np.maximum(abs(size), _CLOSEST * least)
        bets.append(
            (
                moved(baseline.expected, sign * least, kind, baseline.scale),
                moved(baseline.expected, sign * far, kind, baseline.scale),
            )
        )
    return bets


def _by_cusum(
    baseline: Baseline, rates: Array, direction: Direction, run_length: float
) -> Evidence:
    scores = (rates - baseline.expected) / np.sqrt(baseline.variance)
    rho = baseline.noise.correlation
    before = np.concatenate([[0.0], scores[:-1]])
    scores = (scores - rho * before) / np.sqrt(1.0 - rho**2)
    signs = {"fall": (-1.0,), "rise": (1.0,), "both": (-1.0, 1.0)}[direction]
    limit = max(limit_for(run_length * len(signs)), 1e-9)
    paths = np.array([cusum(sign * scores) for sign in signs])
    worst = signs[int(np.argmax(paths[:, -1]))]
    above = paths.max(axis=0) >= limit
    onsets = np.flatnonzero(above & ~np.concatenate([[False], above[:-1]]))
    standing = bool(above[-1])
    return Evidence(
        path=np.log(np.maximum(paths.max(axis=0), 1e-300) / limit),
        raised=int(onsets[-1]) if standing else None,
        since=change_point(worst * scores - REFERENCE) if standing else None,
        stretch=(0, len(scores) - 1) if standing else None,
        onsets=tuple(onsets.tolist()),
    )
