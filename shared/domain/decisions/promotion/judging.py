"""The gates of a stage, asked again, and what could be approved after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.canonical import content_hash
from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.gates.unread import with_what_serves
from shared.domain.decisions.promotion.basis import OF_THE_MOMENT, follow, standing_facts
from shared.domain.decisions.promotion.step import Scene
from shared.domain.decisions.promotion.telling import MOST_SENTENCE, MOST_TOLD
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Gates
from shared.domain.promotion import Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line
from shared.domain.world import ModelVersion

_LIVE = {
    Rule.DEPLOYMENT_GATE: "deployment",
    Rule.ROUTING_GATE: "routing",
    Rule.LATENCY_GATE: "latency",
    Rule.ERRORS_GATE: "errors",
    Rule.DRIFT_GATE: "drift",
    Rule.CANARY_GATE: "canary",
    Rule.BAKE_GATE: "bake",
    Rule.ROLLBACK_GATE: "rollback",
    Rule.CALENDAR_GATE: "calendar",
}
"""Rules whose evidence ages, with their gates; what a run logged does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gates say now. `good_until` is when their evidence is too old, None for never.

    `changed` is what is different in what can be approved, None when nothing is.
    """

    promotion: Promotion
    findings: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    verdict: Verdict
    look_again: datetime | None
    good_until: datetime | None
    changed: str | None

    @property
    def may_mend(self) -> bool:
        """Whether time alone may mend what stands in the way."""
        return self.verdict is not Verdict.PASS and self.look_again is not None


def judge(promotion: Promotion, candidate: ModelVersion, scene: Scene) -> Judgement:
    """Ask every gate at the entrance of the stage on the evidence of now.

    What could be approved changes only with verdicts that are one: a look that failed, or saw too
    little, voids nobody's word.
    """
    evidence = scene.evidence
    before = scene.before
    case = Case(
        policy=scene.policy,
        stage=scene.stage,
        candidate=candidate,
        evidence=evidence,
        moment=Moment.ENTRANCE,
        at=evidence.taken,
        tried=None if before is None else before.endpoint,
        promotion=promotion,
    )
    gated = with_what_serves(case, run_gates(case, scene.overrides))
    changed = None
    decided = all(
        one.verdict in {Verdict.PASS, Verdict.FAIL}
        for one in gated.findings
        if one.enforced and one.rule not in OF_THE_MOMENT
    )
    if decided:
        facts = standing_facts(case, scene.overrides, gated.findings)
        promotion, changed = follow(promotion, facts, evidence.taken)
    promotion = replace(
        promotion,
        evidence=content_hash(evidence),
        missing=tuple(one_line(one.sentence, MOST_SENTENCE) for one in gated.missing[:MOST_TOLD]),
    )
    return Judgement(
        promotion=promotion,
        findings=gated.findings,
        missing=gated.missing,
        verdict=gated.verdict,
        look_again=gated.look_again,
        good_until=_good_until(gated.findings, case.gates, evidence.taken),
        changed=changed,
    )


def _good_until(findings: tuple[Finding, ...], gates: Gates, taken: datetime) -> datetime | None:
    ages = [
        getattr(gates, _LIVE[finding.rule]).max_age
        for finding in findings
        if finding.enforced and finding.rule in _LIVE
    ]
    return taken + min(ages) if ages else None
