"""Which deployments have something to explain, so that their container logs are worth reading."""

from shared.domain.decisions.routing.memory import looked_at, watches_after
from shared.domain.decisions.routing.route import FAILED
from shared.domain.event import Event
from shared.domain.evidence import RoutingEvidence
from shared.domain.policy import Policy, RoutingPolicy
from shared.domain.state import SubjectState


def unexplained(
    event: Event, evidence: RoutingEvidence, policy: Policy | None, state: SubjectState
) -> tuple[str, ...]:
    """Those that failed, and those that are being written for longer than the policy waits."""
    if evidence.endpoint is None:
        return ()
    patience = (policy.routing if policy is not None else RoutingPolicy()).stuck_after
    watches = watches_after(event, evidence.endpoint, state, evidence)
    at = looked_at(event, state)
    return tuple(
        deployment.name
        for deployment in evidence.endpoint.deployments
        if deployment.provisioning_state.casefold() in FAILED
        or ((since := watches[deployment.name].unfinished) is not None and at - since >= patience)
    )
