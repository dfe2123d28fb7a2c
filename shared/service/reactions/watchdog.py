"""Reads Driftgate's own pulse from the ledger."""

from datetime import datetime

from shared.domain.decisions.watchdog import decide_watchdog
from shared.domain.event import Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.codec import decode
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,  # noqa: ARG001  every reaction has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> ServiceEvidence:
    reported = {}
    for subject in world.ledger.subjects():
        known = decode(world.ledger.state(subject).state, SubjectState)
        reported.update({f"{subject} {check}": time for check, time in known.checks.items()})
    return ServiceEvidence(
        taken=now,
        reported=reported,
        periods={
            check.value: period.total_seconds() for check, period in world.settings.periods.items()
        },
        unsent=len(world.ledger.unsent(limit=1000)),
        unsent_since=world.ledger.oldest_unsent(),
        policy_problems=tuple(world.policies.problems()),
    )


REACTION = Reaction(evidence=ServiceEvidence, gather=_gather, decide=decide_watchdog)
