"""A KPI's recent buckets against its seasonal baseline: change, interval, three-way verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.distance import rows_needed
from shared.statistics.seasons import Array, seasonal_design

Kind = Literal["proportion", "count", "mean"]
Direction = Literal["fall", "rise", "both"]
NEEDED_HISTORY = timedelta(days=7)


class SeriesReason(StrEnum):
    """Why a series has its verdict."""

    WITHIN_LIMIT = "within_limit"
    BEYOND_LIMIT = "beyond_limit"
    NOT_DECIDED = "not_decided"
    SHORT_HISTORY = "short_history"
    NO_RECENT_DATA = "no_recent_data"
    MISSING_DATA = "missing_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bucket, by its start: numerator or mean in `value`, denominator or exposure in `weight`.

    A proportion keeps both, since a ratio without its n says nothing of its noise.
    """

    time: datetime
    value: float
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One recent bucket for a chart: what was seen, what was expected, and the usual range."""

    time: datetime
    observed: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesJudgement:
    """The change over the recent buckets: a share of the expected value, or its own unit.

    `since` is the first of the last unbroken run of buckets beyond their usual range in the
    direction of the change.
    """

    verdict: Verdict
    reason: SeriesReason
    sentence: str
    limit: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    observed: float | None = None
    n: float = 0.0
    n_needed: float | None = None
    buckets_history: int = 0
    since: datetime | None = None
    points: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """A baseline fitted to history; variances are those of one bucket's value per weight."""

    expected: Array
    recent_expected: Array
    covariance: Array
    recent_design: Array
    dispersion: float
    correlation: float


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
    past = _valid(history, kind)
    now = _valid(recent, kind)
    if not now:
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.NO_RECENT_DATA,
            sentence="The judged window holds no data.",
            limit=limit,
            buckets_history=len(past),
        )
    span = past[-1].time - past[0].time + _bucket(past) if past else timedelta()
    if span < NEEDED_HISTORY:
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.SHORT_HISTORY,
            sentence=(
                f"There are {span.total_seconds() / 86400:.1f} days of history; "
                "seven are needed before a change can be told from the week's rhythm."
            ),
            limit=limit,
            n=_weight(now, kind),
            buckets_history=len(past),
        )
    lost = _missing(past, now)
    if lost > len(now):
        return SeriesJudgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SeriesReason.MISSING_DATA,
            sentence=(
                f"{lost} of {lost + len(now)} buckets of the judged window have no data; "
                "look whether the KPI is still being written."
            ),
            limit=limit,
            n=_weight(now, kind),
            buckets_history=len(past),
        )
    fit = _fit(past, now, kind, span)
    return _judgement(past, now, fit, kind, direction, limit, relative, confidence)


def _valid(points: Sequence[Point], kind: Kind) -> list[Point]:
    """Sorted points with a usable weight; an empty bucket of a proportion tells nothing."""
    for point in points:
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
    usable = [point for point in points if point.weight is None or point.weight > 0]
    return sorted(usable, key=lambda point: point.time)


def _bucket(points: Sequence[Point]) -> timedelta:
    """The usual distance of two buckets."""
    gaps = [(b.time - a.time).total_seconds() for a, b in zip(points, points[1:], strict=False)]
    return timedelta(seconds=float(np.median(gaps))) if gaps else timedelta(days=1)


def _missing(past: Sequence[Point], now: Sequence[Point]) -> int:
    """How many buckets of the judged window are not there."""
    bucket = _bucket([*past, *now]).total_seconds()
    times = [past[-1].time, *(point.time for point in now)]
    gaps = [(b - a).total_seconds() / bucket for a, b in zip(times, times[1:], strict=False)]
    return sum(max(0, round(gap) - 1) for gap in gaps)


def _weights(points: Sequence[Point], kind: Kind) -> Array:
    if kind == "mean":
        return np.asarray([p.weight if p.weight is not None else 1.0 for p in points])
    return np.asarray([1.0 if p.weight is None else p.weight for p in points])


def _weight(points: Sequence[Point], kind: Kind) -> float:
    return float(_weights(points, kind).sum())


def _rates(points: Sequence[Point], kind: Kind) -> Array:
    values = np.asarray([point.value for point in points])
    return values if kind == "mean" else values / _weights(points, kind)


def _unit_variance(expected: Array, kind: Kind) -> Array:
    """Variance of a rate with weight one: p(1 − p), λ, or constant."""
    if kind == "proportion":
        p = np.clip(expected, 1e-6, 1.0 - 1e-6)
        return np.asarray(p * (1.0 - p))
    if kind == "count":
        return np.maximum(expected, 1e-9)
    return np.ones_like(expected)


