"""The time, and what Driftgate tells of itself while it works."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def __call__(self) -> datetime:
        """The present instant."""


class Telemetry(Protocol):
    """Follows an event from trigger to dispatch, and counts."""

    def span(
        self, name: str, parent: str | None = None, **attributes: str
    ) -> AbstractContextManager[None]:
        """A step of a trace; `parent` is the W3C traceparent that came with a message."""

    def traceparent(self) -> str | None:
        """Where we are, for a message to take along; None where nothing is traced."""

    def count(self, name: str, by: int = 1, **attributes: str) -> None:
        """Add to a counter."""

    def gauge(self, name: str, value: float, **attributes: str) -> None:
        """Set a value that goes up and down."""
