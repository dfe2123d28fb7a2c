"""What a decision about alerts, silences and receivers rests on."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.notices import Notice, Silence
from shared.domain.policy import Fleet
from shared.domain.state import AlertRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsEvidence:
    """The fleet's rules, the silences, and what the subjects that raise the alerts say now.

    `truth` holds by subject its alerts by fingerprint, read just now: one that is missing or over
    there is over, whatever message was lost. `unread` names subjects that could not be read,
    `moved` those that another scope looks after by now, with that scope's subject.
    `problem` says why the fleet's file cannot be used: then the last good rules are not known and
    everything goes to the log.
    """

    taken: datetime
    fleet: Fleet = field(default_factory=Fleet)
    silences: tuple[Silence, ...] = ()
    truth: dict[str, dict[str, AlertRecord]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverEvidence:
    """What the fleet's rules say of the receiver; one that they no longer name is told nothing.

    `notice` is that of the event, read; `unread` says why it cannot be read.
    """

    taken: datetime
    fleet: Fleet = field(default_factory=Fleet)
    problem: str | None = None
    notice: Notice | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilencesEvidence:
    """The fleet's rules, and the scopes that have alerts and are to look again."""

    taken: datetime
    fleet: Fleet = field(default_factory=Fleet)
    scopes: tuple[str, ...] = ()
    problem: str | None = None
