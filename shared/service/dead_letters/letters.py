"""One list of everything that was put aside, wherever it lies.

A dead letter lies with the broker, with Driftgate's notes alone, or among the events that Event
Grid gave up. Notes say why, where the broker has only a sentence of its own.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.canonical import content_hash
from shared.errors import DriftgateError, InvalidData, NotFound
from shared.ports import Adapters, DeadEvent, DeadLetter, Message, Note
from shared.service import messages
from shared.service.environment_checks import ENVIRONMENT_CHECKS

EVENT_GRID = "event-grid"
QUEUES = (
    messages.CHECKS,
    messages.PROMOTION_REQUESTS,
    messages.RETRAINING_REQUESTS,
    messages.PROFILING_REQUESTS,
    messages.REPLAYS,
    ENVIRONMENT_CHECKS,
    messages.ALERTS,
    *messages.SUBSCRIPTIONS.values(),
)
SOURCES = (
    *QUEUES,
    messages.UNDELIVERED,
    f"{messages.UNDELIVERED}/dead",
    messages.FINDINGS,
    EVENT_GRID,
)
"""Every place that is looked at; `undelivered` keeps notices, `event-grid` events, and of findings
there is only what could not be sent."""

MOST = 1000
_SHORTEST_ID = 4
_AT_ONCE = 8


class Place(StrEnum):
    """Who has it."""

    BROKER = "broker"
    NOTE = "note"
    EVENT_GRID = "event-grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Something that was put aside; its `id` is the same for as long as it lies there.

    `message` is as it was sent, `original` its body as it came, `note` what Driftgate knows of it.
    """

    id: str
    place: Place
    queue: str
    number: int
    at: datetime
    reason: str
    sentence: str
    tries: int
    message: Message
    original: bytes = field(repr=False)
    note: Note | None = None
    event: DeadEvent | None = None

    @property
    def edited(self) -> bytes | None:
        """What somebody wants to be sent in place of the original, None where nobody does."""
        return None if self.note is None else self.note.edited

    @property
    def content(self) -> bytes:
        """The body that would be sent."""
        return self.original if self.edited is None else self.edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The letters there are, oldest first, and a sentence for each place nobody could look into.

    `more` names the places that hold more than were read.
    """

    letters: tuple[Letter, ...]
    problems: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def find(adapters: Adapters, sources: Sequence[str] = SOURCES, limit: int = MOST) -> Found:
    """At most `limit` letters of each source; one that cannot be read hides no other."""

    def look(source: str) -> list[Letter] | str:
        try:
            return of_source(adapters, source, limit)
        except NotFound:
            return []
        except DriftgateError as problem:
            return f"{source}: {problem}"

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked = dict(zip(sources, pool.map(look, sources), strict=True))
    letters = [one for found in looked.values() if not isinstance(found, str) for one in found]
    return Found(
        letters=tuple(sorted(letters, key=lambda one: (one.at, one.queue, one.number, one.id))),
        problems=tuple(found for found in looked.values() if isinstance(found, str)),
        more=tuple(source for source, found in looked.items() if len(found) >= limit),
    )


def of_source(adapters: Adapters, source: str, limit: int = MOST) -> list[Letter]:
    """The letters of one source. Raises NotFound, NoPermission and Unavailable."""
    notes = adapters.notes.notes(source, limit)
    exact = {(note.message_id, note.number): note for note in notes}
    by_id = {note.message_id: note for note in notes}

    def note_of(name: str, number: int) -> Note | None:
        """Its own note, be there ever so many; an edit of another message of that id is none."""
        own = exact.get((name, number))
        if own is None and len(notes) >= limit:
            own = adapters.notes.note(source, name, number)
        like = by_id.get(name)
        return own if own is not None or like is None else replace(like, edited=None)

    if source == EVENT_GRID:
        given_up = adapters.dead_events.dead_events(limit)
        return [_gave_up(one, note_of(one.id, 0)) for one in given_up]
    lie = [] if source == messages.FINDINGS else adapters.dead_letters.dead_letters(source, limit)
    held = [_of_broker(source, one, note_of(one.message.id, one.number)) for one in lie]
    known = {one.message.id for one in held}
    alone = [_of_note(note) for note in notes if note.whole and note.message_id not in known]
    return [*held, *alone]


def named(found: Found, identities: Sequence[str]) -> list[Letter]:
    """The letters of these ids; the first characters of one are enough.

    Raises NotFound for one that is not there, InvalidData for one that begins several.
    """
    return list({one.id: one for one in (_named(found, name) for name in identities)}.values())


def _named(found: Found, identity: str) -> Letter:
    exact = [one for one in found.letters if one.id == identity]
    begun = [one for one in found.letters if one.id.startswith(identity)]
    among = exact or (begun if len(identity) >= _SHORTEST_ID else [])
    if not among:
        raise NotFound(
            f"There is no dead letter {identity[:80]}; list them with: driftgate deadletters list."
        )
    if len(among) > 1:
        raise InvalidData(f"{identity[:80]} begins the ids of {len(among)} letters; write more.")
    return among[0]


def body_of(content: bytes) -> dict[str, Any] | None:
    """A body as the JSON object that it should be, None where it is none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _said_otherwise(headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, str]:
    """The headers that a message would not get from its body."""
    ours = {
        "subject": body.get("subject"),
        "correlation_id": body.get("correlationid"),
        "content_type": "application/json",
    }
    return {name: value for name, value in headers.items() if value != ours.get(name)}


def _identity(place: Place, queue: str, name: object) -> str:
    return content_hash([place.value, queue, name])[:12]


def _of_broker(queue: str, letter: DeadLetter, note: Note | None) -> Letter:
    """A note knows the reason where the broker counted the tries alone."""
    told = letter if note is None or not note.reason else note
    return Letter(
        id=_identity(Place.BROKER, queue, letter.number),
        place=Place.BROKER,
        queue=queue,
        number=letter.number,
        at=letter.at if note is None or not note.reason else note.at,
        reason=told.reason,
        sentence=told.sentence,
        tries=max(letter.tries, 0 if note is None else note.tries),
        message=letter.message,
        original=letter.original,
        note=note,
    )


def _of_note(note: Note) -> Letter:
    original = note.body or b""
    body = body_of(original)
    return Letter(
        id=_identity(Place.NOTE, note.queue, [note.message_id, note.number]),
        place=Place.NOTE,
        queue=note.queue,
        number=note.number,
        at=note.at,
        reason=note.reason,
        sentence=note.sentence,
        tries=note.tries,
        message=Message(
            id=note.message_id,
            queue=note.queue,
            session=note.session,
            body={"text": original.decode(errors="replace")} if body is None else body,
            properties=note.properties,
            headers=_said_otherwise(note.headers, body or {}),
            lives=note.lives,
        ),
        original=original,
        note=note,
    )


def _gave_up(event: DeadEvent, note: Note | None) -> Letter:
    body = body_of(event.envelope)
    return Letter(
        id=_identity(Place.EVENT_GRID, EVENT_GRID, event.id),
        place=Place.EVENT_GRID,
        queue=EVENT_GRID,
        number=0,
        at=event.at,
        reason=event.reason,
        sentence=event.sentence,
        tries=event.tries,
        message=Message(
            id=event.id,
            queue=EVENT_GRID,
            session="",
            body={"text": event.envelope.decode(errors="replace")} if body is None else body,
        ),
        original=event.envelope,
        note=note,
        event=event,
    )
