"""What holds for all models: who is told and how, what retraining may cost, what is kept."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from shared.domain.policy.alerts import Route


class ChannelKind(StrEnum):
    """The ways to people; each has one adapter."""

    LOG = "log"
    TEAMS = "teams"
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    WEBHOOK = "webhook"
    WORK_ITEM = "work-item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many notices in so long, and few of them at once; what is over is folded into a digest.

    No more than `burst` come within `burst_per`, two more if they are critical; `burst_per` counts
    as no longer than `per`. With as many as `notices`, `burst` bounds nothing.
    """

    notices: int = 30
    per: timedelta = timedelta(hours=1)
    burst: int = 5
    burst_per: timedelta = timedelta(minutes=5)

    @property
    def at_once(self) -> timedelta:
        """Notices within so long count as one burst."""
        return min(self.burst_per, self.per)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRule:
    """A notice of more characters than `longer_than` opens with a summary by a language model.

    No more than `tokens_a_day` are spent on them; beyond, the notice goes without.
    """

    longer_than: int = 1500
    tokens_a_day: int = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverPolicy:
    """Somebody who is told, over one channel.

    `secret` names the setting `DRIFTGATE_SECRET_<secret>` that holds the address or key: the
    webhook of Teams or Slack, Slack's bot token, PagerDuty's routing key, a webhook's signing key.
    `to` are mail addresses, `room` a Slack channel's id, `address` a webhook's or PagerDuty's in
    Europe, `area` and `type` those of a work item. `template` is a file beside the fleet's that
    replaces the text. With `resolved: false` nobody is told that it is over.
    """

    name: str
    channel: ChannelKind
    secret: str | None = None
    address: str | None = None
    to: list[str] = field(default_factory=list)
    room: str | None = None
    area: str | None = None
    type: str = "Issue"
    template: str | None = None
    resolved: bool = True
    pace: Pace = field(default_factory=Pace)
    summary: SummaryRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of some days in a time zone, such as `days: [mon-fri]` with `hours: 22:00-06:00`."""

    days: list[str] = field(default_factory=list)
    hours: str | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsOf:
    """Alerts by kind, severity and labels; empty is any, and a list is any of it."""

    kind: list[str] = field(default_factory=list)
    severity: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """While one of `source` fires, those of `target` are not told, where `equal` labels agree.

    A label that neither has is equal. What matches both never mutes another that does.
    """

    source: AlertsOf
    target: AlertsOf
    equal: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRules:
    """How long a silence may last, and an acknowledgement that names no end."""

    longest: timedelta = timedelta(days=14)
    acknowledged_for: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingBudget:
    """What all retrainings together may cost in a span, and how many may run at once.

    Costs are in the unit that the policies use, such as euros; None is no limit.
    """

    SHORT: ClassVar[str] = "cost"
    cost: float | None = None
    per: timedelta = timedelta(days=30)
    at_once: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """How long is kept what came in, what decisions rest on, and what they say; null is for ever.

    Thirteen months of the first two let a month be decided again beside the same month a year
    before. Decisions are small, hold no row of data, and are the record itself.
    """

    archive: timedelta | None = timedelta(days=400)
    evidence: timedelta | None = timedelta(days=400)
    decisions: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Everything Driftgate has to know of all models together; it is the file `fleet.yaml`.

    `routes` are tried in order after the model's own; an alert that none takes goes to `default`.
    `hours` are what routes name to mute. `inhibit` adds to the built-in inhibitions, which
    `built_in_inhibitions: false` turns off.
    """

    receivers: list[ReceiverPolicy] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    default: str | None = None
    hours: dict[str, Hours] = field(default_factory=dict)
    inhibit: list[Inhibition] = field(default_factory=list)
    built_in_inhibitions: bool = True
    silences: SilenceRules = field(default_factory=SilenceRules)
    retraining: RetrainingBudget = field(default_factory=RetrainingBudget)
    retention: RetentionRules = field(default_factory=RetentionRules)

    def receiver(self, name: str) -> ReceiverPolicy | None:
        """The receiver of that name."""
        return next((one for one in self.receivers if one.name == name), None)
