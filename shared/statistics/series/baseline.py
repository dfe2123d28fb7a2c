"""The baseline of a watched series at its recent buckets: expected values, noise and margin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo

import numpy as np

from shared.statistics.series.expectation import Expectation, fit_expectation, unit_variance
from shared.statistics.series.noise import Noise, bucket_size, measure_noise
from shared.statistics.series.points import Kind, Point, bucket_of, rates_of, weights_of
from shared.statistics.series.seasons import Array, seasonal_design

_STANDARD_ERRORS = 2.0
_LEAST_NOISE = 1.0 / 6.0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """What is expected of the recent buckets; arrays have one entry a bucket.

    `variance` is that of a bucket's value per weight, `tempering` the power its likelihood ratio
    is raised to; `error` the relative standard error of the expected value over the day around
    each bucket, or the week where buckets are days; `scale` turns a relative change into the unit
    of a mean; `spread` is the mean variance of a long sum, 1 being binomial or Poisson.
    """

    fit: Expectation
    noise: Noise
    design: Array
    expected: Array
    weights: Array
    variance: Array
    tempering: Array
    error: Array
    scale: float
    spread: float
    tolerance: float

    @property
    def margin(self) -> Array:
        """The tolerance and two standard errors of the baseline, combined as independent.

        What is not known of the baseline is no change, so bets start beyond it.
        """
        return np.hypot(self.tolerance, _STANDARD_ERRORS * self.error)

    def relative_error(self, share: Array) -> float:
        """Relative standard error of the expected value averaged over buckets by `share`."""
        loading = (share @ self.design)[None, :]
        return float(_relative_error(self.fit, loading, self.scale, self.spread)[0])


def baseline_of(
    past: Sequence[Point],
    now: Sequence[Point],
    *,
    kind: Kind,
    span: timedelta,
    zone: tzinfo,
    tolerance: float,
) -> Baseline:
    """Fit the history and carry it forward to the recent buckets.

    A mean's noise is taken to be at least a sixth of the tolerance, since a figure that never
    moved in its history would otherwise be certain of every digit.
    """
    bucket = bucket_of(past)
    past_design = seasonal_design([p.time for p in past], bucket, span, zone)
    design = seasonal_design([p.time for p in now], bucket, span, zone)
    past_weights, weights = weights_of(past), weights_of(now)
    fit = fit_expectation(past_design, rates_of(past, kind), past_weights, kind)
    noise = measure_noise(fit, past_weights, int(np.linalg.matrix_rank(past_design)))
    scale = float(np.average(np.abs(fit.fitted), weights=past_weights))
    if kind == "mean":
        least = float(np.median(past_weights)) * (_LEAST_NOISE * tolerance * scale) ** 2
        noise = replace(noise, dispersion=max(noise.dispersion, least))
    expected = fit.at(design)
    beyond = noise.of(bucket_size(expected, weights, kind))
    spread = float(np.mean(noise.of(bucket_size(fit.fitted, past_weights, kind)))) * noise.memory
    rounds = _moving_average(design, round(_DAY / bucket) if bucket < _DAY else 7)
    return Baseline(
        fit=fit,
        noise=noise,
        design=design,
        expected=expected,
        weights=weights,
        variance=beyond * unit_variance(expected, kind) / weights,
        tempering=1.0 / (beyond * noise.memory),
        error=_relative_error(fit, rounds, scale, spread),
        scale=scale,
        spread=spread,
        tolerance=tolerance,
    )


def _relative_error(fit: Expectation, loadings: Array, scale: float, spread: float) -> Array:
    error = fit.standard_error(loadings) * np.sqrt(spread)
    return np.asarray(error / scale) if fit.kind == "mean" and scale > 0.0 else error


def _moving_average(design: Array, buckets: int) -> Array:
    """Each row averaged with its neighbours: what is wrong at one hour is not at the next."""
    total = np.vstack([np.zeros(design.shape[1]), np.cumsum(design, axis=0)])
    rows = len(design)
    first = np.clip(np.arange(rows) - buckets // 2, 0, max(0, rows - buckets))
    last = np.minimum(first + buckets, rows)
    return np.asarray((total[last] - total[first]) / (last - first)[:, None])
