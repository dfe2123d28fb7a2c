"""Accuracy, precision, recall and F1 at the predicted class."""

from shared.statistics.performance.intervals import wilson
from shared.statistics.performance.losses import why_no_labels
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.profile import ScoreProfile
from shared.statistics.profile.scores import NEGATIVE, POSITIVE


def measure_confusion(profile: ScoreProfile, confidence: float = 0.95) -> list[Estimate]:
    """Four measures of the labelled rows that have a predicted class, with Wilson intervals."""
    cells = profile.counts.sum(axis=2)
    tp, fp = int(cells[POSITIVE, POSITIVE]), int(cells[NEGATIVE, POSITIVE])
    fn, tn = int(cells[POSITIVE, NEGATIVE]), int(cells[NEGATIVE, NEGATIVE])
    reason = why_no_labels(profile)
    if reason is None and tp + fp + fn + tn == 0:
        reason = Reason.NO_PREDICTED_CLASS
    names = (Metric.ACCURACY, Metric.PRECISION, Metric.RECALL, Metric.F1)
    if reason is not None:
        return [Estimate(metric=name, n=0, reason=reason) for name in names]
    return [
        _proportion(Metric.ACCURACY, tp + tn, tp + fp + fn + tn, Reason.NO_LABELS, confidence),
        _proportion(Metric.PRECISION, tp, tp + fp, Reason.NOTHING_PREDICTED_POSITIVE, confidence),
        _proportion(Metric.RECALL, tp, tp + fn, Reason.NO_POSITIVES, confidence),
        _harmonic(tp, fp + fn, confidence),
    ]


def _proportion(metric: Metric, good: int, n: int, empty: Reason, confidence: float) -> Estimate:
    if n == 0:
        return Estimate(metric=metric, n=0, reason=empty)
    low, high = wilson(good, n, confidence)
    return Estimate(metric=metric, n=n, estimate=good / n, low=low, high=high)


def _harmonic(tp: int, wrong: int, confidence: float) -> Estimate:
    """F1 = 2TP / (2TP + FP + FN) = 2J / (1 + J) with J = TP / (TP + FP + FN).

    Given their sum, TP is binomial, and F1 rises with J: the Wilson interval of J carries over.
    Source: van Rijsbergen, Information Retrieval (1979); Wilson 1927 for J.
    """
    n = tp + wrong
    if n == 0:
        return Estimate(metric=Metric.F1, n=0, reason=Reason.NO_POSITIVES)
    low, high = wilson(tp, n, confidence)
    return Estimate(
        metric=Metric.F1,
        n=n,
        estimate=2 * tp / (n + tp),
        low=2 * low / (1 + low),
        high=2 * high / (1 + high),
    )
