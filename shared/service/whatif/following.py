"""What follows from an action of a decision: the events that it makes elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.action import (
    Action,
    Deliver,
    Notify,
    PostAlert,
    RequestPromotion,
    RequestRetraining,
    ResolveAlert,
    ScheduleCheck,
    ShiftTraffic,
    Tell,
    WantRetraining,
)
from shared.domain.canonical import content_hash
from shared.domain.decision import Decision
from shared.domain.event import Event
from shared.service import delivering, promoting, retraining
from shared.service.messages import CHECKS, messages_of

_ALERTS = frozenset({PostAlert.kind, ResolveAlert.kind})
_OUTCOMES = ("delivered", "undelivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """An event that followed from a recorded action: its key, and whose it is where one knows."""

    key: str
    subject: str | None


def recorded_follow_ups(
    plain: Mapping[str, Any], scope: str | None
) -> list[tuple[Mapping[str, Any], tuple[Follows, ...]]]:
    """Each action that was recorded, with the events that follow from it."""
    actions, ids = plain["actions"], plain.get("messages") or ()
    behind = iter(ids[len(actions) :])
    found = []
    for index, action in enumerate(actions):
        identity = ids[index] if index < len(ids) else None
        follows = list(_of_action(action, identity))
        if action["action"] in _ALERTS and (told := next(behind, None)) is not None:
            follows.append(Follows(key=told, subject=scope))
        found.append((action, tuple(follows)))
    return found


def _of_action(action: Mapping[str, Any], identity: str | None) -> list[Follows]:
    """By what its message becomes: an event of ours, or an outcome that a consumer tells."""
    match action["action"]:
        case ScheduleCheck.kind | Tell.kind:
            subject = action["event"]["subject"]
        case Notify.kind:
            subject = f"receiver/{action['notice']['receiver']}"
        case WantRetraining.kind:
            subject = f"retraining/{action['model']}"
        case Deliver.kind:
            of = f"receiver/{action['notice']['receiver']}"
            return _told_by(delivering.SOURCE, of, _OUTCOMES, action["order"])
        case RequestRetraining.kind:
            of, name = f"retraining/{action['model']}", action["retraining"]
            return _told_by(retraining.SOURCE, of, ("started", "refused"), name)
        case RequestPromotion.kind:
            of, words = f"model/{action['model']}", ("started", "refused")
            return _told_by(promoting.SOURCE, of, words, action["promotion"])
        case ShiftTraffic.kind:
            of, words = f"model/{action['model']}", ("shifted", "not-shifted")
            return _told_by(promoting.SOURCE, of, words, action["order"])
        case _:
            return []
    return [] if identity is None else [Follows(key=identity, subject=subject)]


def _told_by(source: str, subject: str, words: tuple[str, ...], name: str) -> list[Follows]:
    return [
        Follows(key=content_hash([source, f"{word}-{name}"]), subject=subject) for word in words
    ]


def new_follow_ups(decision: Decision, scope: str | None) -> list[tuple[Action, list[Event]]]:
    """Each action of a simulated decision, with the events of ours that follow from it."""
    made = messages_of(decision, scope)
    behind = iter(made[len(decision.actions) :])
    found = []
    for action, message in zip(decision.actions, made, strict=False):
        told = [message] if message is not None and message.queue == CHECKS else []
        if isinstance(action, PostAlert | ResolveAlert) and scope is not None:
            told += [one for one in [next(behind)] if one is not None]
        found.append((action, [Event.from_cloud_event(one.body) for one in told]))
    return found
