"""Two deployments that served side by side: the same buckets, so no season has to be known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from shared.errors import InvalidData
from shared.statistics.series.fit import variance_inflation
from shared.statistics.series.points import Kind, Point, rates_of, valid_points, weights_of
from shared.statistics.series.seasons import Array

_PRIOR_FREEDOM = 10.0
_LEAST_PAIRS_OF_A_MEAN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One side against the other over the buckets that both have; `difference` is theirs.

    `value` and `value_other` are averaged with the same weights, so that they differ by
    `difference`; `error` is its standard error, to be taken with Student's t of `freedom`. `n` and
    `n_other` count all the weight of the paired buckets, `dispersion` is the moderated φ.
    """

    value: float
    value_other: float
    difference: float
    error: float
    freedom: float
    n: float
    n_other: float
    buckets: int
    dispersion: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """The two-sided interval of the difference."""
        half = float(special.stdtrit(self.freedom, 0.5 + confidence / 2.0)) * self.error
        return self.difference - half, self.difference + half


def compare_sides(side: Sequence[Point], other: Sequence[Point], kind: Kind) -> Sides | None:
    """The difference of two sides, bucket by bucket, so that their shares may change meanwhile.

    d = Σ wᵢ(pᵢ − qᵢ) / Σ wᵢ with wᵢ = mᵢnᵢ/(mᵢ + nᵢ), the difference of Mantel and Haenszel.
    Its variance is φ · Σ wᵢ²vᵢ / (Σ wᵢ)² times the inflation by autocorrelation, vᵢ binomial or
    Poisson at a side's own level or at that of both, whichever is more. Requests are spread by
    chance, so φ is 1 unless they come in bursts: what the k pairs show of that is moderated,
    φ = max(1, (10 + Σ rᵢ²)/(10 + k − 1)), with as many degrees of freedom; bursts much longer than
    a bucket need a day of buckets to show. A mean has no noise of its own, so its variance is
    measured from the pairs alone.
    Source: Greenland and Robins, Biometrics 41 (1985); Smyth, Linear models and empirical Bayes
    methods (2004), 3 (moderated variance).

    None when the sides share no bucket, or fewer than three of a mean.
    Raises InvalidData for values that cannot be, and for counts without exposure: then a side's
    count says how much traffic it had, and no more.
    """
    ours = {point.time: point for point in valid_points(side, kind)}
    theirs = {point.time: point for point in valid_points(other, kind)}
    times = sorted(ours.keys() & theirs.keys())
    first, second = [ours[time] for time in times], [theirs[time] for time in times]
    if kind == "count" and any(point.weight is None for point in (*first, *second)):
        raise InvalidData(
            "Counts of deployments can only be compared with what they rest on; give a weight, "
            "such as the number of requests."
        )
    if not times or (kind == "mean" and len(times) < _LEAST_PAIRS_OF_A_MEAN):
        return None
    p, q = rates_of(first, kind), rates_of(second, kind)
    m, n = weights_of(first), weights_of(second)
    weights = m * n / (m + n)
    share = weights / weights.sum()
    value, value_other = float(share @ p), float(share @ q)
    gaps = p - q
    difference = value - value_other
    pooled = float((m @ p + n @ q) / (m.sum() + n.sum()))
    variance = np.asarray(
        max(_unit(value, kind), _unit(pooled, kind)) / m
        + max(_unit(value_other, kind), _unit(pooled, kind)) / n
    )
    if not variance.all():
        variance = np.asarray(0.5 / m**2 + 0.5 / n**2)
    squares = (gaps - difference) ** 2 / variance
    if kind == "mean":
        freedom = float(len(times) - 1)
        dispersion = float(squares.sum()) / freedom
    else:
        freedom = _PRIOR_FREEDOM + len(times) - 1
        dispersion = max(1.0, (_PRIOR_FREEDOM + float(squares.sum())) / freedom)
    inflation = variance_inflation(
        _correlation((gaps - difference) / np.sqrt(variance)), len(times)
    )
    return Sides(
        value=value,
        value_other=value_other,
        difference=difference,
        error=float(np.sqrt(dispersion * inflation * (share**2 @ variance))),
        freedom=freedom,
        n=float(m.sum()),
        n_other=float(n.sum()),
        buckets=len(times),
        dispersion=dispersion,
    )


def _unit(rate: float, kind: Kind) -> float:
    """The variance of a value of weight one."""
    if kind == "mean":
        return 1.0
    return rate if kind == "count" else rate * (1.0 - rate)


def _correlation(residuals: Array) -> float:
    """Lag-one autocorrelation, never negative, corrected by what the mean took of it."""
    total = float(residuals @ residuals)
    if len(residuals) < 8 or total == 0.0:
        return 0.0
    seen = float(residuals[1:] @ residuals[:-1]) / total + 1.0 / len(residuals)
    return min(max(seen, 0.0), 0.9)
