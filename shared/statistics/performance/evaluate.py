"""A model's performance with labels: every measure of a profile, judged."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.verdict import Verdict, worst
from shared.errors import InvalidData
from shared.statistics.distances.distance import Distance
from shared.statistics.performance.calibration import (
    ReliabilityPoint,
    measure_calibration_error,
    reliability_curve,
)
from shared.statistics.performance.confusion import measure_confusion
from shared.statistics.performance.findings import Finding, findings_of
from shared.statistics.performance.intervals import wilson
from shared.statistics.performance.judgement import MetricJudgement, judge_metric
from shared.statistics.performance.limits import Limits, default_limit, limits_of
from shared.statistics.performance.losses import measure_brier, measure_log_loss
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.performance.ranking import measure_area
from shared.statistics.performance.regression import measure_errors
from shared.statistics.profile import ErrorProfile, LabelCoverage, ScoreProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Every measure's judgement and the worst verdict of those that had anything to keep.

    `estimated` says that no label was used, `caveats` what such an estimate cannot see, `drift`
    how far the scores moved from the baseline's, `curve` the reliability of the labelled scores.
    """

    verdict: Verdict
    metrics: tuple[MetricJudgement, ...]
    findings: tuple[Finding, ...]
    rows: int
    labelled: int
    labels: LabelCoverage
    estimated: bool = False
    caveats: tuple[str, ...] = ()
    drift: Distance | None = None
    curve: tuple[ReliabilityPoint, ...] = ()

    def __getitem__(self, metric: str) -> MetricJudgement:
        """The judgement of one measure; raises KeyError when it was not measured."""
        for judged in self.metrics:
            if judged.metric == metric:
                return judged
        raise KeyError(metric)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        from shared.domain.canonical import to_plain

        return {
            "verdict": self.verdict.value,
            "estimated": self.estimated,
            "rows": self.rows,
            "labelled": self.labelled,
            "labels": self.labels.to_json(),
            "caveats": list(self.caveats),
            "findings": [finding.to_json() for finding in self.findings],
            "drift": None if self.drift is None else _open_ends(to_plain(self.drift)),
            "curve": [to_plain(point) for point in self.curve],
            "metrics": [judged.to_json() for judged in self.metrics],
        }


def _open_ends(plain: Any) -> Any:
    return {
        key: None if isinstance(value, float) and abs(value) == float("inf") else value
        for key, value in plain.items()
    }


def measure(
    profile: ScoreProfile | ErrorProfile,
    *,
    label_delay: timedelta | None = None,
    confidence: float = 0.95,
) -> dict[Metric, Estimate]:
    """Every measure of a profile with labels, with its interval."""
    if isinstance(profile, ErrorProfile):
        found = measure_errors(profile, confidence)
    else:
        found = [
            measure_area(profile, confidence),
            measure_log_loss(profile, confidence),
            measure_brier(profile, confidence),
            measure_calibration_error(profile, confidence),
            *measure_confusion(profile, confidence),
        ]
    found.append(_coverage(profile.labels, label_delay, confidence))
    return {estimate.metric: estimate for estimate in found}


def _coverage(labels: LabelCoverage, label_delay: timedelta | None, confidence: float) -> Estimate:
    """The share of rows with a label, of those older than the label delay where one is given."""
    rows, labelled = labels.rows, labels.labelled
    if label_delay is not None:
        rows, labelled = labels.older_than(label_delay)
    if rows == 0:
        reason = Reason.NO_ROWS if label_delay is None else Reason.NO_AGE
        return Estimate(metric=Metric.LABEL_COVERAGE, n=0, reason=reason)
    low, high = wilson(labelled, rows, confidence)
    return Estimate(
        metric=Metric.LABEL_COVERAGE, n=rows, estimate=labelled / rows, low=low, high=high
    )


def evaluate(
    profile: ScoreProfile | ErrorProfile,
    *,
    baseline: ScoreProfile | ErrorProfile | None = None,
    limits: Limits | None = None,
    label_delay: timedelta | None = None,
    confidence: float = 0.95,
) -> Performance:
    """Judge every measure that the labels of a profile allow.

    `limits` gives a value or a `Limit` by measure. With a `baseline` every other measure may be at
    most two points (shares) or a tenth (losses, errors) worse than the baseline's. `label_delay`
    says when a label is due; coverage is then that of the rows older than it.
    The verdict is inconclusive when there is nothing to keep, and never a pass where a measure to
    keep could not be measured. Raises InvalidData for limits or a baseline that do not fit.
    """
    check_confidence(confidence)
    check_same_kind(profile, baseline)
    found = measure(profile, label_delay=label_delay, confidence=confidence)
    known = {} if baseline is None else measure(baseline, confidence=confidence)
    drift = None
    if baseline is not None and baseline.binning_hash == profile.binning_hash:
        from shared.statistics.performance.drift import prediction_drift

        drift = prediction_drift(profile, baseline)
    return performance(
        profile,
        judge_all(found, known, limits),
        curve=reliability_curve(profile, confidence) if isinstance(profile, ScoreProfile) else (),
        drift=drift,
    )


def judge_all(
    found: dict[Metric, Estimate], known: dict[Metric, Estimate], limits: Limits | None
) -> tuple[MetricJudgement, ...]:
    """Each measure against its limit, or against the baseline where none is given."""
    chosen = limits_of(limits, set(found))
    return tuple(
        judge_metric(
            estimate,
            chosen.get(metric) or default_limit(metric, known),
            known.get(metric),
        )
        for metric, estimate in found.items()
    )


def performance(
    profile: ScoreProfile | ErrorProfile, metrics: tuple[MetricJudgement, ...], **told: Any
) -> Performance:
    """The judgements as one, with what is wrong with the rows."""
    findings = findings_of(profile)
    judged = [metric.verdict for metric in metrics if metric.judged]
    verdicts = [*(judged or [Verdict.INCONCLUSIVE]), *(one.verdict for one in findings)]
    return Performance(
        verdict=worst(verdicts),
        metrics=metrics,
        findings=findings,
        rows=profile.rows,
        labelled=profile.labelled,
        labels=profile.labels,
        **told,
    )


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is no share."""
    if not 0.0 < confidence < 1.0:
        raise InvalidData(f"confidence is {confidence}; give a number between 0 and 1.")


def check_same_kind(
    profile: ScoreProfile | ErrorProfile, baseline: ScoreProfile | ErrorProfile | None
) -> None:
    """Refuse a baseline that speaks of another task or another positive class."""
    if baseline is None:
        return
    if profile.kind != baseline.kind:
        raise InvalidData(
            f"The window is a {profile.kind} profile and the baseline a {baseline.kind} profile; "
            "compute both for the same task."
        )
    one = getattr(profile, "positive", None)
    other = getattr(baseline, "positive", None)
    if one != other:
        raise InvalidData(
            f"The positive class is {one} in the window and {other} in the baseline; "
            "compute the window with `like` of the baseline."
        )
