"""From judged metrics to the canary's score, by weighted groups as Kayenta does it."""

import math
from collections.abc import Sequence

from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list
from shared.statistics.canary.config import Thresholds
from shared.statistics.canary.result import CanaryClassification, GroupScore, MetricJudgement


def score_groups(
    metrics: Sequence[MetricJudgement], weights: dict[str, float]
) -> tuple[GroupScore, ...]:
    """Each group's score, over the metrics that are not muted.

    A group without a weight gets an equal part of what the others leave of 100; where all metrics
    of a group are muted, the others' weights are raised to 100 again.
    """
    counted = [metric for metric in metrics if not metric.muted]
    named = sorted({metric.group for metric in metrics})
    unweighted = [name for name in named if name not in weights]
    left = max(0.0, 100.0 - math.fsum(weights.values()))
    every = {**weights, **{name: left / len(unweighted) for name in unweighted}}
    used = sorted({metric.group for metric in counted})
    total = math.fsum(every[name] for name in used)
    return tuple(
        _score(name, 100.0 * every[name] / total, [m for m in counted if m.group == name])
        for name in used
    )


def _score(name: str, weight: float, metrics: Sequence[MetricJudgement]) -> GroupScore:
    passed = sum(metric.verdict is Verdict.PASS for metric in metrics)
    failed = sum(metric.verdict is Verdict.FAIL for metric in metrics)
    undecided = len(metrics) - passed - failed
    decided = passed + failed
    return GroupScore(
        name=name,
        weight=weight,
        score=100.0 * passed / decided if decided else None,
        low=100.0 * passed / len(metrics),
        high=100.0 * (passed + undecided) / len(metrics),
        passed=passed,
        failed=failed,
        undecided=undecided,
    )


def total_score(groups: Sequence[GroupScore]) -> tuple[float | None, float, float]:
    """The weighted score of the decided groups, and its range, rounded to two places."""
    low = math.fsum(group.weight * group.low for group in groups) / 100.0
    high = math.fsum(group.weight * group.high for group in groups) / 100.0
    scored = [(group.weight, group.score) for group in groups if group.score is not None]
    if not scored:
        return None, round(low, 2), round(high, 2)
    weight = math.fsum(weight for weight, _ in scored)
    score = math.fsum(weight * score for weight, score in scored) / weight
    return round(score, 2), round(low, 2), round(high, 2)


def classify(
    metrics: Sequence[MetricJudgement],
    groups: Sequence[GroupScore],
    score_range: tuple[float, float],
    limits: Thresholds,
) -> tuple[CanaryClassification, str]:
    """The canary's classification and why.

    A critical metric that fails, fails it. It passes only where it would even if every undecided
    metric failed, no critical metric is undecided, and no group is without any decided metric.
    """
    low, high = score_range
    counted = [metric for metric in metrics if not metric.muted]
    critical = [metric for metric in counted if metric.critical]
    failed = [metric.name for metric in critical if metric.verdict is Verdict.FAIL]
    undecided = [metric.name for metric in critical if metric.verdict is Verdict.INCONCLUSIVE]
    empty = [group.name for group in groups if group.score is None]
    if not counted:
        return CanaryClassification.INCONCLUSIVE, "there is no metric to judge that is not muted"
    if failed:
        return CanaryClassification.FAIL, f"{spell_list(failed)} failed and is critical" if len(
            failed
        ) == 1 else f"{spell_list(failed)} failed and are critical"
    if high < limits.marginal:
        return CanaryClassification.FAIL, f"below {limits.marginal:g} it fails"
    if undecided:
        return CanaryClassification.INCONCLUSIVE, f"critical and undecided {spell_list(undecided)}"
    if empty:
        return CanaryClassification.INCONCLUSIVE, f"nothing is decided in {spell_list(empty)}"
    if low >= limits.pass_:
        return CanaryClassification.PASS, f"from {limits.pass_:g} on it passes"
    if low >= limits.marginal and high < limits.pass_:
        return (
            CanaryClassification.MARGINAL,
            f"from {limits.marginal:g} to below {limits.pass_:g} a person decides",
        )
    waiting = [metric.name for metric in counted if metric.verdict is Verdict.INCONCLUSIVE]
    return CanaryClassification.INCONCLUSIVE, f"{spell_list(waiting)} undecided"
