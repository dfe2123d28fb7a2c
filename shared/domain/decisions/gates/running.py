"""Runs the gates of a case and makes one verdict of what they say."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.interval import judge_interval
from shared.domain.decisions.gates.rules import GATES
from shared.domain.finding import Finding
from shared.domain.policy import Enforcement, Gate, Gates
from shared.domain.promotion import Override
from shared.domain.verdict import Verdict, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What all gates said together.

    `verdict` is the worst of those that are enforced. `look_again` is when time alone may have
    changed a verdict that is not pass; None when only people can.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    look_again: datetime | None = None

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(f for f in self.findings if f.enforced and f.verdict is not Verdict.PASS)


def run_gates(
    case: Case, overrides: Iterable[Override] = (), only: Collection[str] | None = None
) -> Gated:
    """Ask every gate of this moment that the policy has not switched off; of these `only` some.

    What those that are enforced rest on has to be of the same interval.
    """
    held = [one for one in overrides if one.version == case.candidate.version]
    judged: list[Judged] = []
    used: list[str] = []
    for rule in GATES:
        mode = mode_of(case.gates, rule.name)
        if only is not None and rule.name not in only:
            continue
        if case.moment in rule.moments and mode is not Enforcement.OFF:
            said = [_enforced(one, mode, held, case.at) for one in rule.judge()(case)]
            used += [rule.name for one in said if one.finding.enforced]
            judged += said
    together = judge_interval(case, used)
    judged += [_enforced(one, Enforcement.ENFORCE, held, case.at) for one in together]
    open_ = [one for one in judged if one.finding.enforced and _stands(one.finding)]
    times = [one.look_again for one in open_]
    return Gated(
        findings=tuple(one.finding for one in judged),
        verdict=worst(one.finding.verdict for one in judged if one.finding.enforced),
        look_again=None if None in times else min((t for t in times if t), default=None),
    )


def mode_of(gates: Gates, name: str) -> Enforcement:
    """Whether a gate blocks; limits and required tags do when they are there."""
    gate = getattr(gates, name, None)
    if isinstance(gate, Enforcement):
        return gate
    return gate.mode if isinstance(gate, Gate) else Enforcement.ENFORCE


def _stands(finding: Finding) -> bool:
    return finding.verdict is not Verdict.PASS


def _enforced(
    judged: Judged, mode: Enforcement, overrides: Iterable[Override], at: datetime
) -> Judged:
    enforced = judged.finding.enforced and mode is Enforcement.ENFORCE
    finding = replace(judged.finding, enforced=enforced)
    override = next(
        (
            one
            for one in overrides
            if one.holds(at) and {finding.thing, finding.rule.value} & set(one.gates)
        ),
        None,
    )
    if override is None or not _stands(finding):
        return replace(judged, finding=finding)
    told = {**(finding.details or {}), "override": override.id}
    sentence = f"{finding.sentence} {override.author} lets it pass: {override.reason}"
    finding = replace(finding, enforced=False, sentence=sentence, details=told)
    return replace(judged, finding=finding)
