"""Where a stage is: the one before it, its workspace, its endpoint and what serves there."""

from datetime import datetime

from shared.domain.decisions.gates.observed.answers import latency_limit
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Policy, StagePolicy
from shared.domain.world import ModelVersion
from shared.errors import NotFound, Refused
from shared.service.readings.endpoint import answers_since, read_endpoint
from shared.service.world import World


def stage_before(policy: Policy, stage: StagePolicy) -> StagePolicy | None:
    """Where a version is tried out before it enters a stage; None before the first."""
    way = policy.way()
    names = [one.name for one in way]
    place = names.index(stage.name) if stage.name in names else 0
    return way[place - 1] if place else None


def endpoint_of(
    place: StagePolicy,
    policy: Policy,
    judged: StagePolicy,
    world: World,
    now: datetime,
    since: datetime | None = None,
) -> EndpointReading | None:
    """The endpoint of one stage, as the gates of the stage that is `judged` ask of it.

    None for a stage without an endpoint. Answers count `since` then, or for the longest window of
    the gates. The ledger remembers the endpoints of the workspace that is watched, no other's.
    """
    if place.endpoint is None:
        return None
    gates = policy.gates_of(judged)
    try:
        workspace = world.workspace_of(place.workspace)
    except Refused as problem:
        return EndpointReading(name=place.endpoint, taken=now, problem=str(problem))
    return read_endpoint(
        place.endpoint,
        workspace,
        world.ledger if place.workspace is None else None,
        now,
        since=since or answers_since(gates, now),
        slow_ms=latency_limit(gates),
        models=(policy.model,),
    )


def champion_of(
    target: EndpointReading | None, model: str, version: str, world: World
) -> ModelVersion | None:
    """The version of the model that serves most of the traffic, unless it is this one."""
    serving = None if target is None or target.endpoint is None else target.endpoint.serving()
    if serving is None or serving.model != model or serving.version in {None, version}:
        return None
    return version_of(model, serving.version, world)


def version_of(model: str, version: str | None, world: World) -> ModelVersion | None:
    """A version as it is registered; None for none, and for one that is not there any more."""
    if version is None:
        return None
    try:
        return world.workspace.model(model, version)
    except NotFound:
        return None
