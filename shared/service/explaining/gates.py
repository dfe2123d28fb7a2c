"""A gate of a model version explained: what it said each time the version was judged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.finding import Rule
from shared.domain.promotion import Promotion
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.errors import NotFound
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.explaining.explanation import Explanation, Moment, Thing
from shared.service.explaining.history import Decision, History, in_order, moment_of
from shared.service.explaining.wording import spell_second
from shared.service.promotion_story.concerning import Way

_TOLD = frozenset(
    {Rule.PROMOTION.value, Rule.OVERRIDE.value, Rule.APPROVAL.value, Rule.INTERVAL.value}
)


def explain_gate(thing: Thing, ledger: Ledger, history: History, now: datetime) -> Explanation:
    """From the decisions of the model; the gate is `metric/auc`, a rule such as `drift_gate`.

    Without a gate all of them are told. Raises NotFound for a version or a gate nobody judged.
    """
    named, _, gate = thing.name.partition(" ")
    model, _, version = named.partition(":")
    subject, gate = f"model/{model}", gate.strip()
    state = decode(ledger.state(subject).state, SubjectState)
    promotions = [one for one in state.promotions if one.version == version]
    way = Way(model=model, version=version, stage=None)
    own = [decision for decision in history.of(subject) if way.concerns(decision)]
    if not own:
        known = ", ".join(f"{model}:{one}" for one in state.versions) or "none"
        raise NotFound(f"Nothing was decided of {named}; judged are: {known}.")
    gates = sorted({_shortest(f) for one in own for f in one["findings"] if _names(f)})
    if gate and not any(gate in _names(finding) for one in own for finding in one["findings"]):
        raise NotFound(
            f"{named} was not judged by a gate {gate[:80]}; it was by {', '.join(gates)}."
        )
    moments, note = in_order(
        moment_of(decision, finding)
        for decision in own
        for finding in decision["findings"]
        if gate in _names(finding) or (not gate and _names(finding)) or finding["rule"] in _TOLD
    )
    last = own[-1]
    judged = _last_of(own, gate)
    return Explanation(
        thing=thing,
        at=now,
        title=f"{named}: the gate {gate}" if gate else f"{named}: its gates",
        now=tuple(_now(promotions, moments, gate)),
        facts=(("model", model), ("version", version), ("gates", ", ".join(gates))),
        moments=moments,
        evidence=(judged or last)["evidence"],
        policy=(judged or last)["policy"],
        commands=(("Read the whole promotion", f"driftgate report {model} {version}"),),
        notes=(*history.notes, *([note] if note else [])),
    )


def _names(finding: Mapping[str, Any]) -> set[str]:
    """What a gate may be called by: its thing, its rule, the two together; none for no gate."""
    rule, thing = str(finding["rule"]), str(finding["thing"])
    if not rule.endswith("_gate"):
        return set()
    return {thing, rule, f"{rule} {thing}", thing.partition("/")[2] or thing}


def _shortest(finding: Mapping[str, Any]) -> str:
    """What a gate is best called by: the metric, or the rule."""
    thing = str(finding["thing"])
    return thing if thing.startswith("metric/") else str(finding["rule"])


def _last_of(decisions: list[Decision], gate: str) -> Decision | None:
    for decision in reversed(decisions):
        if any(_names(f) and (not gate or gate in _names(f)) for f in decision["findings"]):
            return decision
    return None


def _now(promotions: list[Promotion], moments: tuple[Moment, ...], gate: str) -> tuple[str, ...]:
    said = []
    last = [one for one in moments if one.rule not in _TOLD]
    if last and gate:
        word = {Verdict.PASS: "passes", Verdict.FAIL: "fails"}.get(last[-1].verdict, "is undecided")
        at = last[-1].until or last[-1].at
        said.append(f"It {word} as of {spell_second(at)}: {last[-1].sentence}")
    for promotion in promotions[-1:]:
        why = f": {promotion.why.rstrip('.')}" if promotion.why else ""
        said.append(
            f"The version is {promotion.phase.value.replace('_', ' ')} for {promotion.stage} since "
            f"{spell_second(promotion.since)}{why}."
        )
    return tuple(said) or ("It is not on its way.",)
