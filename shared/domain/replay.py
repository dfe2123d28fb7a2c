"""A replay: which events it tells again, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WAYS_IN = (
    "event-grid",
    "event-grid-dead-letters",
    "azure-devops",
    "azure-monitor",
    "environment-check",
    "command",
    "api",
    "demo",
    "delivery",
    "promotion",
    "retraining",
    "replay",
)
"""By which way anything comes in, as it is kept with it (`via`)."""


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


class ReplayPhase(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWatch:
    """A replay that tells events again: what it was asked for, and how far it has come.

    `by` asked for it `because`, at `asked`; told `again` is what was decided too, at most `rate` a
    minute. `expected` is how many events it was thought to tell. `step` is the number of the step
    that is ordered, `cursor` the last event that was looked at. `told` were sent, `skipped` are
    decided already, `refused` cannot be read. `changed` is when its phase last did, and `said_by`,
    `said` who stopped or resumed it and why, or what it failed of.
    """

    phase: ReplayPhase
    selection: Selection
    again: bool
    rate: float
    by: str
    because: str
    asked: datetime
    changed: datetime
    expected: int | None = None
    step: int = 1
    cursor: str | None = None
    told: int = 0
    skipped: int = 0
    refused: int = 0
    advanced: datetime | None = None
    said_by: str | None = None
    said: str | None = None
