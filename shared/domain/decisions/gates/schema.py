"""Whoever calls the champion today can call the candidate unchanged, and read its answers."""

from collections.abc import Iterable
from typing import Any

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.schema import Part, SchemaChange, compare_schemas, schema_changes
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list
from shared.domain.world import ModelVersion

__all__ = ["compare_schemas", "judge_schema"]

_MOST = 8
_DECLARED = "schema."


def judge_schema(case: Case) -> tuple[Judged, ...]:
    """Inputs, outputs and parameters against those of the champion that serves.

    What breaks a caller or a reader fails; what is harmless is told. A signature that is not
    recorded, or a declaration that cannot be read, is inconclusive.
    """
    candidate, champion = case.candidate, case.evidence.champion
    changes: tuple[SchemaChange, ...] = ()
    if champion is None and (serves := _unread(case)) is not None:
        verdict, reason = Verdict.INCONCLUSIVE, "champion_unread"
        sentence = (
            f"{serves} serves and its signature cannot be read, since it is not registered any "
            f"more; nobody knows whether {case.named} breaks its callers. Register it again, or "
            "let the gate pass."
        )
    elif champion is None:
        verdict, reason = Verdict.PASS, "no_champion"
        sentence = f"Nothing serves yet, so {case.named} has no callers to break."
    elif (unknown := _unknown(case.named, candidate, champion)) is not None:
        verdict, (reason, sentence) = Verdict.INCONCLUSIVE, unknown
    else:
        changes = (
            *schema_changes(champion.inputs, candidate.inputs),
            *schema_changes(champion.outputs, candidate.outputs, Part.OUTPUTS),
            *schema_changes(champion.params, candidate.params, Part.PARAMS),
        )
        verdict, reason, sentence = _judged(case.named, candidate, champion, changes)
    finding = Finding(
        rule=Rule.SCHEMA_GATE,
        thing=f"model/{candidate.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        details=_details(changes) if reason in {"breaking_change", "compatible"} else None,
    )
    return (Judged(finding=finding),)


def _unread(case: Case) -> str | None:
    """Another version of the model that serves, though the registry does not have it."""
    target, candidate = case.evidence.target, case.candidate
    serving = None if target is None or target.endpoint is None else target.endpoint.serving()
    if serving is None or serving.model != candidate.name:
        return None
    return (
        None
        if serving.version in {None, candidate.version}
        else f"{serving.model}:{serving.version}"
    )


def _unknown(named: str, candidate: ModelVersion, champion: ModelVersion) -> tuple[str, str] | None:
    """Why two signatures cannot be compared: a reason and a sentence."""
    serving = f"{champion.name}:{champion.version}"
    if not candidate.inputs:
        return "no_signature", f"{named} has no recorded signature; log the model with one."
    if not champion.inputs:
        return "no_champion_signature", (
            f"The serving champion {serving} has no recorded signature, "
            "so its callers' inputs are unknown."
        )
    if champion.outputs and not candidate.outputs:
        return "no_output_signature", (
            f"{named} has no recorded outputs, while the serving champion {serving} has; log the "
            "model with a signature that has outputs."
        )
    return None


def _judged(
    named: str,
    candidate: ModelVersion,
    champion: ModelVersion,
    changes: tuple[SchemaChange, ...],
) -> tuple[Verdict, str, str]:
    against = f"callers of the serving champion {champion.name}:{champion.version}"
    breaking = [change for change in changes if change.breaking]
    if breaking:
        return Verdict.FAIL, "breaking_change", f"{named} breaks {against}: {_spell(breaking)}."
    for version in (candidate, champion):
        wrong = sorted(name for name in version.unreadable if name.startswith(_DECLARED))
        if wrong:
            return (
                Verdict.INCONCLUSIVE,
                "declaration_unreadable",
                f"What {version.name}:{version.version} declares in {spell_list(wrong)} cannot be "
                'read; write JSON such as {"min": 0, "max": 120, "enforced": true}.',
            )
    told = f" ({_spell(changes)})" if changes else ""
    return Verdict.PASS, "compatible", f"{named} is compatible with {against}{told}."


def _spell(changes: Iterable[SchemaChange]) -> str:
    """The first changes; outputs and parameters are called what they are."""
    called = {Part.INPUTS: "", Part.OUTPUTS: "output ", Part.PARAMS: "parameter "}
    told = [f"{called[change.part]}{change.sentence}" for change in changes]
    more = f"; {len(told) - _MOST} more" if len(told) > _MOST else ""
    return "; ".join(told[:_MOST]) + more


def _details(changes: tuple[SchemaChange, ...]) -> dict[str, Any]:
    return {
        "breaking": [change.sentence for change in changes if change.breaking],
        "harmless": [change.sentence for change in changes if not change.breaking],
        "changes": [
            {
                "part": change.part.value,
                "column": change.column,
                "kind": change.kind.value,
                "breaking": change.breaking,
                "before": change.before,
                "after": change.after,
            }
            for change in changes
        ],
    }
