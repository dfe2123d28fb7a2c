"""Which message each action becomes, with an id that makes a repeat harmless."""

from dataclasses import replace

from shared.domain.action import (
    Action,
    Deliver,
    Notify,
    PostAlert,
    PutAside,
    RequestProfile,
    RequestRetraining,
    ResolveAlert,
    SaveBaseline,
    ScheduleCheck,
    StepReplay,
    Tell,
    WantRetraining,
)
from shared.domain.decision import Decision
from shared.ports import Message
from shared.service.messages.alerts import (
    ALERTS,
    SUBSCRIPTIONS,
    UNDELIVERED,
    alert_message,
    aside_message,
    delivery_message,
)
from shared.service.messages.findings import FINDINGS, findings_message
from shared.service.messages.large import as_sent, by_reference, whole
from shared.service.messages.own import (
    CHECKS,
    alert_events,
    notice_message,
    wanted_message,
    work_message,
)
from shared.service.messages.replays import REPLAYS, step_message
from shared.service.messages.requests import (
    PROFILING_REQUESTS,
    PROMOTION_REQUESTS,
    RETRAINING_REQUESTS,
    profiling_message,
    promotion_message,
    retraining_message,
)

__all__ = [
    "ALERTS",
    "CHECKS",
    "FINDINGS",
    "PROFILING_REQUESTS",
    "PROMOTION_REQUESTS",
    "REPLAYS",
    "RETRAINING_REQUESTS",
    "SUBSCRIPTIONS",
    "UNDELIVERED",
    "as_sent",
    "by_reference",
    "findings_message",
    "messages_of",
    "whole",
    "work_message",
]


def messages_of(decision: Decision, scope: str | None = None) -> list[Message | None]:
    """The message of each action, in order; None for an action that is done by the commit itself.

    Behind them, where a `scope` looks after the alerts, what tells it of each that began or ended.
    Requests are identified by what they ask for, so that two decisions asking the same ask once;
    notices by the decision, so that a problem that comes back is told again. A look that is
    scheduled is no part of a replay: it looks at the world, and would hand its mark on for ever.
    """
    made = [_message(decision, index, action) for index, action in enumerate(decision.actions)]
    return made if scope is None else [*made, *alert_events(decision, scope)]


def _message(decision: Decision, index: int, action: Action) -> Message | None:
    match action:
        case SaveBaseline():
            return None
        case ScheduleCheck(event=event):
            return work_message(event)
        case Tell(event=event):
            return work_message(replace(event, replay=decision.event.replay))
        case StepReplay():
            return step_message(decision, index, action)
        case PostAlert() | ResolveAlert():
            return alert_message(decision, index, action)
        case Notify():
            return notice_message(decision, index, action)
        case Deliver():
            return delivery_message(decision, index, action)
        case PutAside():
            return aside_message(decision, index, action)
        case WantRetraining():
            return wanted_message(decision, index, action)
        case RequestRetraining():
            return retraining_message(decision, index, action)
        case RequestProfile():
            return profiling_message(decision, index, action)
        case _:
            return promotion_message(decision, index, action)
