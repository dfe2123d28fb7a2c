"""What the history lets expect: a generalised linear model of the week's rhythm."""

from dataclasses import dataclass

import numpy as np

from shared.statistics.series.points import Kind
from shared.statistics.series.seasons import Array

_ROUNDS = 25
_RIDGE = 0.25
_HUBER = 3.0
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """A fitted baseline on the scale of its link: log of a count, logit of a proportion.

    `inverse` times the noise is the covariance of `coefficients`; `pearson` holds the residuals of
    the history in units of their binomial or Poisson noise (a mean's in units of its weight), and
    `whitened` the rows of the design in the same units.
    """

    kind: Kind
    coefficients: Array
    inverse: Array
    fitted: Array
    pearson: Array
    whitened: Array
    lowest: float
    highest: float

    def at(self, design: Array) -> Array:
        """The expected value per weight for each row of a design."""
        return np.clip(_mean(design @ self.coefficients, self.kind), self.lowest, self.highest)

    def taken(self, lag: int) -> float:
        """By how much fitting lowers the autocovariance of residuals: the hat matrix, averaged."""
        rows = self.whitened
        hat = np.einsum("ij,jk,ik->", rows[lag:], self.inverse, rows[: len(rows) - lag])
        return float(hat) / len(rows)

    def standard_error(self, loadings: Array) -> Array:
        """Standard errors for rows of loadings, before noise beyond binomial or Poisson.

        For a count or a proportion as a share of the expected value, for a mean in its own unit.
        """
        variance = np.einsum("ij,jk,ik->i", loadings, self.inverse, loadings)
        error = np.sqrt(np.maximum(variance, 0.0))
        if self.kind == "proportion":
            return np.asarray(error * (1.0 - self.at(loadings)))
        return np.asarray(error)


def unit_variance(expected: Array, kind: Kind) -> Array:
    """Variance of a value with weight one: p(1 − p), λ, or constant."""
    if kind == "proportion":
        return np.asarray(expected * (1.0 - expected))
    return expected if kind == "count" else np.ones_like(expected)


def fit_expectation(design: Array, rates: Array, weights: Array, kind: Kind) -> Expectation:
    """Iteratively reweighted least squares, with less weight for buckets far outside.

    Links: log (count), logit (proportion), identity (mean). Residuals beyond three robust standard
    deviations get Huber's weight, so that an old outage hardly moves the baseline; a ridge of a
    quarter of an event keeps hours without any event finite.
    Source: McCullagh and Nelder, Generalized Linear Models (1989), 2.5; Huber, Robust Statistics
    (1981), 7.8.
    """
    lowest, highest = _range(weights, kind)
    level = float(np.clip(np.average(rates, weights=weights), lowest, highest))
    fitted = np.full_like(rates, level)
    predictor = _link(fitted, kind)
    ridge = np.full(design.shape[1], _RIDGE if kind != "mean" else 1e-9 * float(weights.sum()))
    ridge[0] = 0.0
    robust = np.ones_like(rates)
    coefficients = np.zeros(design.shape[1])
    inverse = np.eye(design.shape[1])
    for _ in range(_ROUNDS):
        slope = np.ones_like(rates) if kind == "mean" else unit_variance(fitted, kind)
        precision = robust * weights * slope
        working = predictor + (rates - fitted) / slope
        information = design.T @ (design * precision[:, None]) + np.diag(ridge)
        inverse = np.asarray(np.linalg.pinv(information, hermitian=True), dtype=float)
        updated = inverse @ (design.T @ (precision * working))
        moved = float(np.max(np.abs(updated - coefficients)))
        coefficients = updated
        fitted = np.clip(_mean(design @ coefficients, kind), lowest, highest)
        predictor = _link(fitted, kind)
        pearson = (rates - fitted) * np.sqrt(weights / unit_variance(fitted, kind))
        robust = _huber_weights(pearson, np.sqrt(weights) * fitted, kind)
        if moved < 1e-7 * (1.0 + float(np.max(np.abs(coefficients)))):
            break
    return Expectation(
        kind=kind,
        coefficients=coefficients,
        inverse=inverse,
        fitted=fitted,
        pearson=pearson,
        whitened=design * np.sqrt(precision)[:, None],
        lowest=lowest,
        highest=highest,
    )


def robust_scale(pearson: Array, kind: Kind) -> float:
    """1.4826 times the median absolute residual; at least 1 where noise is binomial or Poisson."""
    scale = _MAD_TO_SD * float(np.median(np.abs(pearson)))
    return scale if kind == "mean" else max(1.0, scale)


def _huber_weights(pearson: Array, level: Array, kind: Kind) -> Array:
    bound = _HUBER * robust_scale(pearson, kind)
    if bound <= 1e-6 * float(np.max(np.abs(level))):
        return np.ones_like(pearson)
    return np.asarray(bound / np.maximum(np.abs(pearson), bound))


def _range(weights: Array, kind: Kind) -> tuple[float, float]:
    if kind == "mean":
        return -np.inf, np.inf
    half_an_event = 0.5 / float(weights.sum())
    return half_an_event, np.inf if kind == "count" else 1.0 - half_an_event


def _link(expected: Array, kind: Kind) -> Array:
    if kind == "mean":
        return expected
    return np.log(expected) if kind == "count" else np.log(expected / (1.0 - expected))


def _mean(predictor: Array, kind: Kind) -> Array:
    if kind == "mean":
        return predictor
    bounded = np.clip(predictor, -50.0, 50.0)
    return np.exp(bounded) if kind == "count" else np.asarray(1.0 / (1.0 + np.exp(-bounded)))
