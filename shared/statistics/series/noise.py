"""The noise around a baseline: beyond binomial or Poisson, and with a memory."""

from dataclasses import dataclass

import numpy as np

from shared.statistics.series.expectation import Expectation, robust_scale
from shared.statistics.series.points import Kind
from shared.statistics.series.seasons import Array

_WINSOR = 4.0
_LAGS = 12
_SIGNIFICANT = 2.0
_DECAYS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Variance in units of the binomial or Poisson one: φ + τ² m, m being the size of a bucket.

    `dispersion` is φ, `wandering` τ² (the squared relative standard deviation of a rate that moves
    by itself), `correlation` the first-order autocorrelation, and `memory` by how much the
    variance of a long sum exceeds that of independent buckets.
    """

    dispersion: float
    wandering: float
    correlation: float
    memory: float

    def of(self, size: Array) -> Array:
        """The variance of buckets of some size, each in units of its own noise."""
        return np.asarray(self.dispersion + self.wandering * size)


def bucket_size(expected: Array, weights: Array, kind: Kind) -> Array:
    """What a wandering rate's variance grows with: expected events, or w p / (1 − p)."""
    if kind == "mean":
        return np.zeros_like(expected)
    size = weights * expected
    return size / (1.0 - expected) if kind == "proportion" else size


def measure_noise(fit: Expectation, weights: Array, rank: int) -> Noise:
    """Over-dispersion and memory of the residuals, corrected for what the fit took from them.

    The squared residuals are regressed on bucket size, φ ≥ 1 and τ² ≥ 0, the variance function of
    Williams (1982). The memory is (1 + ρ)/(1 − ρ) of the lag-one autocorrelation; when the sum of
    the first twelve autocorrelations is two standard errors above that of first order, it is that
    of a slowly decaying part beside white noise, ρₖ = s ρᵏ, fitted by least squares.
    Source: Williams, Extra-binomial variation, Applied Statistics 31 (1982); Wilks, Statistical
    Methods in the Atmospheric Sciences, 5.2.4.
    """
    bound = _WINSOR * robust_scale(fit.pearson, fit.kind)
    residuals = np.clip(fit.pearson, -bound, bound) if bound > 0.0 else fit.pearson
    freedom = max(1, len(residuals) - rank)
    squares = residuals**2 * (len(residuals) / freedom)
    size = bucket_size(fit.fitted, weights, fit.kind)
    dispersion, wandering = _variance_function(squares, size, fit.kind)
    variance = dispersion + wandering * size
    if not np.all(variance > 0.0):
        return Noise(dispersion=dispersion, wandering=wandering, correlation=0.0, memory=1.0)
    correlations = _autocorrelations(residuals / np.sqrt(variance), fit)
    first = float(np.clip(correlations[0], 0.0, 0.95)) if len(correlations) else 0.0
    return Noise(
        dispersion=dispersion,
        wandering=wandering,
        correlation=first,
        memory=_memory(correlations, first, len(residuals)),
    )


def _variance_function(squares: Array, size: Array, kind: Kind) -> tuple[float, float]:
    level = float(squares.mean())
    if kind == "mean":
        return level, 0.0
    if level <= 1.0:
        return 1.0, 0.0
    dispersion, wandering = level, 0.0
    for _ in range(4):
        precision = (dispersion + wandering * size) ** -2.0
        total, first = float(precision.sum()), float(precision @ size)
        second = float(precision @ size**2)
        seen, weighted = float(precision @ squares), float(precision @ (size * squares))
        spread = total * second - first**2
        if spread > 1e-6 * total * second:
            dispersion = (second * seen - first * weighted) / spread
            wandering = (total * weighted - first * seen) / spread
        if wandering < 0.0:
            dispersion, wandering = seen / total, 0.0
        elif dispersion < 1.0 or spread <= 1e-6 * total * second:
            dispersion, wandering = 1.0, max(0.0, (weighted - first) / second)
        dispersion = max(1.0, dispersion)
    return dispersion, wandering


def _autocorrelations(standard: Array, fit: Expectation) -> Array:
    lags = min(_LAGS, len(standard) // 8)
    total = float(standard @ standard)
    if lags < 1 or total == 0.0:
        return np.zeros(0)
    return np.asarray(
        [standard[lag:] @ standard[:-lag] / total + fit.taken(lag) for lag in range(1, lags + 1)]
    )


def _memory(correlations: Array, first: float, buckets: int) -> float:
    of_first_order = (1.0 + first) / (1.0 - first)
    if len(correlations) < 3:
        return of_first_order
    lags = np.arange(1, len(correlations) + 1)
    excess = float(np.sum(correlations - first**lags))
    if excess < _SIGNIFICANT * np.sqrt(len(lags) / buckets):
        return of_first_order
    best, longest = np.inf, of_first_order
    for decay in _DECAYS:
        shape = decay**lags
        share = float(np.clip(shape @ correlations / (shape @ shape), 0.0, 1.0))
        misfit = float(np.sum((correlations - share * shape) ** 2))
        if misfit < best:
            best, longest = misfit, 1.0 + 2.0 * share * decay / (1.0 - decay)
    return max(of_first_order, longest)
