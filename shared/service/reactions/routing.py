"""Reads an endpoint and what it served lately, for every event and timer about routing."""

from datetime import datetime

from shared.domain.decisions.routing import decide_routing
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> RoutingEvidence:
    try:
        endpoint = world.workspace.endpoint(event.name)
    except NotFound as problem:
        return RoutingEvidence(taken=now, problem=str(problem))
    waiting = [watch.completed for watch in state.deployments.values() if watch.arrived is None]
    since = min([event.time - world.observed, *waiting])
    requests = world.workspace.requests(event.name, since, event.time)
    return RoutingEvidence(
        taken=now,
        endpoint=endpoint,
        requests=None if requests is None else dict(requests),
        observed_since=since,
    )


REACTION = Reaction(evidence=RoutingEvidence, gather=_gather, decide=decide_routing)
