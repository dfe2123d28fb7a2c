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
    """So many at most `per` span; what is over comes in a digest. 1 or more."""
    per: timedelta = timedelta(hours=1)
    """The span of `notices`. 1m or more."""
    burst: int = 5
    """So many at once, within `burst_per`. 1 or more."""
    burst_per: timedelta = timedelta(minutes=5)
    """The span of `burst`; counts as no longer than `per`. 1m or more."""

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
    """Notices of more characters get one. 1 or more."""
    tokens_a_day: int = 50_000
    """So many tokens are spent a day. 1 or more."""


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
    """Small letters, digits and hyphens, up to 50; once in the file."""
    channel: ChannelKind
    """The way to them."""
    secret: str | None = None
    """The NAME of the setting `DRIFTGATE_SECRET_NAME` that holds the address or key."""
    address: str | None = None
    """Where a webhook posts, or PagerDuty in Europe."""
    to: list[str] = field(default_factory=list)
    """Mail addresses, 50 at most."""
    room: str | None = None
    """A Slack channel's id, for a bot."""
    area: str | None = None
    """The area path of a work item."""
    type: str = "Issue"
    """The type of a work item."""
    template: str | None = None
    """A file beside the fleet's that replaces the text."""
    resolved: bool = True
    """Whether they are told that it is over."""
    pace: Pace = field(default_factory=Pace)
    """How many notices they get."""
    summary: SummaryRule | None = None
    """Whether long notices open with a summary by a language model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of some days in a time zone, such as `days: [mon-fri]` with `hours: 22:00-06:00`."""

    days: list[str] = field(default_factory=list)
    """Days such as `mon-fri`; empty is every day."""
    hours: str | None = None
    """Hours such as `22:00-06:00`; none is all day."""
    zone: str = "UTC"
    """The time zone of both, by its IANA name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsOf:
    """Alerts by kind, severity and labels; empty is any, and a list is any of it."""

    kind: list[str] = field(default_factory=list)
    """Kinds; empty is any."""
    severity: list[str] = field(default_factory=list)
    """Severities; empty is any."""
    labels: dict[str, str] = field(default_factory=dict)
    """Labels, with `*` and `?` in their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """While one of `source` fires, those of `target` are not told, where `equal` labels agree.

    A label that neither has is equal. What matches both never mutes another that does.
    """

    source: AlertsOf
    """What has to fire for the others not to be told."""
    target: AlertsOf
    """What is not told then."""
    equal: list[str] = field(default_factory=list)
    """Labels in which the two have to agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRules:
    """How long a silence may last, and an acknowledgement that names no end."""

    longest: timedelta = timedelta(days=14)
    """How far away a silence's end may be. 1m or more."""
    acknowledged_for: timedelta = timedelta(hours=24)
    """How long an acknowledgement lasts that names no end. 1m or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingBudget:
    """What all retrainings together may cost in a span, and how many may run at once.

    Costs are in the unit that the policies use, such as euros; None is no limit.
    """

    SHORT: ClassVar[str] = "cost"
    cost: float | None = None
    """What all retrainings may cost `per` span; none is no limit. Above 0."""
    per: timedelta = timedelta(days=30)
    """The span of `cost`. 1h or more."""
    at_once: int | None = None
    """How many may run at once; none is no limit. 1 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """How long is kept what came in, what decisions rest on, and what they say; null is for ever.

    Thirteen months of the first two let a month be decided again beside the same month a year
    before. Decisions are small, hold no row of data, and are the record itself.
    """

    archive: timedelta | None = timedelta(days=400)
    """Payloads as they came in; null is for ever. 7d or more."""
    evidence: timedelta | None = timedelta(days=400)
    """What decisions rest on; not longer than `decisions`; null is for ever. 7d or more."""
    decisions: timedelta | None = None
    """What was decided; null is for ever. 7d or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Everything Driftgate has to know of all models together; it is the file `fleet.yaml`.

    `routes` are tried in order after the model's own; an alert that none takes goes to `default`.
    `hours` are what routes name to mute. `inhibit` adds to the built-in inhibitions, which
    `built_in_inhibitions: false` turns off.
    """

    receivers: list[ReceiverPolicy] = field(default_factory=list)
    """Who can be told, and how; 200 at most."""
    routes: list[Route] = field(default_factory=list)
    """Which alerts go to whom, tried in order after the model's own."""
    default: str | None = None
    """The receiver of an alert that no route takes."""
    hours: dict[str, Hours] = field(default_factory=dict)
    """Times of day by name, which routes mention."""
    inhibit: list[Inhibition] = field(default_factory=list)
    """Alerts that are not told while another fires, besides the built-in ones."""
    built_in_inhibitions: bool = True
    """Whether the built-in inhibitions hold."""
    silences: SilenceRules = field(default_factory=SilenceRules)
    """How long silences and acknowledgements may last."""
    retraining: RetrainingBudget = field(default_factory=RetrainingBudget)
    """What all retrainings together may cost."""
    retention: RetentionRules = field(default_factory=RetentionRules)
    """How long is kept what came in and what was decided."""

    def receiver(self, name: str) -> ReceiverPolicy | None:
        """The receiver of that name."""
        return next((one for one in self.receivers if one.name == name), None)
