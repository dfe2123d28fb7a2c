"""Azure Machine Learning's own monitors: what they told is all there is to look at."""

from datetime import datetime

from shared.domain.decisions.external.monitor import decide_monitor
from shared.domain.event import Event
from shared.domain.evidence import NoEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,  # noqa: ARG001  every reaction has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,  # noqa: ARG001
    world: World,  # noqa: ARG001
    now: datetime,
) -> NoEvidence:
    return NoEvidence(taken=now)


REACTION = Reaction(evidence=NoEvidence, gather=_gather, decide=decide_monitor)
