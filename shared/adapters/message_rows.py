"""What the ledgers keep as the text of one row: a message, and when each check reported."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from shared.domain.canonical import format_time, parse_time, plain_json
from shared.ports import Message

_FIELDS = fields(Message)


def message_to_json(message: Message) -> str:
    """Every field of a message in one canonical text."""
    plain: dict[str, Any] = {field.name: getattr(message, field.name) for field in _FIELDS}
    scheduled = message.scheduled
    plain["scheduled"] = None if scheduled is None else format_time(scheduled)
    return plain_json(plain).decode()


def message_from_json(text: str) -> Message:
    """Read back what `message_to_json` wrote."""
    plain = json.loads(text)
    scheduled = plain["scheduled"]
    return Message(**{**plain, "scheduled": None if scheduled is None else parse_time(scheduled)})


def checks_from_json(text: str | None) -> dict[str, datetime]:
    """The times of a state's `checks`; none where it has none."""
    return {check: parse_time(time) for check, time in json.loads(text or "{}").items()}
