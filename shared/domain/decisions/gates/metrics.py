"""Metrics of the version against fixed limits."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound
from shared.domain.recorded import Recorded, recorded
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_number
from shared.domain.world import ModelVersion


def judge_metrics(case: Case) -> tuple[Judged, ...]:
    """Every metric with a limit lies within it; what is recorded and no number never passes.

    A metric that the run has not measured is looked for among the version's properties, then its
    tags. Where these say something else than the run, the run counts and that is told.
    """
    bounds = case.gates.bounds()
    return tuple(
        Judged(finding=_judge_metric(case.candidate, name, bounds[name])) for name in sorted(bounds)
    )


def _judge_metric(candidate: ModelVersion, name: str, bound: Bound) -> Finding:
    found = recorded(candidate, name)
    limit = bound.min if bound.min is not None else bound.max
    if found is None or found.value is None:
        return Finding(
            rule=Rule.METRIC_GATE,
            thing=f"metric/{name}",
            verdict=Verdict.INCONCLUSIVE,
            reason="metric_missing" if found is None else "metric_unreadable",
            sentence=not_there(candidate, name, found),
            statistic=name,
            limit=limit,
            details=None if found is None else found.told,
        )
    value = found.value
    told = f"{name} is {spell_number(value)}{f', as {found.source} says' if found.stated else ''}"
    if bound.min is not None and value < bound.min:
        verdict, reason, limit = Verdict.FAIL, "below_floor", bound.min
        sentence = f"{told}, below the floor of {spell_number(bound.min)}."
    elif bound.max is not None and value > bound.max:
        verdict, reason, limit = Verdict.FAIL, "above_ceiling", bound.max
        sentence = f"{told}, above the ceiling of {spell_number(bound.max)}."
    else:
        verdict, reason = Verdict.PASS, "within_limits"
        ends = [
            f"{word} {spell_number(end)}"
            for word, end in (("at least", bound.min), ("at most", bound.max))
            if end is not None
        ]
        sentence = f"{told}, wanted {' and '.join(ends) or 'any value'}."
    return Finding(
        rule=Rule.METRIC_GATE,
        thing=f"metric/{name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence + disagreement(found),
        statistic=name,
        estimate=value,
        limit=limit,
        details=found.told,
    )


def not_there(version: ModelVersion, name: str, found: Recorded | None) -> str:
    """That a metric cannot be used, and how to mend it."""
    named = f"{version.name}:{version.version}"
    if found is None:
        known = spell_list(sorted(version.metrics)) or "none"
        return (
            f"{name} is not recorded for {named} (recorded: {known}); log it in the "
            "training run or set it as a tag of the version."
        )
    mend = "correct it there" if found.stated else "log a number in the training run"
    return f"{found.wrong}, for {named}; {mend}."


def disagreement(found: Recorded) -> str:
    """What other places say of the same metric, as a sentence more; empty when they agree."""
    if not found.others:
        return ""
    told = ", ".join(f"{other.source} says {other.text!r}" for other in found.others)
    return f" {told[:1].upper()}{told[1:]}, which does not count."
