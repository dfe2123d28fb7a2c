"""What one of Driftgate's subjects tells another: events in the queue of checks."""

from typing import Any

from shared.domain.action import Notify, PostAlert, ResolveAlert, WantRetraining, describe
from shared.domain.canonical import content_hash, to_plain
from shared.domain.decision import Decision
from shared.domain.event import Event, EventType
from shared.ports import Message

CHECKS = "checks"


def work_message(event: Event) -> Message:
    """The message that asks for one event to be handled, in order within its subject.

    A check that is due later is delivered later; anything else at once.
    """
    scheduled = event.time if event.source == "driftgate/schedule" else None
    return Message(
        id=event.key,
        queue=CHECKS,
        session=event.subject[:128],
        body=event.to_cloud_event(),
        scheduled=scheduled,
    )


def notice_message(decision: Decision, index: int, action: Notify) -> Message:
    """What tells a receiver that there is a notice for it."""
    subject, data = f"receiver/{action.notice.receiver}", {"notice": to_plain(action.notice)}
    return work_message(_event(decision, index, EventType.NOTICE_MADE, subject, data))


def wanted_message(decision: Decision, index: int, action: WantRetraining) -> Message:
    """What tells a model's governor that something asks for a retraining."""
    data = {**describe(action), "decision": decision.hash}
    subject = f"retraining/{action.model}"
    return work_message(_event(decision, index, EventType.RETRAINING_WANTED, subject, data))


def alert_events(decision: Decision, scope: str) -> list[Message]:
    """What tells `scope` of each alert that began or is over."""
    told = []
    for index, action in enumerate(decision.actions):
        match action:
            case PostAlert(alert=alert):
                kind, data = EventType.ALERT_RAISED, {"alert": to_plain(alert)}
            case ResolveAlert(alert=alert, reason=reason):
                kind, data = EventType.ALERT_ENDED, {"alert": to_plain(alert), "over": reason}
            case _:
                continue
        details = {"of": decision.event.subject, "decision": decision.hash, **data}
        told.append(work_message(_event(decision, index, kind, scope, details)))
    return told


def _event(
    decision: Decision, index: int, kind: EventType, subject: str, data: dict[str, Any]
) -> Event:
    """An event by which one of Driftgate's subjects tells another what it decided."""
    event = decision.event
    return Event(
        id=content_hash([decision.hash, index, kind.value])[:32],
        source=f"driftgate/{event.subject}",
        type=kind,
        subject=subject,
        time=decision.decided,
        data=data,
        correlation_id=event.correlation_id or event.id,
        replay=event.replay,
    )
