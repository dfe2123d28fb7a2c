"""Azure Machine Learning's own monitors: what they told, and who wants a retraining for it."""

from datetime import datetime

from shared.domain.decisions.external.monitor import decide_monitor
from shared.domain.event import Event
from shared.domain.evidence import MonitorEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> MonitorEvidence:
    """A breach says nothing of the model it is about, so the policies are asked."""
    models = tuple(
        policy.model
        for policy in world.policies.all()
        if policy.drift.retrain and event.name in policy.drift.monitors
    )
    return MonitorEvidence(taken=now, models=models)


REACTION = Reaction(evidence=MonitorEvidence, gather=_gather, decide=decide_monitor)
