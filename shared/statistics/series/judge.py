"""A KPI's recent buckets against its seasonal baseline: change, interval, three-way verdict."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.distances.distance import rows_needed
from shared.statistics.series.fit import (
    BaselineFit,
    fit_baseline,
    unit_variance,
    variance_inflation,
)
from shared.statistics.series.judgement import (
    Band,
    Direction,
    Question,
    SeriesJudgement,
    SeriesReason,
)
from shared.statistics.series.points import (
    Kind,
    Point,
    bucket_of,
    missing_buckets,
    rates_of,
    total_weight,
    valid_points,
    weights_of,
)
from shared.statistics.series.seasons import Array
from shared.statistics.series.wording import series_sentence

NEEDED_HISTORY = timedelta(days=7)


def judge_series(
    history: Sequence[Point],
    recent: Sequence[Point],
    *,
    kind: Kind,
    direction: Direction = "fall",
    limit: float,
    relative: bool = True,
    confidence: float = 0.95,
) -> SeriesJudgement:
    """Compare the recent buckets with what the seasons of the history let expect.

    The baseline is a weighted least-squares fit of day-of-week and hour-of-day terms. Its noise is
    binomial, Poisson or constant, times an over-dispersion φ ≥ 1 and a first-order autocorrelation
    ρ, both from the history's residuals: the variance of the change is
    φ · Σ wᵢ²vᵢ · (1 + ρ)/(1 − ρ) plus that of the fitted baseline.
    Source: McCullagh and Nelder, Generalized Linear Models (1989), 4.5 (over-dispersion);
    Wilks, Statistical Methods in the Atmospheric Sciences, 5.2.4 (effective sample size).
    Raises InvalidData for values that cannot be: see the sentence.
    """
    past = valid_points(history, kind)
    now = valid_points(recent, kind)
    if not now:
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.NO_RECENT_DATA,
            sentence="The judged window holds no data.",
            limit=limit,
            buckets_history=len(past),
        )
    span = past[-1].time - past[0].time + bucket_of(past) if past else timedelta()
    if span < NEEDED_HISTORY:
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.SHORT_HISTORY,
            sentence=(
                f"There are {span.total_seconds() / 86400:.1f} days of history; "
                "seven are needed before a change can be told from the week's rhythm."
            ),
            limit=limit,
            n=total_weight(now),
            buckets_history=len(past),
        )
    lost = missing_buckets(past, now)
    if lost > len(now):
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.MISSING_DATA,
            sentence=(
                f"{lost} of {lost + len(now)} buckets of the judged window have no data; "
                "look whether the KPI is still being written."
            ),
            limit=limit,
            n=total_weight(now),
            buckets_history=len(past),
        )
    fit = fit_baseline(past, now, kind, span)
    question = Question(
        kind=kind, direction=direction, limit=limit, relative=relative, confidence=confidence
    )
    return _judgement(past, now, fit, question)


def _judgement(
    past: Sequence[Point], now: Sequence[Point], fit: BaselineFit, question: Question
) -> SeriesJudgement:
    weights = weights_of(now)
    rates = rates_of(now, question.kind)
    share = weights / weights.sum()
    observed = float(share @ rates)
    expected = float(share @ fit.recent_expected)
    noise = fit.dispersion * unit_variance(fit.recent_expected, question.kind) / weights
    sampling = float((share * share) @ noise) * variance_inflation(fit.correlation, len(now))
    uncertain = fit.uncertainty(share) * variance_inflation(fit.correlation, len(past))
    scale = abs(expected) if question.relative else 1.0
    if scale == 0.0:
        raise InvalidData("The expected value is 0, so a relative change has no meaning.")
    z = float(special.ndtri(0.5 + question.confidence / 2.0))
    estimate = (observed - expected) / scale
    n = float(weights.sum())

    def interval(rows: float) -> tuple[float, float]:
        half = z * math.sqrt(sampling * n / rows + uncertain) / scale
        return estimate - half, estimate + half

    low, high = interval(n)
    verdict, reason = _verdict(low, high, question)
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        needed = rows_needed(
            lambda rows: _verdict(*interval(rows), question)[0] is not Verdict.INCONCLUSIVE,
            start=int(n) + 1,
        )
    bands = _bands(now, rates, fit, noise, z)
    judged = SeriesJudgement(
        verdict=verdict,
        reason=reason,
        sentence="",
        limit=question.limit,
        estimate=estimate,
        low=low,
        high=high,
        expected=expected,
        observed=observed,
        n=n,
        n_needed=needed,
        buckets_history=len(past),
        since=_since(bands, estimate),
        points=bands,
    )
    return replace(judged, sentence=series_sentence(judged, question))


def _verdict(low: float, high: float, question: Question) -> tuple[Verdict, SeriesReason]:
    limit, direction = question.limit, question.direction
    fell = direction in {"fall", "both"} and high < -limit
    rose = direction in {"rise", "both"} and low > limit
    if fell or rose:
        return Verdict.FAIL, SeriesReason.BEYOND_LIMIT
    floor_holds = direction == "rise" or low >= -limit
    ceiling_holds = direction == "fall" or high <= limit
    if floor_holds and ceiling_holds:
        return Verdict.PASS, SeriesReason.WITHIN_LIMIT
    return Verdict.INCONCLUSIVE, SeriesReason.NOT_DECIDED


def _bands(
    now: Sequence[Point], rates: Array, fit: BaselineFit, noise: Array, z: float
) -> tuple[Band, ...]:
    half = z * np.sqrt(noise)
    rows: npt.NDArray[np.float64] = np.column_stack([rates, fit.recent_expected, half])
    return tuple(
        Band(time=point.time, observed=seen, expected=mean, low=mean - width, high=mean + width)
        for point, (seen, mean, width) in zip(now, rows.tolist(), strict=True)
    )


def _since(bands: Sequence[Band], estimate: float) -> datetime | None:
    since = None
    for band in reversed(bands):
        outside = band.observed < band.low if estimate < 0 else band.observed > band.high
        if not outside:
            break
        since = band.time
    return since
