"""The gates of one version, asked for outside of an event: by a pipeline, on the spot."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.evidence import PromotionEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound, BudgetGate, Enforcement, Policy
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion
from shared.errors import NotFound
from shared.ports import Policies, Workspace


def gate_version(
    workspace: Workspace,
    policies: Policies,
    model: str,
    version: str,
    limits: Mapping[str, Bound],
    now: datetime,
) -> tuple[Finding, ...]:
    """Every gate of the model's policy and every limit that was asked for besides.

    Where both bound a metric, both hold. A version that does not exist is an error, and so is
    having nothing to check: a gate that asks for nothing would let anything pass. How many
    promotions are open is not asked: this question begins none.
    Raises InvalidPolicy, NoPermission, Unavailable.
    """
    policy = policies.for_model(model)
    try:
        candidate = workspace.model(model, version)
    except NotFound as problem:
        return (_error(model, "no_such_version", str(problem)),)
    asked = policy or Policy(model=model)
    bounds = _both(asked.gates.bounds(), limits)
    gates = replace(asked.gates, metrics=bounds, min_auc=None, max_latency_ms=None)
    gates = replace(gates, budget=BudgetGate(mode=Enforcement.OFF))
    if policy is None:
        gates = replace(gates, schema=Enforcement.OFF)
    case = Case(
        policy=replace(asked, gates=gates),
        stage=asked.way()[0],
        candidate=candidate,
        evidence=PromotionEvidence(
            taken=now, champion=serving_champion(candidate, asked, workspace)
        ),
        moment=Moment.ENTRANCE,
        at=now,
    )
    findings = run_gates(case).findings
    if not findings:
        sentence = f"Nothing is asked of {model}:{version}; give a limit, or write a policy for it."
        return (_error(model, "nothing_asked", sentence),)
    return findings


def serving_champion(
    candidate: ModelVersion, policy: Policy, workspace: Workspace
) -> ModelVersion | None:
    """The version of the same model that serves most of the traffic now, unless it is this one."""
    if policy.endpoint is None:
        return None
    try:
        serving = workspace.endpoint(policy.endpoint).serving()
        if serving is None or serving.model != candidate.name or serving.version is None:
            return None
        if serving.version == candidate.version:
            return None
        return workspace.model(serving.model, serving.version)
    except NotFound:
        return None


def _both(one: Mapping[str, Bound], other: Mapping[str, Bound]) -> dict[str, Bound]:
    """The stricter end of each side."""
    both: dict[str, Bound] = {}
    for name in one.keys() | other.keys():
        bounds = [bound for bound in (one.get(name), other.get(name)) if bound is not None]
        floors = [bound.min for bound in bounds if bound.min is not None]
        ceilings = [bound.max for bound in bounds if bound.max is not None]
        both[name] = Bound(min=max(floors, default=None), max=min(ceilings, default=None))
    return both


def _error(model: str, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.READABLE,
        thing=f"model/{model}",
        verdict=Verdict.ERROR,
        reason=reason,
        sentence=sentence,
    )
