"""What the gates at the entrance of a stage are judged on, whoever asks: event or pipeline.

Only what a gate asks of is read, and a place is imported when it is first read.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from shared.domain.decisions.gates import Moment
from shared.domain.decisions.gates.rules import GATES
from shared.domain.decisions.gates.running import mode_of
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.domain.world import ModelVersion
from shared.errors import NotFound
from shared.ports import Workspace
from shared.service.world import World

_OF_TRIED = frozenset({"deployment", "routing", "latency", "errors", "bake", "canary"})
_OF_TARGET = frozenset({"rollback"})


def gather_for(
    model: str, version: str, stage: StagePolicy, policy: Policy, world: World, now: datetime
) -> PromotionEvidence:
    """The version, the champion of the stage, and a reading of each place its gates ask of.

    A version that is not there is a `problem`. Raises Unavailable and NoPermission of the registry;
    what the other places refuse is a `problem` of their reading.
    """
    evidence = PromotionEvidence(taken=now, version=version, stage=stage.name)
    try:
        candidate = world.workspace.model(model, version)
    except NotFound as problem:
        return replace(evidence, problem=str(problem))
    gates = policy.gates_of(stage)
    asked = _asked(gates)
    target = stage.endpoint or policy.endpoint
    tried = tried_at(policy, stage)
    evidence = replace(
        evidence, candidate=candidate, champion=champion_at(target, candidate, world.workspace)
    )
    if tried is not None and asked & _OF_TRIED:
        evidence = replace(evidence, tried=_endpoint(tried, gates, world, now))
    if target is not None and asked & _OF_TARGET:
        evidence = replace(evidence, target=_endpoint(target, gates, world, now))
    if "canary" in asked and evidence.tried is not None:
        evidence = _with_canary(evidence, evidence.tried, policy, gates, world, now)
    if "drift" in asked:
        read = _reader("drift", "read_drift")
        evidence = replace(evidence, drift=read(candidate, policy, gates.drift, world, now))
    if "budget" in asked:
        read = _reader("budget", "read_budget")
        besides = f"{model}:{version} {stage.name}"
        evidence = replace(evidence, budget=read(world.ledger, now, besides))
    return evidence


def tried_at(policy: Policy, stage: StagePolicy) -> str | None:
    """The endpoint of the stage before, where a version is tried out; None before the first."""
    way = [one.name for one in policy.way()]
    index = way.index(stage.name) if stage.name in way else 0
    return policy.way()[index - 1].endpoint if index > 0 else None


def champion_at(
    endpoint: str | None, candidate: ModelVersion, workspace: Workspace
) -> ModelVersion | None:
    """The version of the same model that serves most of the traffic now, unless it is this one."""
    if endpoint is None:
        return None
    try:
        serving = workspace.endpoint(endpoint).serving()
        if serving is None or serving.model != candidate.name or serving.version is None:
            return None
        if serving.version == candidate.version:
            return None
        return workspace.model(serving.model, serving.version)
    except NotFound:
        return None


def _asked(gates: Gates) -> set[str]:
    return {
        rule.name
        for rule in GATES
        if Moment.ENTRANCE in rule.moments and mode_of(gates, rule.name) is not Enforcement.OFF
    }


def _endpoint(name: str, gates: Gates, world: World, now: datetime) -> EndpointReading:
    slow_ms = gates.latency.max_ms
    reading: EndpointReading = _reader("endpoint", "read_endpoint")(
        name,
        world.workspace,
        world.ledger,
        now,
        since=now - max(gates.latency.window, gates.errors.window),
        slow_ms=gates.max_latency_ms if slow_ms is None else slow_ms,
        models=True,
    )
    return reading


def _with_canary(
    evidence: PromotionEvidence,
    tried: EndpointReading,
    policy: Policy,
    gates: Gates,
    world: World,
    now: datetime,
) -> PromotionEvidence:
    """The version beside the one that serves, where both are deployed at the same endpoint."""
    candidate = evidence.candidate
    control = None if tried.endpoint is None else tried.endpoint.serving()
    if tried.endpoint is None or candidate is None or control is None:
        return evidence
    experiment = next(
        (
            one
            for one in tried.endpoint.deployments
            if (one.model, one.version) == (candidate.name, candidate.version)
        ),
        None,
    )
    if experiment is None or experiment.name == control.name:
        return evidence
    watch = tried.watches.get(experiment.name)
    read = _reader("canary", "read_canary")
    reading = read(
        tried.name,
        control.name,
        experiment.name,
        policy,
        gates.canary,
        world.workspace,
        now,
        None if watch is None else watch.arrived,
    )
    return replace(evidence, canary=reading)


def _reader(place: str, function: str) -> Callable[..., Any]:
    reader: Callable[..., Any] = getattr(import_module(f"{__package__}.{place}"), function)
    return reader
