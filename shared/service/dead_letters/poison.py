"""What a trigger's message may do when it cannot be handled: come again, or be put aside for good.

The host gives a message back when its function raises, and after ten tries the broker puts it aside
with a sentence of its own. So the last try, and the first that no other can mend, keep a note with
the reason and the message as it came; the message is then done, and the note is the dead letter.
Where no note can be kept the message goes back, and nothing is lost. An event whose world does not
answer is put off instead, for a day.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

from shared.domain.wording import one_line
from shared.errors import DriftgateError, MalformedPayload
from shared.ports import Message, Note, Notes, Telemetry
from shared.service.again import Later
from shared.service.dead_letters.secrecy import SECRET

_LOG = logging.getLogger("driftgate.dead_letters")
MOST_TRIES = 10
"""How often the broker delivers a message: `maxDeliveryCount` of every queue and subscription."""
_MOST_SENTENCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as a trigger gets it; `tries` counts this one."""

    queue: str
    id: str
    number: int
    tries: int
    body: bytes = field(repr=False)
    session: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lives: float | None = None


def take(
    received: Received,
    handle: Callable[[Mapping[str, Any]], object],
    *,
    notes: Notes,
    telemetry: Telemetry,
    later: Later,
    now: datetime,
) -> None:
    """Handle a message; one that cannot be is put aside, or given back by raising.

    Of a queue whose messages hold a token only the reason is kept, so that the broker keeps the
    message: it is raised to the last try. Raises whatever was raised while another try may help.
    """
    try:
        handle(read_body(received.body, received.id))
    except Exception as fault:
        if later(_message(received), fault, received.tries):
            telemetry.count("messages.put_off", queue=received.queue)
            return
        reason, sentence = why(fault)
        final = received.tries >= MOST_TRIES or not _may_help(fault)
        _LOG.log(
            logging.ERROR if final else logging.WARNING,
            "message %s of %s, try %d, %s: %s: %s",
            received.id,
            received.queue,
            received.tries,
            "is put aside" if final else "comes again",
            reason,
            sentence,
        )
        if not final or not _kept(received, reason, sentence, notes, now):
            raise
        telemetry.count("messages.aside", queue=received.queue, reason=reason)
        if received.queue in SECRET:
            raise


def read_body(body: bytes, name: str) -> Mapping[str, Any]:
    """The JSON object that a body has to be. Raises MalformedPayload."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise MalformedPayload(f"Message {name[:128]} is no JSON object; only Driftgate sends any.")
    return value


def why(fault: Exception) -> tuple[str, str]:
    """A word and a sentence; a bug is told by its place, since its words may be anything."""
    if isinstance(fault, DriftgateError):
        return type(fault).__name__, one_line(str(fault), _MOST_SENTENCE)
    frames = extract_tb(fault.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "?"
    kind = type(fault).__name__
    return kind, f"Driftgate failed to handle it: {kind} in {place}."


def _message(received: Received) -> Message:
    """What was sent, as far as it can be read."""
    try:
        body = read_body(received.body, received.id)
    except MalformedPayload:
        body = {}
    return Message(
        id=received.id,
        queue=received.queue,
        session=received.session,
        body=body,
        properties=received.properties,
        headers=received.headers,
        lives=received.lives,
    )


def _may_help(fault: Exception) -> bool:
    """A bug may be one of the moment, so that only what was raised on purpose is final."""
    return not isinstance(fault, DriftgateError) or fault.retryable


def _kept(received: Received, reason: str, sentence: str, notes: Notes, now: datetime) -> bool:
    secret = received.queue in SECRET
    note = Note(
        queue=received.queue,
        message_id=received.id,
        number=received.number,
        at=now,
        reason=reason,
        sentence=sentence,
        tries=received.tries,
        whole=not secret,
        session=received.session,
        properties=received.properties,
        headers=received.headers,
        lives=received.lives,
        body=None if secret else received.body,
    )
    try:
        notes.keep(note)
    except DriftgateError as problem:
        _LOG.error("no note of message %s could be kept: %s", received.id, problem)
        return False
    return True
