"""A notice: what one receiver is told of one group of alerts at one time."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.alert import AlertKind, Severity


class NoticeReason(StrEnum):
    """Why a notice is sent just now."""

    FIRST = "first"
    NEW_ALERTS = "new_alerts"
    WORSE = "worse"
    SOME_RESOLVED = "some_resolved"
    ALL_RESOLVED = "all_resolved"
    REPEAT = "repeat"
    SILENCE_ENDED = "silence_ended"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_ENDED = "acknowledgement_ended"
    FLAPPING = "flapping"
    CALM = "calm"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticedAlert:
    """One alert in a notice, as the notice tells it.

    `new` says that no notice of this group told it before; `ended` and `over` when and why it is
    over. `owner` acknowledged it. `flapping` says that it comes and goes.
    """

    fingerprint: str
    kind: AlertKind
    severity: Severity
    subject: str
    title: str
    text: str
    first_step: str
    since: datetime
    labels: dict[str, str] = field(default_factory=dict)
    new: bool = False
    ended: datetime | None = None
    over: str | None = None
    owner: str | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a receiver is told of a group: the whole of it as it is now, whatever is new first.

    `group` is the key that updates, acknowledgements and the end share; `number` counts the
    group's notices from 1. `scope` is the model, or what else the alerts belong to. `alerts` are at
    most those that a message can hold; `omitted` counts what was left out, `held` those that
    silences and inhibitions keep back. `summary` is what a language model made of it, if asked.
    """

    id: str
    group: str
    number: int
    receiver: str
    scope: str
    reason: NoticeReason
    severity: Severity
    title: str
    made: datetime
    since: datetime
    alerts: tuple[NoticedAlert, ...]
    labels: dict[str, str] = field(default_factory=dict)
    omitted: int = 0
    held: int = 0
    folded: dict[str, int] = field(default_factory=dict)
    summary: str | None = None

    @property
    def firing(self) -> tuple[NoticedAlert, ...]:
        """Those that are not over."""
        return tuple(alert for alert in self.alerts if alert.ended is None)

    @property
    def resolved(self) -> bool:
        """Whether all of it is over."""
        return not self.firing and not self.omitted and not self.folded
