"""The gates a version passes before promotion; each turns facts into one or more findings."""

from collections.abc import Iterable, Mapping

from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound, Enforcement
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_number
from shared.domain.world import ColumnSpec, ModelVersion

_WIDER = {
    ("integer", "long"),
    ("integer", "double"),
    ("integer", "float"),
    ("long", "double"),
    ("float", "double"),
    ("boolean", "integer"),
    ("boolean", "long"),
}


def metric_gate(candidate: ModelVersion, bounds: Mapping[str, Bound]) -> tuple[Finding, ...]:
    """Every metric with a limit lies within it; a metric nobody recorded is inconclusive.

    A metric that is not among the run's is looked for among the version's tags.
    """
    return tuple(_judge_metric(candidate, name, bounds[name]) for name in sorted(bounds))


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


def tags_gate(candidate: ModelVersion, required: Iterable[str]) -> tuple[Finding, ...]:
    """Every required tag is set to something."""
    wanted = list(required)
    if not wanted:
        return ()
    missing = [tag for tag in wanted if not str(candidate.tags.get(tag, "")).strip()]
    named = f"{candidate.name}:{candidate.version}"
    return (
        Finding(
            rule=Rule.TAGS_GATE,
            thing=f"model/{candidate.name}",
            verdict=Verdict.FAIL if missing else Verdict.PASS,
            reason="tags_missing" if missing else "tags_present",
            sentence=(
                f"{named} lacks the required tags: {spell_list(missing)}."
                if missing
                else f"{named} has every required tag: {spell_list(wanted)}."
            ),
            n=len(wanted) - len(missing),
            n_needed=len(wanted),
        ),
    )


def schema_gate(
    candidate: ModelVersion, champion: ModelVersion | None, enforcement: Enforcement
) -> tuple[Finding, ...]:
    """Whoever calls the champion today can call the candidate unchanged.

    Breaking: a new required input, an input that became required, a type that got narrower.
    Harmless: an input that is no longer used, a new optional one, a type that got wider.
    """
    if enforcement is Enforcement.OFF:
        return ()
    named = f"{candidate.name}:{candidate.version}"
    details: dict[str, list[str]] = {}
    if champion is None:
        verdict, reason = Verdict.PASS, "no_champion"
        sentence = f"Nothing serves yet, so {named} has no callers to break."
    elif not candidate.inputs:
        verdict, reason = Verdict.INCONCLUSIVE, "no_signature"
        sentence = f"{named} has no recorded signature; log the model with one."
    elif not champion.inputs:
        verdict, reason = Verdict.INCONCLUSIVE, "no_champion_signature"
        sentence = (
            f"The serving champion {champion.name}:{champion.version} has no recorded signature, "
            "so its callers' inputs are unknown."
        )
    else:
        breaking, harmless = compare_schemas(champion.inputs, candidate.inputs)
        details = {"breaking": breaking, "harmless": harmless}
        against = f"callers of the serving champion {champion.name}:{champion.version}"
        if breaking:
            verdict, reason = Verdict.FAIL, "breaking_change"
            sentence = f"{named} breaks {against}: {'; '.join(breaking)}."
        else:
            verdict, reason = Verdict.PASS, "compatible"
            changes = f" ({'; '.join(harmless)})" if harmless else ""
            sentence = f"{named} is compatible with {against}{changes}."
    return (
        Finding(
            rule=Rule.SCHEMA_GATE,
            thing=f"model/{candidate.name}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
            enforced=enforcement is Enforcement.ENFORCE,
            details=details or None,
        ),
    )


def compare_schemas(
    before: Iterable[ColumnSpec], after: Iterable[ColumnSpec]
) -> tuple[list[str], list[str]]:
    """What changed between two signatures: breaking changes, then harmless ones.

    >>> old = [ColumnSpec(name="age", type="integer"), ColumnSpec(name="zip", type="string")]
    >>> new = [ColumnSpec(name="age", type="long"), ColumnSpec(name="income", type="double")]
    >>> compare_schemas(old, new)
    (['income was added and is required'], ['age widened from integer to long', 'zip was removed'])
    """
    old = {column.name: column for column in before}
    new = {column.name: column for column in after}
    breaking = []
    harmless = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            harmless.append(f"{name} was removed")
        elif name not in old:
            if new[name].required:
                breaking.append(f"{name} was added and is required")
            else:
                harmless.append(f"{name} was added and is optional")
        else:
            was, becomes = old[name], new[name]
            if was.type != becomes.type:
                if (was.type, becomes.type) in _WIDER:
                    harmless.append(f"{name} widened from {was.type} to {becomes.type}")
                else:
                    breaking.append(f"{name} changed from {was.type} to {becomes.type}")
            if becomes.required and not was.required:
                breaking.append(f"{name} became required")
            elif was.required and not becomes.required:
                harmless.append(f"{name} became optional")
    return breaking, harmless
