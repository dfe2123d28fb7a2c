"""A KPI watched bucket by bucket: evidence that adds up, with a promise on false alarms."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import takewhile

import numpy as np
from scipy import special

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.series.accumulation import Evidence
from shared.statistics.series.baseline import Baseline, baseline_of
from shared.statistics.series.detection import Method, detect, findable
from shared.statistics.series.gaps import gaps_of, span_of, unwatchable, with_gaps
from shared.statistics.series.judgement import Direction
from shared.statistics.series.measuring import distance
from shared.statistics.series.onset import onset_interval
from shared.statistics.series.points import Kind, Point, bucket_of, rates_of, valid_points
from shared.statistics.series.seasons import Array
from shared.statistics.series.watch_wording import watch_sentence
from shared.statistics.series.watched import Findable, SeriesWatch, WatchedBucket, WatchReason

_GROWING = 0.1
_MOST_NOISE = 100.0


def watch_series(
    history: Sequence[Point],
    recent: Sequence[Point],
    *,
    kind: Kind,
    direction: Direction = "fall",
    tolerance: float = 0.02,
    false_alarm_days: float = 90.0,
    until: datetime | None = None,
    zone: tzinfo = UTC,
    method: Method = "mixture",
    confidence: float = 0.95,
) -> SeriesWatch:
    """Watch the recent buckets for a lasting change beyond the tolerance.

    Every bucket bets on changes of several sizes against "within the tolerance": its likelihood
    ratio (Poisson, binomial, Gaussian) to the power 1/(φ m), φ being the over-dispersion and m the
    variance inflation of autocorrelation. Shiryaev–Roberts sums M ← (M + 1)·e over bets are
    averaged; the alarm comes when the average passes the run length, so that the mean time to a
    false alarm is at least `false_alarm_days`. A pure function of the points, so that replaying
    it changes nothing.
    Source: Shin, Ramdas and Rinaldo, E-detectors (2022), arXiv 2203.03532; likelihood over
    dispersion: McCullagh and Nelder, Generalized Linear Models (1989), 9.2 (quasi-likelihood).

    `until` ends the watched time, so that buckets missing at its end are seen and a count that is
    still being filled is left out; `zone` is where
    the people behind the KPI live by the clock. `method="cusum"` is Page's CUSUM of whitened
    scores instead, without tolerance, its limit by Siegmund's formula.
    Raises InvalidData for values or times that cannot be: see the sentence.
    """
    if kind == "count" and until is not None:
        over = until - bucket_of(sorted(history, key=lambda point: point.time))
        recent = [point for point in recent if point.time <= over]
    past, now = _checked(history, recent, kind, tolerance, false_alarm_days)
    blank = SeriesWatch(
        verdict=Verdict.INCONCLUSIVE,
        reason=WatchReason.NO_RECENT_DATA,
        sentence="",
        tolerance=tolerance,
        false_alarm_days=false_alarm_days,
        buckets=len(now),
        buckets_history=len(past),
        empty=len(recent) - len(now),
    )
    refused = unwatchable(past, now, blank)
    if refused is not None:
        return refused
    baseline = baseline_of(past, now, kind=kind, span=span_of(past), zone=zone, tolerance=tolerance)
    noisiest = float(np.sqrt(np.median(baseline.variance)))
    if kind == "mean" and noisiest >= _MOST_NOISE * baseline.scale:
        return replace(
            blank,
            reason=WatchReason.NO_SCALE,
            sentence="The expected value is about 0, where a relative change has no meaning; "
            "watch the figure as a count or a proportion.",
        )
    run_length = false_alarm_days * timedelta(days=1) / bucket_of(past)
    if run_length < 2.0:
        raise InvalidData(
            f"A false alarm in {false_alarm_days:g} days is one in {run_length:.1f} buckets; "
            "give more days."
        )
    detection = detect(
        baseline, now, kind=kind, direction=direction, run_length=run_length, method=method
    )
    watch = _measured(blank, now, kind, baseline, detection, confidence)
    found = findable(baseline, kind=kind, direction=direction, run_length=run_length)
    bucket = bucket_of(past)
    watch = replace(
        watch, finds=tuple(Findable(change=change, after=n * bucket) for change, n in found)
    )
    watch = _concluded(watch, direction, min((n for _, n in found), default=np.inf))
    watch = replace(watch, sentence=watch_sentence(watch, kind))
    every = sorted(recent, key=lambda point: point.time)
    silent = sum(1 for _ in takewhile(lambda point: point.weight == 0, reversed(every)))
    return with_gaps(watch, gaps_of(past, every, until), silent)


def _checked(
    history: Sequence[Point],
    recent: Sequence[Point],
    kind: Kind,
    tolerance: float,
    false_alarm_days: float,
) -> tuple[list[Point], list[Point]]:
    if not 0.0 < tolerance < 0.6:
        raise InvalidData(f"The tolerance is {tolerance:g}; give a share between 0 and 0.6.")
    if not false_alarm_days > 0.0:
        raise InvalidData(f"false_alarm_days is {false_alarm_days:g}; give a number above 0.")
    past, now = valid_points(history, kind), valid_points(recent, kind)
    if past and now and now[0].time <= past[-1].time:
        raise InvalidData(
            f"The watched buckets begin at {now[0].time}, but the history ends at "
            f"{past[-1].time}; give each bucket once."
        )
    return past, now


def _measured(
    blank: SeriesWatch,
    now: Sequence[Point],
    kind: Kind,
    baseline: Baseline,
    detection: Evidence,
    confidence: float,
) -> SeriesWatch:
    evidence = np.exp(np.minimum(detection.path, 700.0))
    first = detection.since or 0
    weights = baseline.weights[first:]
    rates = rates_of(now, kind)
    share = np.zeros(len(now))
    share[first:] = weights / weights.sum()
    found = distance(baseline, rates, share)
    between = _onset(baseline, rates, kind, detection)
    half = float(special.ndtri(0.5 + confidence / 2.0)) * found.error / found.scale
    estimate = found.change / found.scale
    rows = np.column_stack([rates, baseline.expected, evidence]).tolist()
    return replace(
        blank,
        evidence=float(evidence[-1]),
        since=None if detection.since is None else now[first].time,
        earliest=None if between is None else now[between[0]].time,
        latest=None if between is None else now[between[1]].time,
        alarmed=None if detection.raised is None else now[detection.raised].time,
        alarms=tuple(now[onset].time for onset in detection.onsets),
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        expected=found.expected,
        observed=found.observed,
        n=float(weights.sum()),
        margin=float(np.average(baseline.margin, weights=baseline.weights)),
        dispersion=float(np.mean(1.0 / (baseline.tempering * baseline.noise.memory))),
        correlation=baseline.noise.correlation,
        points=tuple(
            WatchedBucket(time=point.time, observed=seen, expected=mean, evidence=grown)
            for point, (seen, mean, grown) in zip(now, rows, strict=True)
        ),
    )


def _onset(
    baseline: Baseline, rates: Array, kind: Kind, detection: Evidence
) -> tuple[int, int] | None:
    """The first and the last bucket a standing alarm's change may have begun with."""
    if detection.stretch is None or detection.since is None:
        return None
    began, peak = detection.stretch
    judged = slice(began, peak + 1)
    shape = np.full_like(rates, baseline.scale) if kind == "mean" else baseline.expected
    possible = onset_interval(
        (rates - baseline.expected)[judged],
        shape[judged],
        baseline.variance[judged] * baseline.noise.memory,
    )
    first, last = possible or (detection.since - began, detection.since - began)
    return min(began + first, detection.since), max(began + last, detection.since)


def _concluded(watch: SeriesWatch, direction: Direction, soonest: float) -> SeriesWatch:
    low, high = watch.low or 0.0, watch.high or 0.0
    fell = direction != "rise" and high < -watch.tolerance
    beyond = fell or (direction != "fall" and low > watch.tolerance)
    if watch.alarm:
        return replace(watch, verdict=Verdict.FAIL, reason=WatchReason.CHANGED)
    if watch.evidence >= _GROWING or beyond:
        return replace(watch, reason=WatchReason.EVIDENCE_GROWS)
    if watch.buckets < soonest:
        return replace(watch, reason=WatchReason.TOO_EARLY)
    return replace(watch, verdict=Verdict.PASS, reason=WatchReason.NO_CHANGE_FOUND)
