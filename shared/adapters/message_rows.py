"""What the ledgers keep as the text of one row: a message, and when each check reported."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from shared.domain.canonical import format_time, parse_time, plain_json
from shared.domain.glance import Glance
from shared.ports import Message

_USUAL = tuple(field.name for field in fields(Message) if field.name != "headers")


def message_to_json(message: Message) -> str:
    """Every field of a message in one canonical text; headers, which are rare, where it has any.

    So a version from before there were headers reads it too.
    """
    plain: dict[str, Any] = {name: getattr(message, name) for name in _USUAL}
    scheduled = message.scheduled
    plain["scheduled"] = None if scheduled is None else format_time(scheduled)
    if message.headers:
        plain["headers"] = message.headers
    return plain_json(plain).decode()


def message_from_json(text: str) -> Message:
    """Read back what `message_to_json` wrote."""
    plain = json.loads(text)
    scheduled = plain["scheduled"]
    return Message(**{**plain, "scheduled": None if scheduled is None else parse_time(scheduled)})


def message_or_text(text: str, queue: str) -> tuple[Message, bytes]:
    """A message of a queue and its body as it came; what is no message comes as its `text`."""
    message = readable(text)
    if message is not None:
        return message, plain_json(message.body)
    original = text if isinstance(text, bytes) else str(text).encode()
    shown = {"text": original.decode(errors="replace")}
    identity = f"unreadable-{sha256(original).hexdigest()[:32]}"
    return Message(id=identity, queue=queue, session="", body=shown), original


def readable(text: str) -> Message | None:
    """The message, None where a row holds none: one must not keep the others from being read."""
    try:
        message = message_from_json(text)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    return message if isinstance(message.body, dict) else None


@lru_cache(maxsize=10_000)
def glance_from_json(text: str) -> Glance:
    """A subject at a glance as it is kept; asked for with every list, and seldom another one."""
    return Glance.of(json.loads(text))


@lru_cache(maxsize=10_000)
def checks_from_json(text: str | None) -> Mapping[str, datetime]:
    """The times of a state's `checks`; none where it has none.

    Of most subjects they are asked for far more often than they change.
    """
    return {check: parse_time(time) for check, time in json.loads(text or "{}").items()}
