"""Dead letters are taken away for good: after they were sent again, or because somebody says so."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from shared.domain.event import EventType
from shared.ports import Adapters
from shared.service.dead_letters.letters import Letter, Place
from shared.service.dead_letters.recording import record
from shared.service.dead_letters.secrecy import SECRET
from shared.service.service import Service

_AT_ONCE = 50


def purge(
    letters: Sequence[Letter],
    *,
    service: Service,
    adapters: Adapters,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> int:
    """Take them away unsent; returns how many. Who did it and why stands in the audit before.

    Of each its id, reason and the hash of its body are recorded, of a secret one no hash.
    """
    by_queue = sorted(letters, key=lambda letter: letter.queue)
    for queue, of_queue in groupby(by_queue, key=lambda letter: letter.queue):
        left = list(of_queue)
        while left:
            batch, left = left[:_AT_ONCE], left[_AT_ONCE:]
            record(
                service,
                EventType.DEAD_LETTERS_PURGED,
                queue,
                [_told(letter) for letter in batch],
                author=author,
                reason=reason,
                now=now,
                via=via,
            )
            remove(batch, adapters)
    return len(letters)


def remove(letters: Sequence[Letter], adapters: Adapters) -> None:
    """Take them away wherever they lie, and what was noted of them last."""
    for queue in sorted({letter.queue for letter in letters}):
        held = {
            letter.number
            for letter in letters
            if letter.queue == queue and letter.place is Place.BROKER
        }
        if held:
            adapters.dead_letters.remove(queue, held)
    for letter in letters:
        if letter.event is not None:
            adapters.dead_events.remove_event(letter.event)
        if letter.note is not None:
            adapters.notes.drop(letter.note)


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "message_id": letter.message.id,
        "number": letter.number,
        "reason": letter.reason,
        "body": None if letter.queue in SECRET else sha256(letter.original).hexdigest(),
    }
