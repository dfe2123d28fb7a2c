"""Events that need no look at the world."""

from datetime import datetime

from shared.domain.decisions.record import decide_record
from shared.domain.event import Event
from shared.domain.evidence import NoEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.reactions import Reaction
from shared.service.world import World


def gather_nothing(
    event: Event,  # noqa: ARG001  every reaction has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,  # noqa: ARG001
    world: World,  # noqa: ARG001
    now: datetime,
) -> NoEvidence:
    """What the event tells is all there is."""
    return NoEvidence(taken=now)


REACTION = Reaction(evidence=NoEvidence, gather=gather_nothing, decide=decide_record)
