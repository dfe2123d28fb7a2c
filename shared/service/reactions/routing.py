"""Reads an endpoint and what it served lately, for every event and timer about routing."""

from datetime import datetime

from shared.domain.decisions.routing import decide_routing
from shared.domain.decisions.routing.counting import counted_from
from shared.domain.decisions.routing.memory import believed, looked_at
from shared.domain.decisions.routing.rollouts import announced, concerns
from shared.domain.decisions.routing.route import FAILED, is_unfinished
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.people.intent import Intent
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState
from shared.domain.world import Endpoint
from shared.errors import DriftgateError, NotFound
from shared.service.codec import decode
from shared.service.container_logs import kept_logs
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> RoutingEvidence:
    """The endpoint and its requests; without these its shares still can be judged."""
    try:
        endpoint = world.workspace.endpoint(event.name)
    except NotFound as problem:
        gone = event.name not in world.workspace.endpoints()
        return RoutingEvidence(taken=now, gone=gone, problem=str(problem))
    until = looked_at(believed(event, now), state)
    routing = policy.routing if policy is not None else RoutingPolicy()
    since = counted_from(endpoint, state, until - routing.observed, until)
    requests, unread = None, None
    try:
        requests = world.workspace.requests(event.name, since, until)
    except DriftgateError as problem:
        unread = str(problem)
    logs, log_problems = kept_logs(
        world.workspace, event.name, _unexplained(endpoint, policy, state, until)
    )
    return RoutingEvidence(
        taken=now,
        endpoint=endpoint,
        requests=None if requests is None else dict(requests),
        observed_since=since,
        requests_problem=unread,
        logs=logs,
        log_problems=log_problems,
        plans=_plans(event.name, policy, world, now),
    )


def _plans(endpoint: str, policy: Policy | None, world: World, now: datetime) -> tuple[Intent, ...]:
    """What rollouts of the policy's model have here and do next; no stages, no rollouts."""
    if policy is None or not policy.stages:
        return ()
    state = decode(world.ledger.state(f"model/{policy.model}").state, SubjectState)
    return tuple(
        plan
        for promotion in state.promotions
        if concerns(promotion, endpoint, now)
        for plan in announced(promotion, policy.model)
    )


def _unexplained(
    endpoint: Endpoint, policy: Policy | None, state: SubjectState, at: datetime
) -> list[str]:
    """The deployments that failed or are stuck: only their logs are worth the calls."""
    patience = (policy.routing if policy is not None else RoutingPolicy()).stuck_after
    names = []
    for deployment in endpoint.deployments:
        word = deployment.provisioning_state.casefold()
        watch = state.deployments.get(deployment.name)
        since = (watch.unfinished if watch is not None else None) or deployment.changed
        stuck = is_unfinished(word) and since is not None and at - since >= patience
        if word in FAILED or stuck:
            names.append(deployment.name)
    return names


REACTION = Reaction(evidence=RoutingEvidence, gather=_gather, decide=decide_routing)
