"""What was committed leaves for the broker: one message that it does not take holds up no other."""

import logging
from collections.abc import Sequence

from shared.errors import Refused
from shared.ports import Ledger, Message, Sender, Telemetry

_LOG = logging.getLogger("driftgate.outbox")
_AT_ONCE = 100
_MOST_REFUSED = 20


def drain(ledger: Ledger, sender: Sender, telemetry: Telemetry) -> int:
    """Send what the outbox holds; returns how many messages left it.

    Marked only after the broker took them: a crash in between repeats, and the message ids make the
    repeat harmless. What the broker refuses for good, such as one that is too large, stays in the
    outbox, whose age an alert tells, and those behind it go. Raises Unavailable, and Refused once
    so many are refused that it cannot be the messages.
    """
    sent = 0
    refused: set[str] = set()
    more = True
    while more and (waiting := _next(ledger, refused)):
        more = len(waiting) == _AT_ONCE
        try:
            taken = _send(waiting, sender, telemetry)
        except Refused:
            taken = _one_by_one(waiting, sender, telemetry, refused)
        for message in taken:
            telemetry.count("messages.sent", queue=message.queue)
        ledger.mark_sent([message.id for message in taken])
        sent += len(taken)
    return sent


def _next(ledger: Ledger, refused: set[str]) -> list[Message]:
    unsent = ledger.unsent(limit=_AT_ONCE + len(refused))
    return [message for message in unsent if message.id not in refused]


def _send(messages: Sequence[Message], sender: Sender, telemetry: Telemetry) -> Sequence[Message]:
    with telemetry.span("dispatch"):
        sender.send(messages)
    return messages


def _one_by_one(
    messages: Sequence[Message], sender: Sender, telemetry: Telemetry, refused: set[str]
) -> list[Message]:
    taken: list[Message] = []
    for message in messages:
        try:
            taken += _send([message], sender, telemetry)
        except Refused as problem:
            refused.add(message.id)
            telemetry.count("messages.refused", queue=message.queue)
            _LOG.error("message %s of %s cannot leave: %s", message.id, message.queue, problem)
            if len(refused) >= _MOST_REFUSED:
                raise
    return taken
