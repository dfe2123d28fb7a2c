"""The gates of one version, asked for outside of an event: by a pipeline, on the spot."""

from collections.abc import Mapping

from shared.domain.decisions.gates import metric_gate, schema_gate, tags_gate
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound, Policy
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion
from shared.errors import NotFound
from shared.ports import Policies, Workspace


def gate_version(
    workspace: Workspace, policies: Policies, model: str, version: str, limits: Mapping[str, Bound]
) -> tuple[Finding, ...]:
    """Every gate of the model's policy and every limit that was asked for besides.

    Where both bound a metric, both hold. A version that does not exist is an error, and so is
    having nothing to check: a gate that asks for nothing would let anything pass.
    Raises InvalidPolicy, NoPermission, Unavailable.
    """
    policy = policies.for_model(model)
    try:
        candidate = workspace.model(model, version)
    except NotFound as problem:
        return (_error(model, "no_such_version", str(problem)),)
    bounds = dict(limits) if policy is None else _both(policy.gates.bounds(), limits)
    findings = metric_gate(candidate, bounds)
    if policy is not None:
        champion = serving_champion(candidate, policy, workspace)
        findings += tags_gate(candidate, policy.gates.required_tags)
        findings += schema_gate(candidate, champion, policy.gates.schema)
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
