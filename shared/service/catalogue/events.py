"""One event as it was kept, with what was decided of it and what was sent because of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.chain.links import is_stub
from shared.domain.event import Event
from shared.errors import NotFound
from shared.ports import Archive, ArchivedEvent, Ledger
from shared.service import queries
from shared.service.history.spans import MOST_DECISIONS

MOST_TEXT = 65_536
_MOST_OUTBOX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTold:
    """A message that a decision sent; it `waits` while it is in the outbox still."""

    id: str
    action: str
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTold:
    """An event: how it came in, what it says, what was decided of it and sent.

    `payload` is the text that was kept, its first 64 KB where it is longer (`cut`), None for who
    may not see it. `erased` says that the contents of its decision were.
    """

    key: str
    received: datetime
    via: str
    payload: str | None
    cut: bool
    event: Mapping[str, Any] | None
    refusal: str | None
    erased: bool
    decisions: tuple[Mapping[str, Any], ...]
    sent: tuple[MessageTold, ...]


def event_of(archive: Archive, ledger: Ledger, key: str, *, shows_payload: bool) -> EventTold:
    """By the key it is kept under. Raises NotFound."""
    archived = archive.get(key)
    if archived is None:
        raise NotFound(
            f"No event {key[:80]} is kept: it never came in, or its time is over; see "
            "/api/v1/events."
        )
    text = archived.body.decode("utf-8", "replace")
    decision = _decided(archived, ledger)
    kept = [] if decision is None or is_stub(decision) else [decision]
    unsent = {message.id for message in ledger.unsent(_MOST_OUTBOX)}
    return EventTold(
        key=archived.key,
        received=archived.received,
        via=archived.via,
        payload=text[:MOST_TEXT] if shows_payload else None,
        cut=shows_payload and len(text) > MOST_TEXT,
        event=archived.event,
        refusal=archived.refusal,
        erased=decision is not None and is_stub(decision),
        decisions=tuple(queries.shown(one) for one in kept),
        sent=tuple(
            MessageTold(id=str(message), action=str(action["action"]), waits=message in unsent)
            for one in kept
            for action, message in zip(one["actions"], one["messages"], strict=False)
            if message is not None
        ),
    )


def decision_of(ledger: Ledger, subject: str, name: str) -> dict[str, Any]:
    """A decision of a subject by its hash, among its newest. Raises NotFound."""
    for decision in ledger.decisions(subject, limit=MOST_DECISIONS):
        if decision["hash"] == name:
            return queries.shown(decision)
    raise NotFound(
        f"None of the newest {MOST_DECISIONS} decisions of {subject[:80]} is {name[:80]}; see "
        "/api/v1/decisions."
    )


def _decided(archived: ArchivedEvent, ledger: Ledger) -> Mapping[str, Any] | None:
    if archived.event is None:
        return None
    event = Event.from_cloud_event(archived.event)
    return ledger.decision(event.subject, event.key)
