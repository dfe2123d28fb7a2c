"""What is told of one thing: how it stands now, and what was decided about it in turn."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.verdict import Verdict


class ThingKind(StrEnum):
    """What can be explained."""

    ALERT = "alert"
    EVENT = "event"
    NOTICE = "notice"
    GROUP = "group"
    GATE = "gate"
    SILENCE = "silence"
    RETRAINING = "retraining"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What was meant: its kind, its whole name, and the subject that knows of it, if one does."""

    kind: ThingKind
    name: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What one decision said of it: by `rule` for `reason`, in the words of then.

    `figures` has the numbers behind it, `about` the group or receiver it is of. The same was found
    `repeats` more times, last at `until`.
    """

    at: datetime
    subject: str
    event: str
    rule: str
    reason: str
    sentence: str
    verdict: Verdict
    decision: str
    thing: str = ""
    about: str = ""
    figures: str = ""
    repeats: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """An alert as it was last told; `over` is why it is no more."""

    fingerprint: str
    kind: str
    severity: str
    subject: str
    title: str
    text: str
    first_step: str
    since: datetime
    labels: dict[str, str] = field(default_factory=dict)
    ended: datetime | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One thing explained.

    `now` says first how it stands, `facts` what it is, `moments` what was decided, oldest first.
    `evidence` and `policy` are the hashes of what the last decision that judged it rested on.
    `commands` are what can be done about it, `notes` what this does not show.
    """

    thing: Thing
    at: datetime
    title: str
    now: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    moments: tuple[Moment, ...] = ()
    alert: AlertFacts | None = None
    evidence: str | None = None
    policy: str | None = None
    commands: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
