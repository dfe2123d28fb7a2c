"""A note of what was put aside as it is kept: the same text in a row or in a blob."""

import json
from base64 import b64decode, b64encode
from dataclasses import fields

from shared.domain.canonical import canonical_json, content_hash, parse_time
from shared.ports import Note

_BYTES = frozenset({"body", "edited"})


def note_key(note: Note) -> str:
    """What a note is kept under: the same message put aside again is the same note."""
    return key_of(note.queue, note.message_id, note.number)


def key_of(queue: str, message_id: str, number: int) -> str:
    """What the note of one message would be kept under."""
    return content_hash([queue, message_id, number])


def note_to_json(note: Note) -> bytes:
    """A note as it is kept; what came as bytes is kept as base64."""
    plain = {field.name: getattr(note, field.name) for field in fields(note)}
    for name in _BYTES:
        plain[name] = None if plain[name] is None else b64encode(plain[name]).decode()
    return canonical_json(plain)


def note_from_json(content: bytes) -> Note:
    """Read back what `note_to_json` wrote."""
    plain = json.loads(content)
    for name in _BYTES:
        plain[name] = None if plain[name] is None else b64decode(plain[name])
    return Note(**{**plain, "at": parse_time(plain["at"])})
