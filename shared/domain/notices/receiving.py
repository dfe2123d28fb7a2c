"""What is remembered of one receiver: what it was sent, what is on its way, what has to wait."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.alert import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A notice on its way over the channel since `since`; the `attempts`th try is `order`."""

    notice: str
    scope: str
    since: datetime
    order: str
    attempts: int = 1
    resolved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A group that has something to tell and has to wait until `until`, because of `why`.

    Only its head is kept: its scope is asked for a fresh notice when its turn comes. `attempts`
    counts tries that failed.
    """

    scope: str
    title: str
    severity: Severity
    alerts: int
    since: datetime
    until: datetime
    why: str
    attempts: int = 0
    resolved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What is beyond the receiver's pace, until one digest tells it at `due`.

    `kinds` counts by kind, `listed` has the heads of the first ones by group, `count` all.
    """

    due: datetime
    count: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How the channel has done: `failures` in a row; nothing is sent before `until`."""

    failures: int = 0
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverWatch:
    """One receiver: `sent` are the times in its pace's span, `flying` and `waiting` by group.

    `references` hold by group what the channel needs to change a message in place. `tokens` were
    spent on summaries on `day`. `asked` is when the next look was asked for.
    """

    sent: tuple[datetime, ...] = ()
    flying: dict[str, Flight] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    folded: Folded | None = None
    references: dict[str, dict[str, Any]] = field(default_factory=dict)
    breaker: Breaker = field(default_factory=Breaker)
    tokens: int = 0
    day: str = ""
    looked: datetime | None = None
    asked: datetime | None = None
