"""The steps of replays: each is a message of the queue `replays`."""

from shared.domain.action import StepReplay
from shared.domain.canonical import content_hash
from shared.domain.decision import Decision
from shared.ports import Message
from shared.service.messages.envelopes import envelope

REPLAYS = "replays"


def step_message(decision: Decision, index: int, action: StepReplay) -> Message:
    """The order to take one step, when its time has come."""
    return Message(
        id=content_hash([action.kind, action.replay, action.step]),
        queue=REPLAYS,
        session=decision.event.subject[:128],
        body=envelope(decision, index, action),
        properties={"replay": action.replay},
        scheduled=action.at,
    )