def _fit(past: Sequence[Point], now: Sequence[Point], kind: Kind, span: timedelta) -> _Fit:
    bucket = _bucket(past)
    design = seasonal_design([p.time for p in past], bucket, span)
    recent_design = seasonal_design([p.time for p in now], bucket, span)
    rates, weights = _rates(past, kind), _weights(past, kind)
    expected = np.full_like(rates, np.average(rates, weights=weights))
    inverse = np.eye(design.shape[1])
    for _ in range(3):
        precision = weights / _unit_variance(expected, kind)
        inverse = np.linalg.pinv(design.T @ (design * precision[:, None]))
        expected = design @ (inverse @ (design.T @ (precision * rates)))
    pearson = (rates - expected) * np.sqrt(weights / _unit_variance(expected, kind))
    freedom = max(1, len(rates) - int(np.linalg.matrix_rank(design)))
    dispersion = float(pearson @ pearson) / freedom
    if kind != "mean":
        dispersion = max(1.0, dispersion)
    return _Fit(
        expected=expected,
        recent_expected=recent_design @ (inverse @ (design.T @ (precision * rates))),
        covariance=inverse,
        recent_design=recent_design,
        dispersion=dispersion,
        correlation=_autocorrelation(pearson),
    )


def _autocorrelation(residuals: Array) -> float:
    """Lag-one autocorrelation, never negative, so that it can only widen the interval."""
    total = float(residuals @ residuals)
    if len(residuals) < 3 or total == 0:
        return 0.0
    return float(np.clip(residuals[1:] @ residuals[:-1] / total, 0.0, 0.95))


def _judgement(
    past: Sequence[Point],
    now: Sequence[Point],
    fit: _Fit,
    kind: Kind,
    direction: Direction,
    limit: float,
    relative: bool,
    confidence: float,
) -> SeriesJudgement:
    weights = _weights(now, kind)
    rates = _rates(now, kind)
    share = weights / weights.sum()
    observed = float(share @ rates)
    expected = float(share @ fit.recent_expected)
    inflation = _inflation(fit.correlation, len(now))
    noise = fit.dispersion * _unit_variance(fit.recent_expected, kind) / weights
    loading = share @ fit.recent_design
    uncertain = float(loading @ fit.covariance @ loading) * fit.dispersion * _inflation(
        fit.correlation, len(past)
    )
    sampling = float((share * share) @ noise) * inflation
    scale = abs(expected) if relative else 1.0
    if scale == 0.0:
        raise InvalidData("The expected value is 0, so a relative change has no meaning.")
    z = float(special.ndtri(0.5 + confidence / 2.0))
    error = math.sqrt(sampling + uncertain)
    estimate = (observed - expected) / scale
    low, high = estimate - z * error / scale, estimate + z * error / scale
    verdict, reason = _verdict(low, high, limit, direction)
    n = float(weights.sum())
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        needed = rows_needed(
            lambda rows: (
                _verdict(
                    estimate - z * math.sqrt(sampling * n / rows + uncertain) / scale,
                    estimate + z * math.sqrt(sampling * n / rows + uncertain) / scale,
                    limit,
                    direction,
                )[0]
                is not Verdict.INCONCLUSIVE
            ),
            start=int(n) + 1,
        )
    bands = _bands(now, rates, fit, noise, z)
    return SeriesJudgement(
        verdict=verdict,
        reason=reason,
        sentence=_sentence(
            observed, expected, estimate, low, high, limit, relative, direction, n, needed, kind
        ),
        limit=limit,
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


def _inflation(correlation: float, buckets: int) -> float:
    """Variance inflation of a mean of `buckets` values with first-order autocorrelation.

    1 + 2 Σ (1 − k/n) ρᵏ over k = 1 … n − 1, in closed form.
    """
    if buckets < 2 or correlation == 0.0:
        return 1.0
    rho = correlation
    return (1 + rho) / (1 - rho) - 2 * rho * (1 - rho**buckets) / (buckets * (1 - rho) ** 2)


def _verdict(
    low: float, high: float, limit: float, direction: Direction
) -> tuple[Verdict, SeriesReason]:
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
    now: Sequence[Point], rates: Array, fit: _Fit, noise: Array, z: float
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


def _sentence(
    observed: float,
    expected: float,
    estimate: float,
    low: float,
    high: float,
    limit: float,
    relative: bool,
    direction: Direction,
    n: float,
    needed: int | None,
    kind: Kind,
) -> str:
    def spell(value: float) -> str:
        return f"{value:.1%}" if kind == "proportion" else f"{value:.4g}"

    def change(value: float) -> str:
        if relative:
            return f"{value:+.1%}"
        return f"{100 * value:+.1f} points" if kind == "proportion" else f"{value:+.4g}"

    allowed = {"fall": f"may not fall by more than {change(limit)[1:]}"}.get(
        direction,
        f"may not rise by more than {change(limit)[1:]}"
        if direction == "rise"
        else f"may not move by more than {change(limit)[1:]}",
    )
    more = f"; a weight of about {needed} would decide" if needed is not None else ""
    return (
        f"{spell(observed)} instead of the expected {spell(expected)}, a change of "
        f"{change(estimate)} ({change(low)} to {change(high)}, n {n:g}); it {allowed}{more}."
    )


__all__ = ["Band", "Point", "SeriesJudgement", "SeriesReason", "judge_series"]
