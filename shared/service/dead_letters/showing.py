"""A dead letter as people and programs see it: without what may be a secret."""

import json
from base64 import b64encode
from collections.abc import Mapping
from difflib import unified_diff
from hashlib import sha256
from typing import Any

from shared.domain.canonical import format_time
from shared.domain.event import EXTENSION_PREFIX
from shared.service.dead_letters.letters import Letter, body_of
from shared.service.dead_letters.secrecy import SECRET

_NO_SECRET = frozenset(
    {"model", "version", "stage", "run", "pipeline", "asked", "due", "timeout", "attempt", "tries"}
)
"""What may be seen of a message that waits with a token: anything else of it is withheld."""


def listed(letter: Letter) -> dict[str, Any]:
    """One letter in few words, without its body."""
    body = message_of(letter)
    return {
        "id": letter.id,
        "queue": letter.queue,
        "number": letter.number,
        "at": format_time(letter.at),
        "reason": letter.reason,
        "sentence": letter.sentence,
        "tries": letter.tries,
        "message_id": letter.message.id,
        "subject": _text(body, "subject"),
        "type": type_of(body),
        "session": letter.message.session,
        "correlation_id": letter.message.headers.get("correlation_id")
        or _text(body, "correlationid"),
        "properties": dict(letter.message.properties),
        "headers": dict(letter.message.headers),
        "lives": letter.message.lives,
        "bytes": len(letter.original),
        "place": letter.place.value,
        "edited": letter.edited is not None,
    }


def shown(letter: Letter) -> dict[str, Any]:
    """The whole of it: the body, and how it was changed. Bytes that are no text come as base64."""
    whole = {**listed(letter), "message": message_of(letter)}
    if letter.queue in SECRET:
        return whole
    if body_of(letter.original) is None:
        whole["original"] = b64encode(letter.original).decode()
    if letter.edited is not None:
        whole["diff"] = diff(letter.original, letter.edited)
        whole["edited_message"] = body_of(letter.edited)
    return whole


def message_of(letter: Letter) -> dict[str, Any]:
    """The body as it came; of one that may hold a token, only what is none."""
    body = dict(letter.message.body)
    if letter.queue not in SECRET:
        return body
    seen = {name: value for name, value in body.items() if name in _NO_SECRET}
    return {**seen, "withheld": sorted(set(body) - _NO_SECRET)}


def type_of(body: Mapping[str, Any]) -> str | None:
    """What kind of event a body tells, without the prefix of Driftgate's own."""
    told = _text(body, "type") or _text(body, "eventType")
    return None if told is None else told.removeprefix(EXTENSION_PREFIX)


def diff(original: bytes, edited: bytes) -> str:
    """A unified diff of two bodies, spelled so that only what differs shows."""
    return "\n".join(
        unified_diff(
            _lines(original), _lines(edited), fromfile="original", tofile="edited", lineterm=""
        )
    )


def diff_hash(letter: Letter) -> str | None:
    """What stands in the audit of a change: the SHA-256 of its diff, None without a change."""
    if letter.edited is None:
        return None
    return sha256(diff(letter.original, letter.edited).encode()).hexdigest()


def _lines(content: bytes) -> list[str]:
    body = body_of(content)
    if body is None:
        return content.decode(errors="replace").splitlines()
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None
