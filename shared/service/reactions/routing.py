"""Reads an endpoint and what it served lately, for every event and timer about routing."""

from datetime import datetime, timedelta

from shared.domain.decisions.routing import decide_routing
from shared.domain.decisions.routing.route import FAILED, UNFINISHED
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState
from shared.domain.world import Endpoint
from shared.errors import NotFound
from shared.service.container_logs import kept_logs
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
    logs, log_problems = kept_logs(
        world.workspace, event.name, _unexplained(endpoint, event, policy, state)
    )
    return RoutingEvidence(
        taken=now,
        endpoint=endpoint,
        requests=None if requests is None else dict(requests),
        observed_since=since,
        logs=logs,
        log_problems=log_problems,
    )


def _unexplained(
    endpoint: Endpoint, event: Event, policy: Policy | None, state: SubjectState
) -> list[str]:
    """The deployments that failed or are stuck: only their logs are worth the calls."""
    patience = (policy.routing if policy is not None else RoutingPolicy()).stuck_after
    names = []
    for deployment in endpoint.deployments:
        word = deployment.provisioning_state.casefold()
        watch = state.deployments.get(deployment.name)
        since = (watch.unfinished if watch is not None else None) or deployment.changed
        stuck = word in UNFINISHED and since is not None and event.time - since >= patience
        if word in FAILED or stuck:
            names.append(deployment.name)
    return names


def _counted_from(event: Event, policy: Policy | None, state: SubjectState) -> datetime:
    """Only requests of after the last change of shares can be compared with them."""
    routing = policy.routing if policy is not None else RoutingPolicy()
    since = event.time - routing.observed
    changed = [shift.time + _SETTLES for shift in state.traffic[-1:]]
    return min(max([since, *changed]), event.time)


REACTION = Reaction(evidence=RoutingEvidence, gather=_gather, decide=decide_routing)
