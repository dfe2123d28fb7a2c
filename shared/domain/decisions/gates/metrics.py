"""Metrics of the version against fixed limits."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_number
from shared.domain.world import ModelVersion


def judge_metrics(case: Case) -> tuple[Judged, ...]:
    """Every metric with a limit lies within it; a metric nobody recorded is inconclusive.

    A metric that is not among the run's is looked for among the version's tags.
    """
    bounds = case.gates.bounds()
    return tuple(
        Judged(finding=_judge_metric(case.candidate, name, bounds[name])) for name in sorted(bounds)
    )


def _judge_metric(candidate: ModelVersion, name: str, bound: Bound) -> Finding:
    value = candidate.metrics.get(name)
    if value is None:
        value = _number(candidate.tags.get(name))
    limit = bound.min if bound.min is not None else bound.max
    named = f"{candidate.name}:{candidate.version}"
    if value is None:
        known = spell_list(sorted(candidate.metrics)) or "none"
        return Finding(
            rule=Rule.METRIC_GATE,
            thing=f"metric/{name}",
            verdict=Verdict.INCONCLUSIVE,
            reason="metric_missing",
            sentence=(
                f"{name} is not recorded for {named} (recorded: {known}); log it in the "
                "training run or set it as a tag of the version."
            ),
            statistic=name,
            limit=limit,
        )
    below = bound.min is not None and not value >= bound.min
    above = bound.max is not None and not value <= bound.max
    if below:
        verdict, reason = Verdict.FAIL, "below_floor"
        sentence = f"{name} is {spell_number(value)}, below the floor of {spell_number(bound.min)}."
        limit = bound.min
    elif above:
        verdict, reason = Verdict.FAIL, "above_ceiling"
        sentence = (
            f"{name} is {spell_number(value)}, above the ceiling of {spell_number(bound.max)}."
        )
        limit = bound.max
    else:
        verdict, reason = Verdict.PASS, "within_limits"
        ends = [
            f"{word} {spell_number(end)}"
            for word, end in (("at least", bound.min), ("at most", bound.max))
            if end is not None
        ]
        sentence = f"{name} is {spell_number(value)}, wanted {' and '.join(ends) or 'any value'}."
    return Finding(
        rule=Rule.METRIC_GATE,
        thing=f"metric/{name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        statistic=name,
        estimate=value,
        limit=limit,
    )


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
