"""The canary judge: every metric of the experiment against the control's, and one verdict."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.canary.config import CanaryConfig, MetricConfig, check_config
from shared.statistics.canary.metric import Settings, judge_metric
from shared.statistics.canary.result import CanaryClassification, CanaryJudgement, MetricJudgement
from shared.statistics.canary.scoring import classify, score_groups, total_score
from shared.statistics.canary.spending import look_fractions
from shared.statistics.canary.values import Metrics

_WORSE = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAIL)


def judge(
    control: Metrics,
    experiment: Metrics,
    config: CanaryConfig | None = None,
    *,
    look: int = 1,
    looks: int = 1,
    fractions: Sequence[float] | None = None,
) -> CanaryJudgement:
    """Judge a canary: mappings of metric name to its values on each side.

    Judged the `look`-th time of `looks` on growing data, each look spends its part of the error
    (Lan and DeMets 1983), so that looking often makes no false alarm likelier. `fractions` are the
    shares of all data there were at each look so far, when they are not evenly spaced.
    Raises InvalidData naming the side, metric or key, and the fix.

    >>> control = {"latency_ms": [100, 101, 99, 103, 98, 102, 97, 104, 100, 101]}
    >>> slower = {"latency_ms": [150, 152, 149, 155, 148, 151, 150, 153, 147, 154]}
    >>> result = judge(control, slower)
    >>> result.classification, result.metrics[0].classification
    (<CanaryClassification.FAIL: 'Fail'>, <Classification.HIGH: 'High'>)
    >>> judge(control, {"latency_ms": [150, 152]}).verdict
    <Verdict.INCONCLUSIVE: 'inconclusive'>
    """
    asked = config or CanaryConfig()
    check_config(asked)
    settings = Settings(
        alpha=1.0 - asked.confidence,
        fractions=look_fractions(look, looks, fractions),
        minimum_samples=asked.minimum_samples,
        undecided=asked.undecided,
    )
    configured = asked.metrics or {name: MetricConfig() for name in _all(control, experiment)}
    _check_names(configured, control, experiment)
    metrics = [
        judge_metric(name, metric, control, experiment, settings)
        for name, metric in configured.items()
    ]
    groups = score_groups(metrics, asked.groups)
    score, low, high = total_score(groups)
    if any(m.critical and not m.muted and m.verdict is Verdict.FAIL for m in metrics):
        score, low, high = 0.0, 0.0, 0.0
    classification, why = classify(metrics, groups, (low, high), asked.thresholds)
    exposures = {metric.exposure for metric in configured.values()}
    return CanaryJudgement(
        classification=classification,
        verdict=classification.verdict,
        sentence=_sentence(classification, why, score, low, high),
        score=score,
        score_low=low,
        score_high=high,
        metrics=tuple(sorted(metrics, key=_worst_first)),
        groups=groups,
        confidence=asked.confidence,
        look=look,
        looks=looks,
        not_judged=tuple(
            name
            for name in _all(control, experiment)
            if name not in configured and name not in exposures
        ),
    )


def _all(control: Metrics, experiment: Metrics) -> list[str]:
    return list(dict.fromkeys([*control, *experiment]))


def _check_names(
    configured: Iterable[str], control: Mapping[str, object], experiment: Mapping[str, object]
) -> None:
    known = _all(control, experiment)
    for name in configured:
        if name not in control and name not in experiment:
            close = get_close_matches(name, known, n=1)
            there = f"write {close[0]}" if close else f"there are {', '.join(known) or 'none'}"
            raise InvalidData(f"metrics.{name} is on neither side; {there}.")


def _worst_first(metric: MetricJudgement) -> tuple[bool, int, bool, float, str]:
    size = abs(metric.relative[0]) if metric.relative is not None else 0.0
    size = size if size == size else 0.0  # noqa: PLR0124  not a number is as good as none
    return metric.muted, -_WORSE.index(metric.verdict), not metric.critical, -size, metric.name


def _sentence(
    classification: CanaryClassification, why: str, score: float | None, low: float, high: float
) -> str:
    scored = "no score" if score is None else f"score {score:g} of 100"
    within = "" if low == high else f", {low:g} to {high:g} with what is undecided"
    return f"{classification.value}, {scored}{within}: {why}."
