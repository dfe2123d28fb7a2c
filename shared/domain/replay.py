"""A replay: which events it tells again, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Of(StrEnum):
    """Where events are looked for: among all that came in, or among all that was decided."""

    ARCHIVE = "archive"
    CHAINS = "chains"


class By(StrEnum):
    """Which time is meant: when it was received (of a chain: decided), or when it happened."""

    RECEIVED = "received"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which events are meant: all that fit every field that is set; of several values one has to.

    Times are [since, until) by the time that `by` names. `verdicts` are of the recorded decision,
    `none` for an event that has none. `where` is a JMESPath predicate over {event, decision}.
    """

    of: Of = Of.ARCHIVE
    by: By = By.RECEIVED
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    vias: tuple[str, ...] = ()
    model: str | None = None
    endpoint: str | None = None
    subject: str | None = None
    correlation: str | None = None
    events: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    where: str | None = None

    @property
    def of_events_alone(self) -> bool:
        """Whether it asks for what only an event that could be read has."""
        return bool(
            self.types
            or self.sources
            or self.model
            or self.endpoint
            or self.subject
            or self.correlation
            or self.verdicts
        )
