"""What can be measured of a model, an estimate of it, and why there may be none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Metric(StrEnum):
    """What is measured, by the name a policy limits it with."""

    AUC = "auc"
    LOG_LOSS = "log_loss"
    BRIER = "brier"
    CALIBRATION_ERROR = "calibration_error"
    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"
    MAE = "mae"
    RMSE = "rmse"
    BIAS = "bias"
    LABEL_COVERAGE = "label_coverage"


class Direction(StrEnum):
    """Which way is better: more, less, or nearer to zero."""

    HIGHER = "higher"
    LOWER = "lower"
    ZERO = "zero"


class Reason(StrEnum):
    """Why a measure has its verdict."""

    WITHIN_LIMIT = "within_limit"
    BEYOND_LIMIT = "beyond_limit"
    WITHIN_TOLERANCE = "within_tolerance"
    WORSE_THAN_BASELINE = "worse_than_baseline"
    TOO_FEW_ROWS = "too_few_rows"
    NO_LIMIT = "no_limit"
    NO_ROWS = "no_rows"
    NO_LABELS = "no_labels"
    NO_POSITIVES = "no_positives"
    NO_NEGATIVES = "no_negatives"
    NO_PREDICTED_CLASS = "no_predicted_class"
    NOTHING_PREDICTED_POSITIVE = "nothing_predicted_positive"
    NO_AGE = "no_age"
    BASELINE_UNKNOWN = "baseline_unknown"


_DIRECTIONS = {
    Metric.LOG_LOSS: Direction.LOWER,
    Metric.BRIER: Direction.LOWER,
    Metric.CALIBRATION_ERROR: Direction.LOWER,
    Metric.MAE: Direction.LOWER,
    Metric.RMSE: Direction.LOWER,
    Metric.BIAS: Direction.ZERO,
}


def direction_of(metric: Metric) -> Direction:
    """Which way this measure is better."""
    return _DIRECTIONS.get(metric, Direction.HIGHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure with its interval [low, high], resting on n rows; None with the reason why not.

    `details` holds further figures of the same measure, by name.
    """

    metric: Metric
    n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None
    n_needed: int | None = None
    details: Mapping[str, float] = field(default_factory=dict)
