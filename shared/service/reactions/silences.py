"""Silences of the fleet: which scopes have alerts that they may concern."""

from datetime import datetime

from shared.domain.decisions.silences import decide_silences
from shared.domain.event import Check, Event
from shared.domain.evidence.alerts import SilencesEvidence
from shared.domain.notices.scope import SCOPE
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,  # noqa: ARG001  every reaction has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> SilencesEvidence:
    try:
        fleet, problem = world.policies.fleet() or Fleet(), None
    except InvalidPolicy as refusal:
        fleet, problem = Fleet(), str(refusal)
    scopes = tuple(
        sorted(
            subject
            for subject in world.ledger.reported(Check.ALERTS.value)
            if subject.startswith(f"{SCOPE}/")
        )
    )
    return SilencesEvidence(taken=now, fleet=fleet, scopes=scopes, problem=problem)


REACTION = Reaction(evidence=SilencesEvidence, gather=_gather, decide=decide_silences)
