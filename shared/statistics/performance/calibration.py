"""Whether scores mean what they say: reliability curve and expected calibration error."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.performance.intervals import FEWEST_FOR_A_MEAN, wilson
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ScoreProfile
from shared.statistics.profile.scores import LABELLED, SCORE

Floats = npt.NDArray[np.float64]
GROUPS = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """Neighbouring bins taken together: rows, sum of scores and positives of each group."""

    n: Floats
    scores: Floats
    positives: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityPoint:
    """Mean score and observed rate of a group, with the rate's interval and its rows."""

    score: float
    rate: float
    low: float
    high: float
    n: int


def groups_of(profile: ScoreProfile, groups: int = GROUPS) -> Groups:
    """The labelled rows in at most so many groups of about equal size; a bin is never split."""
    n = (profile.positives + profile.negatives).astype(float)
    total = n.sum()
    middle = np.cumsum(n) - n / 2
    group = np.minimum((middle / max(total, 1.0) * groups).astype(int), groups - 1)
    parts = (n, profile.moments[LABELLED, SCORE], profile.positives.astype(float))
    sums = [np.bincount(group, weights=part, minlength=groups).astype(float) for part in parts]
    used = sums[0] > 0
    return Groups(n=sums[0][used], scores=sums[1][used], positives=sums[2][used])


def reliability_curve(
    profile: ScoreProfile, confidence: float = 0.95
) -> tuple[ReliabilityPoint, ...]:
    """Observed rate of positives against mean score, with Wilson intervals; empty without labels.

    Source: Murphy and Winkler, Applied Statistics 26 (1977).
    """
    found = groups_of(profile)
    points = []
    for n, scores, positives in zip(found.n, found.scores, found.positives, strict=True):
        low, high = wilson(float(positives), float(n), confidence)
        points.append(
            ReliabilityPoint(
                score=float(scores / n), rate=float(positives / n), low=low, high=high, n=int(n)
            )
        )
    return tuple(points)


def debiased_gap(n: Floats, gap: Floats, rate: Floats) -> tuple[float, float, float]:
    """Expected calibration error Σ w_b |gap_b| plain, without its bias, and its deviation.

    Chance alone makes |gap| positive: a gap seen as d with deviation σ has an expected size of
    σ√(2/π)·exp(−d²/2σ²) + d·erf(d/σ√2) (folded normal). The debiased value takes the excess of
    that over |d| off, which is the parametric bootstrap in closed form.
    Source: Naeini, Cooper and Hauskrecht, AAAI 2015; Kumar, Liang and Ma, NeurIPS 2019, 5.

    >>> plain, debiased, _ = debiased_gap(np.full(10, 100.0), np.full(10, 0.02), np.full(10, 0.5))
    >>> round(plain, 3), debiased < plain
    (0.02, True)
    """
    weight = n / n.sum()
    smooth = (rate * n + 0.5) / (n + 1.0)
    sigma = np.sqrt(smooth * (1 - smooth) / n)
    size = np.abs(gap)
    ratio = size / sigma
    expected = sigma * math.sqrt(2 / math.pi) * np.exp(-(ratio**2) / 2) + size * special.erf(
        ratio / math.sqrt(2)
    )
    plain = float(weight @ size)
    spread = np.maximum(sigma**2 + size**2 - expected**2, 0.0)
    slope = 2.0 - special.erf(ratio / math.sqrt(2))
    deviation = float(np.sqrt((weight * slope) ** 2 @ spread))
    return plain, float(max(0.0, weight @ (2 * size - expected))), deviation


def measure_calibration_error(profile: ScoreProfile, confidence: float = 0.95) -> Estimate:
    """The debiased expected calibration error over fifteen groups of equal size.

    `plain` in the details is the customary value, which is too large by chance for few rows;
    `least_detectable` the plain value a perfectly calibrated model would show on average.
    """
    n = profile.labelled
    metric = Metric.CALIBRATION_ERROR
    if n == 0:
        reason = Reason.NO_ROWS if profile.scored == 0 else Reason.NO_LABELS
        return Estimate(metric=metric, n=n, reason=reason)
    if n < FEWEST_FOR_A_MEAN:
        return Estimate(metric=metric, n=n, reason=Reason.TOO_FEW_ROWS, n_needed=FEWEST_FOR_A_MEAN)
    found = groups_of(profile)
    rate = found.positives / found.n
    score = found.scores / found.n
    plain, debiased, deviation = debiased_gap(found.n, score - rate, rate)
    z = float(special.ndtri(0.5 + confidence / 2.0))
    chance = float(np.sqrt(2 / math.pi * score * (1 - score) / found.n).clip(0) @ found.n / n)
    return Estimate(
        metric=metric,
        n=n,
        estimate=debiased,
        low=max(0.0, debiased - z * deviation),
        high=min(1.0, debiased + z * deviation),
        details={"plain": plain, "least_detectable": chance, "groups": float(len(found.n))},
    )
