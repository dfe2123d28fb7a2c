"""What the judge says: of every metric, of every group, and of the canary."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict
from shared.statistics.canary.config import Direction, MetricKind
from shared.statistics.canary.effect import Effect


class Classification(StrEnum):
    """Kayenta's words for a metric, and one more for an interval that reaches over a limit."""

    HIGH = "High"
    LOW = "Low"
    PASS = "Pass"  # noqa: S105  a classification, not a word to get in with
    NODATA = "Nodata"
    NODATA_FAIL_METRIC = "NodataFailMetric"
    INCONCLUSIVE = "Inconclusive"

    @property
    def verdict(self) -> Verdict:
        """High, Low and NodataFailMetric fail; Nodata and Inconclusive are inconclusive."""
        if self is Classification.PASS:
            return Verdict.PASS
        if self in {Classification.NODATA, Classification.INCONCLUSIVE}:
            return Verdict.INCONCLUSIVE
        return Verdict.FAIL


class MetricReason(StrEnum):
    """Why a metric has its classification."""

    WITHIN_ALLOWED = "within_allowed"
    LOCATION_MOVED = "location_moved"
    SPREAD_CHANGED = "spread_changed"
    TAIL_GREW = "tail_grew"
    RATE_CHANGED = "rate_changed"
    NOT_DECIDED = "not_decided"
    UNDECIDED_PASSES = "undecided_passes"
    TOO_FEW_SAMPLES = "too_few_samples"
    NO_DATA = "no_data"
    METRIC_MISSING = "metric_missing"
    INFINITE_VALUES = "infinite_values"
    MOSTLY_ONE_VALUE = "mostly_one_value"


class CanaryClassification(StrEnum):
    """Kayenta's words for a canary, and one more where the evidence cannot tell."""

    PASS = "Pass"  # noqa: S105  a classification, not a word to get in with
    MARGINAL = "Marginal"
    FAIL = "Fail"
    INCONCLUSIVE = "Inconclusive"

    @property
    def verdict(self) -> Verdict:
        """Marginal is for a person to decide, so it is inconclusive."""
        if self is CanaryClassification.PASS:
            return Verdict.PASS
        return Verdict.FAIL if self is CanaryClassification.FAIL else Verdict.INCONCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricJudgement:
    """One metric: classification, reason, one sentence, and every effect with its interval.

    `n_control` and `n_experiment` are values, trials or exposure; `relative` is the change as a
    share of the control's, with its interval, None where the control's is 0. `rows_as_one` rows
    count as one, where neighbours are alike or events come in bursts.
    """

    name: str
    kind: MetricKind
    direction: Direction
    group: str
    critical: bool
    muted: bool
    classification: Classification
    verdict: Verdict
    reason: MetricReason
    sentence: str
    n_control: float = 0.0
    n_experiment: float = 0.0
    n_needed: int | None = None
    rows_as_one: float = 1.0
    relative: tuple[float, float, float] | None = None
    effects: tuple[Effect, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is infinite or undefined is null."""
        plain = _finite(to_plain(self))
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        for told, effect in zip(plain["effects"], self.effects, strict=True):
            told["verdict"] = effect.verdict.value
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """The share of a group's metrics that pass, out of 100, None when none was decided.

    `low` and `high` are the score were every undecided metric to fail or to pass.
    """

    name: str
    weight: float
    score: float | None
    low: float
    high: float
    passed: int
    failed: int
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryJudgement:
    """The canary's classification and score with its range, and every metric, worst first.

    `not_judged` names what the sides recorded beside the configured metrics.
    """

    classification: CanaryClassification
    verdict: Verdict
    sentence: str
    score: float | None
    score_low: float
    score_high: float
    metrics: tuple[MetricJudgement, ...]
    groups: tuple[GroupScore, ...]
    confidence: float
    look: int
    looks: int
    not_judged: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is infinite or undefined is null."""
        return {
            "verdict": self.verdict.value,
            "classification": self.classification.value,
            "sentence": self.sentence,
            "score": self.score,
            "score_low": self.score_low,
            "score_high": self.score_high,
            "confidence": self.confidence,
            "look": self.look,
            "looks": self.looks,
            "groups": to_plain(self.groups),
            "metrics": [metric.to_json() for metric in self.metrics],
            "not_judged": list(self.not_judged),
        }


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
