"""Reads what the fleet says of a receiver, and the notice that an event brings."""

from datetime import datetime

from shared.domain.decisions.receivers import decide_receiver
from shared.domain.event import Event, EventType
from shared.domain.evidence import ReceiverEvidence
from shared.domain.notices import Notice
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import Refused
from shared.service.codec import decode
from shared.service.emergency import emergency_receiver
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> ReceiverEvidence:
    """Of the fleet only this receiver; a notice that cannot be read holds up no other.

    While the fleet's file cannot be read, only the receiver that stands in for all is told.
    """
    fleet, problem, notice, unread = Fleet(), None, None, None
    try:
        rule = (world.policies.fleet() or Fleet()).receiver(event.name)
        fleet = Fleet(receivers=[] if rule is None else [rule])
    except Refused as wrong:
        standing_in = emergency_receiver(event.name)
        if standing_in is None:
            problem = str(wrong)
        else:
            fleet = Fleet(receivers=[standing_in])
    if (plain := event.data.get("notice" if _is_made(event) else "whole")) is not None:
        try:
            notice = decode(plain, Notice)
        except (TypeError, ValueError) as wrong:
            unread = str(wrong)[:300]
    elif _is_made(event):
        unread = "it holds no notice."
    return ReceiverEvidence(taken=now, fleet=fleet, problem=problem, notice=notice, unread=unread)


def _is_made(event: Event) -> bool:
    return event.type is EventType.NOTICE_MADE


REACTION = Reaction(evidence=ReceiverEvidence, gather=_gather, decide=decide_receiver)
