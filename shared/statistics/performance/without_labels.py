"""Performance before the labels are there, from what the scores meant on the baseline."""

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.errors import InvalidData
from shared.statistics.performance.calibration_map import CalibrationMap, calibration_map
from shared.statistics.performance.drift import prediction_drift
from shared.statistics.performance.evaluate import (
    Performance,
    check_confidence,
    check_same_kind,
    judge_all,
    measure,
    performance,
)
from shared.statistics.performance.limits import Limits
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ScoreProfile
from shared.statistics.profile.scores import (
    NEGATIVE_LOSS,
    POSITIVE_LOSS,
    SCORE,
    SQUARE,
    UNKNOWN,
)

Floats = npt.NDArray[np.float64]
DRAWS = 600
HARDLY_SEEN = 10
_SEED = 20_190_613

ESTIMATED = (
    Metric.AUC,
    Metric.LOG_LOSS,
    Metric.BRIER,
    Metric.ACCURACY,
    Metric.PRECISION,
    Metric.RECALL,
    Metric.F1,
)
CONCEPT_DRIFT = (
    "The estimate takes it that a score still means what it meant on the baseline. It sees a "
    "shift of the inputs; a change of the outcome for the same inputs (concept drift) it cannot "
    "see, nor inputs the model is blind to. Only labels tell."
)


def estimate_without_labels(
    profile: ScoreProfile,
    baseline: ScoreProfile,
    *,
    limits: Limits | None = None,
    confidence: float = 0.95,
) -> Performance:
    """Estimate what the labels of a window would say, with the band the true value should lie in.

    Every row is positive with the probability its score had on the baseline; measures are those of
    the expected counts. The band holds the chance of the labels still to come and the baseline's
    own uncertainty, from 600 seeded draws. Judged as by `evaluate`, against `limits` or the
    baseline. Source: the confidence-based performance estimation of NannyML (Białek, Kuberski,
    Perrakis, Bifet, 2024), here from counts, with a band.
    Raises InvalidData when the baseline lacks labels, or the profiles have different edges.
    """
    check_confidence(confidence)
    check_same_kind(profile, baseline)
    if not isinstance(profile, ScoreProfile) or not isinstance(baseline, ScoreProfile):
        raise InvalidData(
            "Without labels only a classifier's performance can be estimated; "
            "compute score profiles of its probabilities."
        )
    drift = prediction_drift(profile, baseline, confidence=confidence)
    weights = profile.counts.sum(axis=0).astype(float)
    moments = profile.moments.sum(axis=0)
    rows = weights.sum(axis=0)
    means = moments[SCORE] / np.maximum(rows, 1.0)
    mapped = calibration_map(baseline, means)
    if profile.scored == 0:
        found = {
            metric: Estimate(metric=metric, n=0, reason=Reason.NO_ROWS) for metric in ESTIMATED
        }
    else:
        found = _estimates(profile, mapped, weights, moments, confidence)
    known = measure(baseline, confidence=confidence)
    hardly = _hardly_seen(rows, baseline)
    return performance(
        profile,
        judge_all(found, known, limits),
        estimated=True,
        caveats=(CONCEPT_DRIFT, *hardly),
        drift=drift,
    )


def _estimates(
    profile: ScoreProfile,
    mapped: CalibrationMap,
    weights: Floats,
    moments: Floats,
    confidence: float,
) -> dict[Metric, Estimate]:
    generator = np.random.default_rng(_SEED)
    rates = mapped.draws(generator, DRAWS)
    drawn = generator.binomial(weights.astype(np.int64), rates[:, None, :]).astype(float)
    expected = _measures((mapped.rate * weights)[None], weights, moments)
    seen = _measures(drawn, weights, moments)
    alone = _measures(rates[:, None, :] * weights, weights, moments)
    tail = (1.0 - confidence) / 2.0
    z = float(special.ndtri(1.0 - tail))
    positives = (mapped.rate * weights).sum(axis=0)
    unknown = _unknown_order(positives, weights.sum(axis=0), profile.mixed)
    found = {}
    for metric in ESTIMATED:
        usable = seen[metric][np.isfinite(seen[metric])]
        point = float(expected[metric][0])
        if not np.isfinite(point) or usable.size < DRAWS / 2:
            found[metric] = Estimate(
                metric=metric, n=profile.scored, reason=_why(profile, metric, weights)
            )
            continue
        low, high = np.quantile(usable, [tail, 1.0 - tail]).tolist()
        wider = unknown if metric is Metric.AUC else 0.0
        bounded = metric is not Metric.LOG_LOSS
        found[metric] = Estimate(
            metric=metric,
            n=profile.scored,
            estimate=point,
            low=max(0.0, min(low, point) - wider),
            high=min(1.0, max(high, point) + wider) if bounded else max(high, point),
            details={"calibration_half_width": z * float(np.nanstd(alone[metric]))},
        )
    return found


def _measures(positives: Floats, weights: Floats, moments: Floats) -> dict[Metric, Floats]:
    """Each measure a draw, from positives by draw, predicted class and bin."""
    p = positives.sum(axis=1)
    rows = weights.sum(axis=0)
    q = rows - p
    n = rows.sum()
    share = p / np.maximum(rows, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        beaten = np.cumsum(q, axis=1) - q / 2
        area = (p * beaten).sum(axis=1) / (p.sum(axis=1) * q.sum(axis=1))
        brier = share @ (rows - 2 * moments[SCORE]) + moments[SQUARE].sum()
        loss = share @ (moments[POSITIVE_LOSS] - moments[NEGATIVE_LOSS])
        loss = loss + moments[NEGATIVE_LOSS].sum()
        fn, tp = positives[:, 0].sum(axis=1), positives[:, 1].sum(axis=1)
        tn, fp = weights[0].sum() - fn, weights[1].sum() - tp
        return {
            Metric.AUC: area,
            Metric.LOG_LOSS: loss / n,
            Metric.BRIER: brier / n,
            Metric.ACCURACY: (tp + tn) / (tp + tn + fp + fn),
            Metric.PRECISION: tp / (tp + fp),
            Metric.RECALL: tp / (tp + fn),
            Metric.F1: 2 * tp / (2 * tp + fp + fn),
        }


def _unknown_order(positives: Floats, rows: Floats, mixed: npt.NDArray[np.bool_]) -> float:
    """How far the order inside bins of several scores could move the area, either way."""
    negatives = rows - positives
    pairs = float(positives.sum() * negatives.sum())
    return float((positives * negatives)[mixed].sum()) / (2 * pairs) if pairs > 0 else 0.0


def _why(profile: ScoreProfile, metric: Metric, weights: Floats) -> Reason:
    if metric is not Metric.AUC and weights[:UNKNOWN].sum() == 0:
        return Reason.NO_PREDICTED_CLASS
    if metric in {Metric.PRECISION, Metric.F1} and weights[1].sum() == 0:
        return Reason.NOTHING_PREDICTED_POSITIVE
    return Reason.TOO_FEW_ROWS if profile.scored else Reason.NO_ROWS


def _hardly_seen(rows: Floats, baseline: ScoreProfile) -> tuple[str, ...]:
    known = baseline.positives + baseline.negatives
    share = float(rows[known < HARDLY_SEEN].sum() / max(rows.sum(), 1.0))
    if share < 0.01:
        return ()
    return (
        f"{share:.1%} of the rows have scores for which the baseline has fewer than "
        f"{HARDLY_SEEN} labels in their bin.",
    )
