"""What the gates at the entrance of a stage are judged on, whoever asks: event or pipeline.

Only what a gate asks of is read, and a place is imported when it is first read.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from shared.domain.decisions.gates import Moment
from shared.domain.decisions.gates.latency import latency_limit
from shared.domain.decisions.gates.rules import GATES
from shared.domain.decisions.gates.running import mode_of
from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Enforcement, Gates, Policy, StagePolicy
from shared.domain.world import ModelVersion
from shared.errors import NotFound, Refused
from shared.ports import Workspace
from shared.service.readings.budget import read_budget
from shared.service.world import World

_OF_TRIED = frozenset({"deployment", "routing", "latency", "errors", "bake"})
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
    champion = champion_at(stage.endpoint, candidate, _workspace(stage, world))
    evidence = replace(evidence, candidate=candidate, champion=champion)
    before = stage_before(policy, stage)
    if before is not None and asked & _OF_TRIED:
        evidence = replace(evidence, tried=read_stage(before, policy, gates, world, now))
    if asked & _OF_TARGET:
        evidence = replace(evidence, target=read_stage(stage, policy, gates, world, now))
    if "drift" in asked:
        read = _reader("drift", "read_drift")
        evidence = replace(evidence, drift=read(candidate, policy, gates.drift, world, now))
    if "budget" in asked:
        besides = f"{model}:{version} {stage.name}"
        evidence = replace(evidence, budget=read_budget(world.ledger, now, besides))
    return evidence


def read_stage(
    stage: StagePolicy,
    policy: Policy,
    gates: Gates,
    world: World,
    now: datetime,
    since: datetime | None = None,
) -> EndpointReading | None:
    """The endpoint of a stage, with its answers `since` then or for the gates' longest window.

    What another workspace's endpoint of the same name did is not taken for its own: the ledger
    knows the watched workspace only. None where the stage names none. Raises Unavailable.
    """
    if stage.endpoint is None:
        return None
    try:
        workspace = _workspace(stage, world)
    except Refused as problem:
        return EndpointReading(name=stage.endpoint, taken=now, problem=str(problem))
    reading: EndpointReading = _reader("endpoint", "read_endpoint")(
        stage.endpoint,
        workspace,
        world.ledger if stage.workspace is None else None,
        now,
        since=since or now - max(gates.latency.window, gates.errors.window),
        slow_ms=latency_limit(gates),
        models=(policy.model,),
    )
    return reading


def stage_before(policy: Policy, stage: StagePolicy) -> StagePolicy | None:
    """Where a version is tried out before it enters a stage; None before the first."""
    way = policy.way()
    names = [one.name for one in way]
    place = names.index(stage.name) if stage.name in names else 0
    return way[place - 1] if place else None


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


def _workspace(stage: StagePolicy, world: World) -> Workspace:
    """Where a stage is. Raises Refused for another workspace that is not known here."""
    if stage.workspace is None:
        return world.workspace
    named: Callable[[str], Workspace] | None = getattr(world, "workspace_of", None)
    if named is None:
        raise Refused(
            f"The stage {stage.name} is in the workspace {stage.workspace}, which is not known "
            "here."
        )
    return named(stage.workspace)


def _reader(place: str, function: str) -> Callable[..., Any]:
    reader: Callable[..., Any] = getattr(import_module(f"{__package__}.{place}"), function)
    return reader
