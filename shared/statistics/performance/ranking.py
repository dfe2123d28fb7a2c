"""The area under the ROC curve from binned counts, its bound and its interval."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ScoreProfile

Floats = npt.NDArray[np.float64]
_FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area with every order inside a bin at even odds, and its least and most possible value.

    The area of the raw scores lies within [least, most]: they differ only by pairs of one bin,
    each worth 0 to 1 instead of one half. `deviation` is DeLong's standard error.
    """

    area: float
    least: float
    most: float
    deviation: float


def area_under_curve(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> Area:
    """AUC = P(score of a positive > score of a negative) + ½ P(equal), from counts by bin.

    The Mann–Whitney form: Σ_b pos_b · (Σ_{a<b} neg_a + ½ neg_b) / (P · N). The standard error is
    that of the placement values: √(S₁₀/P + S₀₁/N).
    Source: Hanley and McNeil, Radiology 143 (1982); DeLong, DeLong and Clarke-Pearson,
    Biometrics 44 (1988).

    >>> found = area_under_curve([0, 1, 2], [2, 1, 0])
    >>> round(found.area, 4), round(found.least, 4), round(found.most, 4)
    (0.9444, 0.8889, 1.0)
    """
    p, q = np.asarray(positives, dtype=float), np.asarray(negatives, dtype=float)
    total_p, total_q = p.sum(), q.sum()
    of_positive = (np.cumsum(q) - q / 2) / total_q
    of_negative = 1.0 - (np.cumsum(p) - p / 2) / total_p
    area = float(p @ of_positive / total_p)
    tied = float(p @ q / (2 * total_p * total_q))
    spread_p = float(p @ (of_positive - area) ** 2) / max(total_p - 1, 1)
    spread_q = float(q @ (of_negative - area) ** 2) / max(total_q - 1, 1)
    return Area(
        area=area,
        least=area - tied,
        most=area + tied,
        deviation=math.sqrt(spread_p / total_p + spread_q / total_q),
    )


def area_interval(
    found: Area, positives: float, negatives: float, confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of an area: DeLong's on the logit scale, Newcombe's where that has no spread.

    Newcombe's holds all θ with |Â − θ| ≤ z·√V(θ), V being Hanley and McNeil's variance with both
    counts replaced by their mean in the exponents; it stays wide for a perfect ranking of few rows.
    Source: Pepe, The Statistical Evaluation of Medical Tests (2003), 5.2.5; Newcombe, Statistics
    in Medicine 25 (2006), method 5.

    >>> perfect = area_under_curve([0, 0, 5], [5, 0, 0])
    >>> low, high = area_interval(perfect, 5, 5)
    >>> round(low, 2), high
    (0.64, 1.0)
    """
    z = float(special.ndtri(0.5 + confidence / 2.0))
    area = found.area
    if found.deviation > 0.0 and 0.0 < area < 1.0 and min(positives, negatives) >= _FEW:
        centre = math.log(area / (1 - area))
        half = z * found.deviation / (area * (1 - area))
        return float(special.expit(centre - half)), float(special.expit(centre + half))
    return (
        _solve(lambda t: area - t - z * _hanley(t, positives, negatives), 0.0, area),
        _solve(lambda t: area - t + z * _hanley(t, positives, negatives), area, 1.0),
    )


def _hanley(area: float, positives: float, negatives: float) -> float:
    mean = (positives + negatives) / 2 - 1
    spread = 1 + mean * ((1 - area) / (2 - area) + area / (1 + area))
    return math.sqrt(max(0.0, area * (1 - area) * spread / (positives * negatives)))


def _solve(falling: Callable[[float], float], low: float, high: float) -> float:
    """The root nearest the far end of an interval by bisection, or that end without a root."""
    for _ in range(60):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return high


def measure_area(profile: ScoreProfile, confidence: float = 0.95) -> Estimate:
    """The AUC of a profile's labelled rows.

    Where a bin mixes different scores the interval is widened by what their order could change;
    `least` and `most` in the details bound the raw scores' area exactly.
    """
    p, q = profile.positives, profile.negatives
    missing = one_class(profile)
    if missing is not None:
        return Estimate(metric=Metric.AUC, n=profile.labelled, reason=missing)
    found = area_under_curve(p, q)
    low, high = area_interval(found, float(p.sum()), float(q.sum()), confidence)
    unknown = float((p * q)[profile.mixed].sum() / (2.0 * p.sum() * q.sum()))
    return Estimate(
        metric=Metric.AUC,
        n=profile.labelled,
        estimate=found.area,
        low=max(0.0, low - unknown),
        high=min(1.0, high + unknown),
        details={
            "least": found.area - unknown,
            "most": found.area + unknown,
            "deviation": found.deviation,
            "positives": float(p.sum()),
            "negatives": float(q.sum()),
        },
    )


def one_class(profile: ScoreProfile) -> Reason | None:
    """Why labels cannot tell two classes apart, None when they can."""
    if profile.scored == 0:
        return Reason.NO_ROWS
    if profile.labelled == 0:
        return Reason.NO_LABELS
    if profile.positives.sum() == 0:
        return Reason.NO_POSITIVES
    return Reason.NO_NEGATIVES if profile.negatives.sum() == 0 else None
