"""Reads an endpoint and what it served lately, for every event and timer about routing."""

from datetime import datetime, timedelta

from shared.domain.decisions.routing import decide_routing
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.service.reactions import Reaction
from shared.service.world import World

_SETTLES = timedelta(minutes=5)
"""How long Azure may take to spread requests by new shares."""


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> RoutingEvidence:
    try:
        endpoint = world.workspace.endpoint(event.name)
    except NotFound as problem:
        return RoutingEvidence(taken=now, problem=str(problem))
    since = _counted_from(event, policy, state)
    requests = world.workspace.requests(event.name, since, event.time)
    return RoutingEvidence(
        taken=now,
        endpoint=endpoint,
        requests=None if requests is None else dict(requests),
        observed_since=since,
    )


def _counted_from(event: Event, policy: Policy | None, state: SubjectState) -> datetime:
    """Only requests of after the last change of shares can be compared with them."""
    routing = policy.routing if policy is not None else RoutingPolicy()
    since = event.time - routing.observed
    changed = [shift.time + _SETTLES for shift in state.traffic[-1:]]
    return min(max([since, *changed]), event.time)


REACTION = Reaction(evidence=RoutingEvidence, gather=_gather, decide=decide_routing)
