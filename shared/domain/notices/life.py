"""What is remembered of the alerts of one scope, and of what receivers were told of them."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.alert import Alert, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has taken an alert on: it is not repeated before `until` unless it grows worse."""

    author: str
    reason: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLife:
    """An alert as its scope knows it.

    `of` is the subject whose decisions raise and end it, `decision` the hash of the last that did.
    It is here since `raised`, over since `ended` because of `over`. `changes` are the last times it
    began or ended, oldest first. `outlived` names the silences that it had once been over under.
    """

    alert: Alert
    of: str
    raised: datetime
    decision: str = ""
    ended: datetime | None = None
    over: str | None = None
    acknowledged: Acknowledgement | None = None
    changes: tuple[datetime, ...] = ()
    flapping: bool = False
    outlived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAs:
    """How a group's last notice told an alert: how severe, and whether it was over."""

    severity: Severity
    over: bool = False
    flapping: bool = False
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWatch:
    """A group of alerts for one receiver, by the labels its route groups by.

    Its next flush is `due`; the last notice was its `number`th, sent at `sent`, and said `told` by
    fingerprint. `held` says for those that were kept back when it was last looked at which rule
    held them, and what (`silence 3f2a`, `inhibited by 9c1d`, `mute nights`).
    """

    receiver: str
    labels: dict[str, str] = field(default_factory=dict)
    began: datetime
    due: datetime | None = None
    sent: datetime | None = None
    number: int = 0
    told: dict[str, ToldAs] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeWatch:
    """The alerts of one scope by fingerprint, and the groups they are told in, by key.

    `looked` is the latest time it was looked at, which a clock that goes back does not undo;
    `asked` when the next look was asked for. `dropped` counts alerts beyond what is kept.
    """

    lives: dict[str, AlertLife] = field(default_factory=dict)
    groups: dict[str, GroupWatch] = field(default_factory=dict)
    looked: datetime | None = None
    asked: datetime | None = None
    dropped: int = 0
