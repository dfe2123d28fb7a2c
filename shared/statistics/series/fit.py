"""The seasonal baseline of a series, fitted to its history, with the noise around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from shared.statistics.series.points import Kind, Point, bucket_of, rates_of, weights_of
from shared.statistics.series.seasons import Array, seasonal_design


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselineFit:
    """A baseline fitted to history; variances are those of one bucket's value per weight."""

    expected: Array
    recent_expected: Array
    covariance: Array
    recent_design: Array
    dispersion: float
    correlation: float

    def uncertainty(self, share: Array) -> float:
        """Variance of the fitted mean over the recent buckets, weighted by `share`."""
        loading = share @ self.recent_design
        return float(loading @ self.covariance @ loading) * self.dispersion


def unit_variance(expected: Array, kind: Kind) -> Array:
    """Variance of a rate with weight one: p(1 − p), λ, or constant."""
    if kind == "proportion":
        p = np.clip(expected, 1e-6, 1.0 - 1e-6)
        return np.asarray(p * (1.0 - p))
    if kind == "count":
        return np.maximum(expected, 1e-9)
    return np.ones_like(expected)


def fit_baseline(
    past: Sequence[Point], now: Sequence[Point], kind: Kind, span: timedelta
) -> BaselineFit:
    """Weighted least squares with three rounds of reweighting by the fitted variance."""
    bucket = bucket_of(past)
    design = seasonal_design([p.time for p in past], bucket, span)
    recent_design = seasonal_design([p.time for p in now], bucket, span)
    rates, weights = rates_of(past, kind), weights_of(past)
    expected = np.full_like(rates, np.average(rates, weights=weights))
    inverse: Array = np.eye(design.shape[1])
    precision: Array = weights
    for _ in range(3):
        precision = weights / unit_variance(expected, kind)
        inverse = np.asarray(np.linalg.pinv(design.T @ (design * precision[:, None])), dtype=float)
        expected = design @ (inverse @ (design.T @ (precision * rates)))
    pearson = (rates - expected) * np.sqrt(weights / unit_variance(expected, kind))
    freedom = max(1, len(rates) - int(np.linalg.matrix_rank(design)))
    dispersion = float(pearson @ pearson) / freedom
    if kind != "mean":
        dispersion = max(1.0, dispersion)
    return BaselineFit(
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


def variance_inflation(correlation: float, buckets: int) -> float:
    """Variance inflation of a mean of `buckets` values with first-order autocorrelation.

    1 + 2 Σ (1 − k/n) ρᵏ over k = 1 … n − 1, in closed form.
    """
    if buckets < 2 or correlation == 0.0:
        return 1.0
    rho = correlation
    return (1 + rho) / (1 - rho) - 2 * rho * (1 - rho**buckets) / (buckets * (1 - rho) ** 2)
