"""What people do with dead letters, as events of the audit: decided, and chained like any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash
from shared.domain.event import Event, EventType
from shared.domain.people.signed import signed
from shared.service.people.saying import say
from shared.service.service import Service

SOURCE = "driftgate/deadletters"


def subject_of(queue: str) -> str:
    """The subject whose chain tells what became of a queue's dead letters."""
    return f"deadletters/{queue.replace('/', '.')}"


def record(
    service: Service,
    kind: EventType,
    queue: str,
    letters: Sequence[Mapping[str, Any]],
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> None:
    """Say who does what with which letters, before it is done; the same said again is one event.

    Raises InvalidData for a name or a reason that cannot be printed, and Unavailable: then nothing
    is done.
    """
    author, reason = signed(author=author, reason=reason)
    said: dict[str, Any] = {
        "queue": queue,
        "author": author,
        "reason": reason,
        "letters": [dict(letter) for letter in letters],
    }
    event = Event(
        id=content_hash([kind.value, said])[:32],
        source=SOURCE,
        type=kind,
        subject=subject_of(queue),
        time=now,
        data=said,
    )
    say(service, event, via)
