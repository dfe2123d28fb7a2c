"""What is remembered of one receiver: what it was sent, what is on its way, what has to wait."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.alert import AlertKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is kept of a notice: enough to count it, to list it, and to say that it is over.

    `began` is when its alerts began, `made` when the notice was made. `alerts` counts all of it,
    `kinds` those that are not over; `kind`, `subject` and `fingerprint` are of its first alert.
    """

    notice: str
    scope: str
    title: str
    severity: Severity
    alerts: int
    began: datetime
    made: datetime
    number: int = 1
    kind: AlertKind = AlertKind.CHANNEL_FAILED
    subject: str = ""
    fingerprint: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    resolved: bool = False

    @property
    def spoken(self) -> str:
        """Its title as a sentence has it, which tells an end from what it ends."""
        return f"Over: {self.title}" if self.resolved else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Head):
    """A group that has something to tell since `since`, and waits until `until` because of `why`.

    Only its head is kept: its scope is asked for a fresh notice when its turn comes, `asked` so
    many times so far; what is over is told from the head. `attempts` counts tries that failed.
    """

    since: datetime
    until: datetime
    why: str
    attempts: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What is beyond the receiver's pace, until one digest tells it at `due`.

    `count` counts alerts and `kinds` them by kind; `over` those that people were told of and that
    ended, `again` those of `count` that ended meanwhile. `listed` has the heads of the most urgent
    groups, `groups` and `scopes` recognise the rest by the beginnings of their hashes.
    """

    due: datetime
    count: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    listed: dict[str, Head] = field(default_factory=dict)
    severity: Severity = Severity.INFO
    since: datetime | None = None
    over: int = 0
    again: int = 0
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight(Head):
    """A notice on its way over the channel since `since`; the `attempts`th try is `order`.

    `quiet` changes what people have already and does not count for the pace. A digest carries what
    it tells, so that it can be told again.
    """

    since: datetime
    order: str
    attempts: int = 1
    quiet: bool = False
    carries: Folded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last notice of a group that reached people, delivered at `at`."""

    number: int
    made: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How the channel has done: `failures` in a row since `since`; nothing is sent before `until`.

    It was closed `closings` times in a row, and is tried by one notice each time.
    """

    failures: int = 0
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    closings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverWatch:
    """One receiver: `sent` are the times in its pace's span, `flying` and `waiting` by group.

    `references` hold by group what the channel needs to change a message in place; a group that is
    here is one that people know of, and `last` says by what; of those told until `forgot` some are
    not remembered any more. They belong to `channel`. `tokens`
    were spent on summaries on `day`. `digests` were made so far, the last one arrived at
    `digested`, and at `beyond` the last one that the pace had no other room for. `asked` is when
    the next look was asked for.
    """

    sent: tuple[datetime, ...] = ()
    flying: dict[str, Flight] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    folded: Folded | None = None
    references: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: dict[str, Last] = field(default_factory=dict)
    forgot: datetime | None = None
    breaker: Breaker = field(default_factory=Breaker)
    channel: str = ""
    digests: int = 0
    digested: datetime | None = None
    beyond: datetime | None = None
    tokens: int = 0
    day: str = ""
    looked: datetime | None = None
    asked: datetime | None = None
