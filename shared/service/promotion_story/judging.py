"""The gates of a promotion as they were judged: numbers, ages, what counted."""

import json
from collections.abc import Mapping
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.resting import all_readings, rests_on
from shared.domain.finding import Finding
from shared.domain.policy import Policy
from shared.domain.verdict import Verdict, worst
from shared.errors import DriftgateError
from shared.ports import Evidence
from shared.service.advice import advice
from shared.service.codec import decode
from shared.service.promotion_story.concerning import findings_of, is_gate
from shared.service.promotion_story.story import GateTold, Judgement, ReadingTold, Weight
from shared.service.readings.telling import spell_age, spell_signed

_NOTHING = content_hash(None)


def judgement_of(decision: Mapping[str, Any], store: Evidence) -> Judgement:
    """What its gates said, each with the age of what it rests on; a loss of evidence is told."""
    decided = parse_time(decision["decided"])
    evidence, problem = _evidence(decision["evidence"], store)
    gates = [finding for finding in findings_of(decision) if is_gate(finding)]
    told = []
    for finding in gates:
        reading = None if evidence is None else rests_on(finding.rule, evidence)
        told.append(
            GateTold(
                finding=finding,
                weight=weight_of(finding),
                rests_on="" if reading is None else reading.title,
                taken=None if reading is None else reading.taken,
                age="unknown" if evidence is None else spell_age(finding, evidence, decided),
                advice=advice(finding),
            )
        )
    readings = () if evidence is None else all_readings(evidence)
    return Judgement(
        decision=decision["hash"],
        decided=decided,
        verdict=worst(finding.verdict for finding in gates if finding.enforced),
        gates=tuple(told),
        evidence=decision["evidence"],
        policy=decision.get("policy"),
        readings=tuple(
            ReadingTold(
                title=one.title,
                taken=one.taken,
                age=spell_signed(decided - one.taken),
                problem=one.problem,
            )
            for one in readings
        ),
        problem=problem,
    )


def weight_of(finding: Finding) -> Weight:
    """Whether it decides, is only told, or was let pass by somebody."""
    if (finding.details or {}).get("override") is not None:
        return Weight.OVERRIDDEN
    return Weight.ENFORCED if finding.enforced else Weight.TOLD


def policy_then(decision: Mapping[str, Any], store: Evidence) -> Policy | None:
    """The policy that the decision was made under; None where it is not kept."""
    kept = decision.get("policy")
    if kept is None:
        return None
    try:
        return decode(json.loads(store.get(kept)), Policy)
    except DriftgateError:
        return None


def open_of(judgement: Judgement) -> tuple[str, ...]:
    """What stands in the way, as things."""
    return tuple(
        gate.finding.thing
        for gate in judgement.gates
        if gate.finding.enforced and gate.finding.verdict is not Verdict.PASS
    )


def _evidence(kept: str, store: Evidence) -> tuple[PromotionEvidence | None, str | None]:
    if kept == _NOTHING:
        return None, "The decision rests on no evidence: nothing could be read."
    try:
        return decode(json.loads(store.get(kept)), PromotionEvidence), None
    except DriftgateError as problem:
        return None, f"The evidence of the decision cannot be shown: {problem}"
