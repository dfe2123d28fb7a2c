"""Reads messages of our own queues: whoever else writes there is refused at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shared.errors import MalformedPayload

_NOT_OURS = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


@contextmanager
def ours(what: str) -> Iterator[None]:
    """What lacks a field, or has another than ours, is a MalformedPayload that shows nothing of it.

    Only reading belongs in here: a fault of ours would be taken for one of the message.
    """
    try:
        yield
    except _NOT_OURS as problem:
        raise MalformedPayload(
            f"A message is no {what} of Driftgate's own ({type(problem).__name__}); only Driftgate "
            "may write there."
        ) from problem


def order_of(body: Mapping[str, Any], what: str) -> tuple[str, Mapping[str, Any]]:
    """The action that a message asks for, and its data. Raises MalformedPayload."""
    with ours(what):
        data = body["data"]
        return str(data["action"]), data
