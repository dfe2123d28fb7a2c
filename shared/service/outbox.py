"""What was committed leaves for the broker: one message that it does not take holds up no other."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.domain.canonical import canonical_json
from shared.errors import NoPermission, NotAllowed, NotFound, Refused
from shared.ports import Ledger, Message, Note, Notes, Sender, Telemetry

_LOG = logging.getLogger("driftgate.outbox")
_AT_ONCE = 100
_MOST_REFUSED = 20
_ITS_OWN_FAULT = timedelta(hours=1)
_ANY_FAULT = timedelta(days=3)


def drain(ledger: Ledger, sender: Sender, telemetry: Telemetry, notes: Notes, now: datetime) -> int:
    """Send what the outbox holds; returns how many messages left it.

    Marked only after the broker took them: a crash in between repeats, and the message ids make the
    repeat harmless. What the broker refuses for good, such as one that is too large, stays for an
    hour and holds up none behind it; then it is put aside among the dead letters. Where a queue or
    a role is missing it stays for three days, for somebody may make it. Raises Unavailable, and
    Refused once so many are refused that it cannot be the messages.
    """
    sent = 0
    refused: dict[str, Refused] = {}
    try:
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
    except Refused:
        _put_aside(refused, ledger, telemetry, notes, now)
        raise
    if refused:
        _put_aside(refused, ledger, telemetry, notes, now)
    return sent


def _next(ledger: Ledger, refused: Mapping[str, Refused]) -> list[Message]:
    unsent = ledger.unsent(limit=_AT_ONCE + len(refused))
    return [message for message in unsent if message.id not in refused]


def _send(messages: Sequence[Message], sender: Sender, telemetry: Telemetry) -> Sequence[Message]:
    with telemetry.span("dispatch"):
        sender.send(messages)
    return messages


def _one_by_one(
    messages: Sequence[Message],
    sender: Sender,
    telemetry: Telemetry,
    refused: dict[str, Refused],
) -> list[Message]:
    taken: list[Message] = []
    for message in messages:
        try:
            taken += _send([message], sender, telemetry)
        except Refused as problem:
            refused[message.id] = problem
            telemetry.count("messages.refused", queue=message.queue)
            _LOG.error("message %s of %s cannot leave: %s", message.id, message.queue, problem)
            if len(refused) >= _MOST_REFUSED:
                raise
    return taken


def _put_aside(
    refused: Mapping[str, Refused],
    ledger: Ledger,
    telemetry: Telemetry,
    notes: Notes,
    now: datetime,
) -> None:
    """Take the oldest out while they are refused and old: noted first, so that none is lost."""
    while oldest := ledger.unsent(limit=1):
        [message] = oldest
        problem, since = refused.get(message.id), ledger.oldest_unsent()
        if problem is None or since is None or now - since < _patience(problem):
            return
        notes.keep(_note(message, problem, now))
        ledger.mark_sent([message.id])
        telemetry.count("messages.aside", queue=message.queue, reason=type(problem).__name__)
        _LOG.error("message %s of %s is put aside: %s", message.id, message.queue, problem)


def _patience(problem: Refused) -> timedelta:
    elsewhere = isinstance(problem, NotFound | NoPermission | NotAllowed)
    return _ANY_FAULT if elsewhere else _ITS_OWN_FAULT


def _note(message: Message, problem: Refused, now: datetime) -> Note:
    return Note(
        queue=message.queue,
        message_id=message.id,
        number=0,
        at=now,
        reason=type(problem).__name__,
        sentence=str(problem),
        tries=0,
        whole=True,
        session=message.session,
        properties=message.properties,
        headers=message.headers,
        lives=message.lives,
        body=canonical_json(message.body),
    )
