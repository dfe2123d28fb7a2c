"""Lines whose rows could not be read: how many, why, and where the first of them lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Faults(StrEnum):
    """What a line that cannot be read does: it refuses the file, or is counted and passed over.

    Data a model was trained on is refused; what a data collector keeps on writing is counted.
    """

    REFUSE = "refuse"
    COUNT = "count"


class Why(StrEnum):
    """Why the rows of a line could not be read."""

    ELSEWHERE = "elsewhere"
    PAYLOAD = "payload"
    EMPTY = "empty"
    UNTIMED = "untimed"
    BROKEN = "broken"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """How many lines by reason; `example` names a file, a line and its keys, never a value."""

    counts: Mapping[str, int] = field(default_factory=dict)
    example: str = ""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def __add__(self, other: Self) -> Self:
        """Both together; the first example stays."""
        if not isinstance(other, Unread):
            return NotImplemented
        names = {**self.counts, **other.counts}
        return type(self)(
            counts={
                name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in sorted(names)
            },
            example=self.example or other.example,
        )
