"""One event as its page shows it: out of the archive and the ledger."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.bootstrap import Application
from shared.domain.chain.links import is_stub
from shared.errors import NotFound
from shared.ports import ArchivedEvent
from shared.service.queries import shown

_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """An event, and the decision that it led to; both may be missing.

    `data` is what it says, `payload` how it came. `erased` is a decision whose contents are gone.
    """

    key: str
    type: str
    subject: str | None
    id: str | None
    time: str | None
    received: datetime
    via: str
    refusal: str | None
    data: str
    payload: str
    decision: Mapping[str, Any] | None
    erased: bool


def kept(here: Application, key: str) -> ArchivedEvent:
    """An event by its key. Raises NotFound for one that is not kept."""
    archived = here.archive.get(key)
    if archived is None:
        raise NotFound(
            f"There is no event {key[:80]} among those that are kept; the list has every one."
        )
    return archived


def view_of(here: Application, archived: ArchivedEvent) -> EventView:
    """The event with the decision that it led to."""
    event = archived.event or {}
    subject = event.get("subject")
    stored = None if subject is None else here.ledger.decision(subject, archived.key)
    erased = stored is not None and is_stub(stored)
    return EventView(
        key=archived.key,
        type=_short(event.get("type")),
        subject=subject,
        id=event.get("id"),
        time=event.get("time"),
        received=archived.received,
        via=archived.via,
        refusal=archived.refusal,
        data=_pretty(event.get("data")),
        payload=_payload(archived.body),
        decision=None if stored is None or erased else shown(stored),
        erased=erased,
    )


def _short(kind: str | None) -> str:
    return "not readable" if kind is None else kind.rpartition(".")[2]


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)[:_LONGEST]


def _payload(body: bytes) -> str:
    """As it came: laid out where it is JSON, else its text."""
    try:
        return _pretty(json.loads(body))
    except (ValueError, RecursionError):
        return body[:_LONGEST].decode("utf-8", errors="replace")
