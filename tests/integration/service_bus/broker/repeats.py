"""Duplicate detection: which message ids were seen lately."""

from datetime import datetime, timedelta


class Repeats:
    """Remembers ids for a window; without a window nothing is a repeat."""

    def __init__(self, window: timedelta | None) -> None:
        self._window = window
        self._seen: dict[str, datetime] = {}

    def is_repeat(self, message_id: str | None, now: datetime) -> bool:
        """Whether the id was seen within the window; from now on it is, either way."""
        if self._window is None or message_id is None:
            return False
        seen = self._seen.get(message_id)
        if seen is not None and seen > now - self._window:
            return True
        self._seen[message_id] = now
        return False
