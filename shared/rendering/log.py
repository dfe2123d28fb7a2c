"""The log: the plain text."""

from typing import Any

from shared.ports import Sending
from shared.rendering.composing import ROOMS, compose
from shared.rendering.plain import plain_text


def write(sending: Sending) -> dict[str, Any]:
    """`{"text"}`."""
    return {"text": plain_text(compose(sending, ROOMS[0]))}
