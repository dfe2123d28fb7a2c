"""What a dry run tells of one event."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.event import key_of
from shared.service.replaying.difference import Difference
from shared.service.replaying.selection import short_type


class Came(StrEnum):
    """What came of looking at an event again."""

    SAME = "same"
    DIFFERS = "differs"
    LOST = "lost"
    REFUSED = "refused"
    READABLE = "readable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event: whether what is concluded is what was recorded, and else in what it differs.

    `at` is when it was decided, or received where it was not. `version` is the decision's place in
    its subject's chain. `sentence` tells what neither is the same nor differs. `cursor` is where a
    dry run goes on behind it.
    """

    cursor: str
    subject: str
    came: Came
    event: Mapping[str, Any] | None
    at: str
    key: str | None = None
    version: int | None = None
    recorded: str | None = None
    now: str | None = None
    differences: tuple[Difference, ...] = ()
    sentence: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        event = self.event
        return {
            "came": self.came.value,
            "subject": self.subject or None,
            "type": None if event is None else short_type(event),
            "event": None if event is None else event["id"],
            "time": None if event is None else event["time"],
            "correlation": None if event is None else event.get("correlationid"),
            "key": self.key or (None if event is None else key_of(event)),
            "at": self.at,
            "version": self.version,
            "recorded": self.recorded,
            "now": self.now,
            "differences": to_plain(self.differences),
            "sentence": self.sentence,
            "cursor": self.cursor,
        }
