"""What somebody says is meant to be: a zero on purpose, or a change of traffic to come."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.wording import spell_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Said by `author` for a `reason`, and true from `since` until `until`: it always ends.

    It names either a `deployment` that waits without traffic, or the `traffic` (per cent by
    deployment) that the endpoint is to have.
    """

    id: str
    author: str
    reason: str
    since: datetime
    until: datetime
    deployment: str | None = None
    traffic: dict[str, float] | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= at < self.until

    def told(self) -> str:
        """As a clause of a sentence: who, why, until when."""
        return f"{self.author} says until {spell_time(self.until)}: {self.reason}"
