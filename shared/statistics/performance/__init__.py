"""How well a model performs: with labels, and before they are there."""

from shared.statistics.performance.calibration import ReliabilityPoint, reliability_curve
from shared.statistics.performance.drift import prediction_drift
from shared.statistics.performance.evaluate import Performance, evaluate, measure
from shared.statistics.performance.findings import Fault, Finding
from shared.statistics.performance.judgement import Limit, MetricJudgement, judge_metric
from shared.statistics.performance.measures import Estimate, Metric, Reason
from shared.statistics.performance.ranking import area_under_curve
from shared.statistics.performance.without_labels import CONCEPT_DRIFT, estimate_without_labels

__all__ = [
    "CONCEPT_DRIFT",
    "Estimate",
    "Fault",
    "Finding",
    "Limit",
    "Metric",
    "MetricJudgement",
    "Performance",
    "Reason",
    "ReliabilityPoint",
    "area_under_curve",
    "estimate_without_labels",
    "evaluate",
    "judge_metric",
    "measure",
    "prediction_drift",
    "reliability_curve",
]
