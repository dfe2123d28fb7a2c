"""A message as the text of one row."""

import json

from shared.domain.canonical import canonical_json, parse_time
from shared.ports import Message


def message_to_json(message: Message) -> str:
    """Every field of a message in one canonical text."""
    return canonical_json(message).decode()


def message_from_json(text: str) -> Message:
    """Read back what `message_to_json` wrote."""
    plain = json.loads(text)
    scheduled = plain["scheduled"]
    return Message(**{**plain, "scheduled": None if scheduled is None else parse_time(scheduled)})
