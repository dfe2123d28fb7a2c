"""Which subjects each check concerns: what its timer asks for, and what the heartbeat waits for."""

from collections.abc import Sequence
from typing import Any

from shared.domain.event import Check
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.codec import decode
from shared.service.world import World

ITSELF = "service/driftgate"
OF_ENDPOINTS = frozenset({Check.ROUTING, Check.HEALTH, Check.RECONCILE})


def concerned(check: Check, world: World) -> list[tuple[str, dict[str, Any]]]:
    """Every subject a timer asks for, with what the check has to know."""
    endpoints = _endpoints(world) if check in OF_ENDPOINTS else []
    policies = [] if check is Check.HEARTBEAT else list(world.policies.all())
    found = [(subject, dict[str, Any]()) for subject in waited_for(check, policies, endpoints)]
    if check is Check.HEALTH:
        found += [(subject, {}) for subject in _gone(endpoints, world)]
    if check is Check.RECONCILE:
        found += [
            (f"model/{policy.model}", {"version": version})
            for policy in policies
            if (version := _unjudged(policy.model, world)) is not None
        ]
    return found


def waited_for(check: Check, policies: Sequence[Policy], endpoints: Sequence[str]) -> list[str]:
    """The subjects that a check has to report of, run after run."""
    match check:
        case Check.ROUTING | Check.HEALTH | Check.RECONCILE:
            return list(endpoints)
        case Check.DRIFT:
            return [f"model/{policy.model}" for policy in policies]
        case Check.KPI:
            return [f"model/{policy.model}" for policy in policies if policy.kpis]
        case Check.BATCH:
            return [f"model/{policy.model}" for policy in policies if policy.batch]
        case Check.COLLECTION:
            return [f"model/{policy.model}" for policy in policies if policy.endpoint is not None]
        case Check.HEARTBEAT:
            return [ITSELF]


def _endpoints(world: World) -> list[str]:
    return [f"endpoint/{name}" for name in world.workspace.endpoints()]


def _gone(endpoints: Sequence[str], world: World) -> list[str]:
    """Endpoints that were looked at and are not listed any more: the event may be lost."""
    reported = world.ledger.reported()
    return sorted(
        subject
        for subject, checks in reported.items()
        if checks and subject.startswith("endpoint/") and subject not in set(endpoints)
    )


def _unjudged(model: str, world: World) -> str | None:
    """The newest version of a model when the gates never saw it: its event was lost."""
    versions = world.workspace.versions(model)
    state = decode(world.ledger.state(f"model/{model}").state, SubjectState)
    return versions[-1] if versions and versions[-1] not in state.versions else None
