"""What is asked of the world: retrainings, and what a promotion needs done."""

from typing import Any

from shared.domain.action import (
    RequestProfile,
    RequestPromotion,
    RequestRetraining,
    RequestRollback,
    ShiftTraffic,
    TagModel,
)
from shared.domain.canonical import content_hash
from shared.domain.decision import Decision
from shared.ports import Message
from shared.service.messages.envelopes import envelope

RETRAINING_REQUESTS = "retraining-requests"
PROMOTION_REQUESTS = "promotion-requests"
PROFILING_REQUESTS = "profiling-requests"
Promoting = RequestPromotion | RequestRollback | ShiftTraffic | TagModel


def retraining_message(decision: Decision, index: int, action: RequestRetraining) -> Message:
    """A retraining, identified by its model, cause and window."""
    return Message(
        id=content_hash([action.kind, action.model, action.cause, action.window]),
        queue=RETRAINING_REQUESTS,
        session=decision.event.subject[:128],
        body=envelope(decision, index, action),
        properties={"model": action.model, "cause": action.cause},
    )


def profiling_message(decision: Decision, index: int, action: RequestProfile) -> Message:
    """A profile that is counted elsewhere, identified by its order, who wanted it and the try."""
    return Message(
        id=content_hash([action.kind, action.order, action.wanted, action.attempt]),
        queue=PROFILING_REQUESTS,
        session=decision.event.subject[:128],
        body=envelope(decision, index, action),
        properties={"action": action.kind, "model": action.model},
    )


def promotion_message(decision: Decision, index: int, action: Promoting) -> Message:
    """What is carried out for a promotion; `action` in its properties says which it is."""
    return Message(
        id=content_hash([action.kind, *_identity(decision, action)]),
        queue=PROMOTION_REQUESTS,
        session=decision.event.subject[:128],
        body=envelope(decision, index, action),
        properties={"action": action.kind, **_properties(action)},
    )


def _identity(decision: Decision, action: Promoting) -> list[Any]:
    match action:
        case RequestPromotion(model=model, version=version, stage=stage):
            return [model, version, stage, action.promotion or action.evidence_hash]
        case RequestRollback(model=model, version=version, stage=stage):
            return [model, version, stage, action.promotion]
        case ShiftTraffic(endpoint=endpoint, order=order):
            return [endpoint, order]
        case TagModel(model=model, version=version, tags=tags):
            return [model, version, tags, decision.hash]


def _properties(action: Promoting) -> dict[str, str]:
    match action:
        case ShiftTraffic():
            return {"model": action.model, "endpoint": action.endpoint}
        case TagModel():
            return {"model": action.model, "version": action.version}
        case _:
            return {"model": action.model, "version": action.version, "stage": action.stage}
