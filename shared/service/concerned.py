"""Which subjects have to report of a check, run after run: those the heartbeat waits for."""

from collections.abc import Sequence

from shared.domain.event import Check
from shared.domain.policy import Policy

UNDER_WAY = frozenset({Check.PROMOTION, Check.ALERTS, Check.RETRAINING, Check.PROFILING})
"""Asked of those alone that have something on its way, which only the ledger knows."""
OF_ENDPOINTS = frozenset({Check.ROUTING, Check.HEALTH, Check.RECONCILE})


def waited_for(check: Check, policies: Sequence[Policy], endpoints: Sequence[str]) -> list[str]:
    """Subjects that are there now and that a policy or the workspace asks the check of.

    Less than a timer asks for: that also looks once more at what has gone. Who has a promotion on
    its way is known to the ledger alone.
    """
    match check:
        case Check.ROUTING | Check.HEALTH:
            return list(endpoints)
        case Check.RECONCILE:
            return [*endpoints, *(f"model/{policy.model}" for policy in policies)]
        case Check.DRIFT:
            return [f"model/{policy.model}" for policy in policies]
        case Check.KPI:
            return [f"model/{policy.model}" for policy in policies if policy.kpis]
        case Check.BATCH:
            return [f"model/{policy.model}" for policy in policies if policy.batch]
        case Check.COLLECTION:
            return [f"model/{policy.model}" for policy in policies if collects(policy)]
        case _:
            return []


def collects(policy: Policy) -> bool:
    """Whether rows of the model come from an endpoint or into a table of its own."""
    return policy.endpoint is not None or policy.profiles.table is not None
