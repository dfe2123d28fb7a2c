"""The gates of one version, asked for outside of an event: by a pipeline, on the spot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash
from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.gates.rules import GATES
from shared.domain.decisions.gates.unread import with_what_serves
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound, Enforcement, Gate, Gates, Policy, StagePolicy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict, worst
from shared.errors import InvalidPolicy
from shared.service.codec import decode
from shared.service.readings.entrance import gather_for
from shared.service.readings.stages import stage_before
from shared.service.world import World

_OF_THE_MOMENT = frozenset({Rule.CALENDAR_GATE, Rule.BUDGET_GATE, Rule.INTERVAL})
"""They judge when a version goes on; by themselves they would let any version pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """What every gate of one stage said of one version, and the evidence they said it on.

    `skipped` names the gates that were left out by whoever asked; `look_again` is when time alone
    may have changed the verdict.
    """

    model: str
    version: str
    at: datetime
    findings: tuple[Finding, ...]
    stage: str | None = None
    evidence: PromotionEvidence | None = None
    skipped: tuple[str, ...] = ()
    look_again: datetime | None = None

    @property
    def named(self) -> str:
        """The version as people write it."""
        return f"{self.model}:{self.version}"

    @property
    def verdict(self) -> Verdict:
        """The worst of what is enforced."""
        return worst(finding.verdict for finding in self.findings if finding.enforced)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What stands in the way."""
        return tuple(f for f in self.findings if f.enforced and f.verdict is not Verdict.PASS)

    @property
    def evidence_hash(self) -> str | None:
        """The hash of the evidence; None where nothing was read."""
        return None if self.evidence is None else content_hash(self.evidence)


def gate_version(
    world: World,
    model: str,
    version: str,
    now: datetime,
    *,
    limits: Mapping[str, Bound],
    stage: str | None = None,
    policy: Policy | None = None,
    skip: Collection[str] = (),
) -> GateReport:
    """Every gate at the entrance of a stage, the first unless it is named, and every limit besides.

    `policy` is used in place of the stored one. Where both bound a metric, both hold. Overrides
    that are in force count. A version that does not exist is an error, and so is having nothing to
    check: a gate that asks for nothing would let anything pass.
    Raises InvalidPolicy, NoPermission, Unavailable.
    """
    asked = _policy(world, model, policy)
    there = asked is not None
    asked = asked or Policy(model=model)
    at = _stage(asked, stage)
    gates = asked.gates_of(at) if there else _off(Gates(), [rule.name for rule in GATES])
    kept = {} if "metrics" in skip else gates.bounds()
    gates = replace(_off(gates, skip), metrics=_both(kept, limits))
    asked, at = _with_gates(asked, at, replace(gates, min_auc=None, max_latency_ms=None))
    evidence = gather_for(model, version, at, asked, world, now)
    report = GateReport(
        model=model,
        version=version,
        at=now,
        findings=(),
        stage=at.name if there else None,
        evidence=evidence,
        skipped=tuple(sorted(skip)),
    )
    if evidence.candidate is None:
        sentence = evidence.problem or f"{report.named} could not be read."
        return replace(report, findings=(could_not(model, "no_such_version", sentence),))
    state = decode(world.ledger.state(f"model/{model}").state, SubjectState)
    before = stage_before(asked, at)
    on_its_way = [p for p in state.promotions if (p.version, p.stage) == (version, at.name)]
    case = Case(
        policy=asked,
        stage=at,
        candidate=evidence.candidate,
        evidence=evidence,
        moment=Moment.ENTRANCE,
        at=now,
        tried=None if before is None else before.endpoint,
        promotion=on_its_way[-1] if on_its_way else None,
    )
    gated = with_what_serves(case, run_gates(case, state.overrides))
    report = replace(report, findings=gated.findings, look_again=gated.look_again)
    if not any(_asked(finding) for finding in gated.findings):
        sentence = f"Nothing is asked of {report.named}; give a limit, or write a policy for it."
        nothing = could_not(model, "nothing_asked", sentence)
        return replace(report, findings=(*gated.findings, nothing), look_again=None)
    return report


def _asked(finding: Finding) -> bool:
    """Whether a finding says anything of the version that could have kept it back.

    A gate that only warns and could not tell, such as drift without a baseline, says nothing.
    """
    if finding.rule in _OF_THE_MOMENT:
        return False
    told = finding.verdict in {Verdict.PASS, Verdict.FAIL}
    return told or finding.enforced or "override" in (finding.details or {})


def could_not(model: str, reason: str, sentence: str) -> Finding:
    """That it could not be asked at all, as a finding, so that it stands in every report."""
    return Finding(
        rule=Rule.READABLE,
        thing=f"model/{model}",
        verdict=Verdict.ERROR,
        reason=reason,
        sentence=sentence,
    )


def _policy(world: World, model: str, given: Policy | None) -> Policy | None:
    if given is None:
        return world.policies.for_model(model)
    if given.model != model:
        raise InvalidPolicy(
            f"The policy that was given is of {given.model}, not of {model}; give the right one."
        )
    return given


def _stage(policy: Policy, name: str | None) -> StagePolicy:
    way = policy.way()
    if name is None:
        return way[0]
    found = [stage for stage in way if stage.name == name]
    if not found:
        known = ", ".join(stage.name for stage in way)
        raise InvalidPolicy(f"{policy.model} has no stage {name}; its stages are {known}.")
    return found[0]


def _off(gates: Gates, names: Collection[str]) -> Gates:
    """The gates without some of them; what limits metrics is left to the caller."""
    changed: dict[str, Any] = {}
    for name in names:
        gate = getattr(gates, name, None)
        if name == "tags":
            changed["required_tags"] = []
        elif isinstance(gate, Enforcement):
            changed[name] = Enforcement.OFF
        elif isinstance(gate, Gate):
            changed[name] = replace(gate, mode=Enforcement.OFF)
    return replace(gates, **changed)


def _with_gates(policy: Policy, stage: StagePolicy, gates: Gates) -> tuple[Policy, StagePolicy]:
    changed = replace(stage, gates=gates)
    stages = [changed if one.name == stage.name else one for one in policy.way()]
    return replace(policy, stages=stages), changed


def _both(one: Mapping[str, Bound], other: Mapping[str, Bound]) -> dict[str, Bound]:
    """The stricter end of each side."""
    both: dict[str, Bound] = {}
    for name in one.keys() | other.keys():
        bounds = [bound for bound in (one.get(name), other.get(name)) if bound is not None]
        floors = [bound.min for bound in bounds if bound.min is not None]
        ceilings = [bound.max for bound in bounds if bound.max is not None]
        both[name] = Bound(min=max(floors, default=None), max=min(ceilings, default=None))
    return both
