"""Reads what an endpoint's deployments answered and how hard they worked, for each health check.

It needs no event of its own. The timer looks at every endpoint every ten minutes, so a deployment
or a change of traffic is judged within ten minutes as it is, on the answers of its own deployment
alone; a look that an event asks for could not come sooner and know anything.
"""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.health import (
    decide_health,
    erring,
    healing_since,
    health_policy,
    limit_ms,
)
from shared.domain.event import Event
from shared.domain.evidence import HealthEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.service.container_logs import kept_logs
from shared.service.reactions import Reaction
from shared.service.world import World


def gather(
    event: Event,
    policy: Policy | None,
    state: SubjectState,
    world: World,
    now: datetime,
) -> HealthEvidence:
    """An endpoint's answers in the window that ends with the event; longer ones and logs if needed.

    Raises NoPermission, Refused, Unavailable.
    """
    window = health_policy(policy).window
    start, end = event.time - window, event.time
    try:
        endpoint = world.workspace.endpoint(event.name)
    except NotFound as problem:
        return HealthEvidence(taken=now, start=start, end=end, problem=str(problem))
    slow_ms = limit_ms(policy)
    names = [deployment.name for deployment in endpoint.deployments]
    health = world.workspace.health(event.name, start, end, slow_ms=slow_ms, deployments=names)
    evidence = HealthEvidence(
        taken=now,
        start=start,
        end=end,
        endpoint=endpoint,
        health=None if health is None else dict(health),
    )
    since = healing_since(evidence, policy, state)
    if since is not None:
        longer = world.workspace.health(event.name, since, end, slow_ms=slow_ms, deployments=names)
        evidence = replace(evidence, healing_since=since, healing=dict(longer or {}))
    logs, problems = kept_logs(world.workspace, event.name, erring(evidence, policy, state))
    return replace(evidence, logs=logs, log_problems=problems)


REACTION = Reaction(evidence=HealthEvidence, gather=gather, decide=decide_health)
