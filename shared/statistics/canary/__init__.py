"""The canary judge: experiment against control, metric by metric, in Kayenta's words."""

from shared.statistics.canary.config import (
    CanaryConfig,
    Direction,
    MetricConfig,
    MetricKind,
    Missing,
    Thresholds,
    Undecided,
)
from shared.statistics.canary.judging import judge
from shared.statistics.canary.result import CanaryClassification, CanaryJudgement, Classification

__all__ = [
    "CanaryClassification",
    "CanaryConfig",
    "CanaryJudgement",
    "Classification",
    "Direction",
    "MetricConfig",
    "MetricKind",
    "Missing",
    "Thresholds",
    "Undecided",
    "judge",
]
