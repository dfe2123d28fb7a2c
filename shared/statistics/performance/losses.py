"""Brier score and log loss, with what of the Brier score is miscalibration."""

import numpy as np

from shared.statistics.performance.calibration import groups_of
from shared.statistics.performance.intervals import FEWEST_FOR_A_MEAN, mean_interval
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ScoreProfile


def why_no_labels(profile: ScoreProfile) -> Reason | None:
    """Why nothing can be measured with labels, None when something can."""
    if profile.scored == 0:
        return Reason.NO_ROWS
    return Reason.NO_LABELS if profile.labelled == 0 else None


def measure_brier(profile: ScoreProfile, confidence: float = 0.95) -> Estimate:
    """The Brier score: mean of (s − y)² over the labelled rows, exact from its sum.

    Details: `calibration` Σ n_b (s̄_b − ȳ_b)²/n less what chance alone adds, `refinement`
    Σ n_b ȳ_b(1 − ȳ_b)/n, `resolution` and `uncertainty` with refinement = uncertainty −
    resolution, over groups of about a fifteenth of the rows.
    Source: Brier, Monthly Weather Review 78 (1950); Murphy, J. Applied Meteorology 12 (1973);
    bias: Bröcker, Climate Dynamics 39 (2012).
    """
    missing = _too_few(profile, Metric.BRIER)
    if missing is not None:
        return missing
    n = profile.labelled
    total, squares = profile.losses[:2]
    mean, low, high = mean_interval(float(total), float(squares), n, confidence)
    groups = groups_of(profile)
    rate = groups.positives / groups.n
    base = float(groups.positives.sum() / n)
    refinement = float(groups.n @ (rate * (1 - rate)) / n)
    gap = float(groups.n @ (groups.scores / groups.n - rate) ** 2 / n)
    chance = float((rate * (1 - rate)) @ (groups.n / np.maximum(groups.n - 1, 1)) / n)
    return Estimate(
        metric=Metric.BRIER,
        n=n,
        estimate=mean,
        low=max(0.0, low),
        high=min(1.0, high),
        details={
            "calibration": max(0.0, gap - chance),
            "refinement": refinement,
            "resolution": base * (1 - base) - refinement,
            "uncertainty": base * (1 - base),
        },
    )


def measure_log_loss(profile: ScoreProfile, confidence: float = 0.95) -> Estimate:
    """The mean of −ln(score of the true class), scores held 1e-15 away from 0 and 1.

    Source: Good, J. Royal Statistical Society B 14 (1952).
    """
    missing = _too_few(profile, Metric.LOG_LOSS)
    if missing is not None:
        return missing
    total, squares = profile.losses[2:]
    n = profile.labelled
    mean, low, high = mean_interval(float(total), float(squares), n, confidence)
    return Estimate(metric=Metric.LOG_LOSS, n=n, estimate=mean, low=max(0.0, low), high=high)


def _too_few(profile: ScoreProfile, metric: Metric) -> Estimate | None:
    reason = why_no_labels(profile)
    n = profile.labelled
    if reason is not None:
        return Estimate(metric=metric, n=n, reason=reason)
    if n < FEWEST_FOR_A_MEAN:
        return Estimate(metric=metric, n=n, reason=Reason.TOO_FEW_ROWS, n_needed=FEWEST_FOR_A_MEAN)
    return None
