"""Whoever calls the champion today can call the candidate unchanged."""

from collections.abc import Iterable

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.world import ColumnSpec

_WIDER = {
    ("integer", "long"),
    ("integer", "double"),
    ("integer", "float"),
    ("long", "double"),
    ("float", "double"),
    ("boolean", "integer"),
    ("boolean", "long"),
}


def judge_schema(case: Case) -> tuple[Judged, ...]:
    """Whoever calls the champion today can call the candidate unchanged.

    Breaking: a new required input, an input that became required, a type that got narrower.
    Harmless: an input that is no longer used, a new optional one, a type that got wider.
    """
    candidate, champion, named = case.candidate, case.evidence.champion, case.named
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
    finding = Finding(
        rule=Rule.SCHEMA_GATE,
        thing=f"model/{candidate.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        details=details or None,
    )
    return (Judged(finding=finding),)


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
