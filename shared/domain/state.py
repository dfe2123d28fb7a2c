"""What is remembered of one subject between two decisions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.alert import Alert
from shared.domain.collected import Seen
from shared.domain.notices import ReceiverWatch, ScopeWatch, Silence
from shared.domain.people.intent import Intent
from shared.domain.profiling import OrderedProfile, ProfilingWatch
from shared.domain.promotion import ApprovalSaid, Override, Promotion
from shared.domain.replay import ReplayWatch
from shared.domain.retraining import BudgetWatch, RetrainingWatch


class AlertStatus(StrEnum):
    """Whether a problem is still there."""

    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """An alert with its history: when it was first posted and, if so, when it was over."""

    alert: Alert
    status: AlertStatus
    posted: datetime
    resolved: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentWatch:
    """A deployment over time: complete since `completed`, its traffic `arrived` and `left`.

    `unfinished` is since when it is being written, `mirrored` since when it only mirrors,
    `requested` when a request to it was last seen. `carries` is its model version and `instances`
    their number at the last look, `created` when the resource was made, `written` the last time it
    was written as far as that was told, `first_seen` when it was first looked at.
    """

    completed: datetime
    arrived: datetime | None = None
    left: datetime | None = None
    unfinished: datetime | None = None
    mirrored: datetime | None = None
    requested: datetime | None = None
    carries: str | None = None
    instances: int | None = None
    created: datetime | None = None
    written: datetime | None = None
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficShift:
    """Declared shares since `time`, as far as that is known; `by` is who changed them, if told.

    They were seen first at `seen`, and the look before was at `after`: an event of that time is
    that of the change, and `told` is the last such. `planned` says that somebody had said so, or
    that nothing was known before. `instances` are those that the deployments had when seen.
    """

    time: datetime
    shares: dict[str, float]
    models: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    planned: bool = False
    after: datetime | None = None
    seen: datetime | None = None
    told: datetime | None = None
    instances: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Azure did not do what was asked at `time`: nothing but an event ever tells of it.

    It is spoken of until `until`, unless a later try succeeds. `by` asked for it, `correlation`
    finds it in Azure's activity log, both where the event tells. One whose `outcome` is `deleted`
    is none: it keeps refusals from before that deletion, told after it, from being news.
    """

    time: datetime
    until: datetime
    outcome: str = "failure"
    by: str | None = None
    correlation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWindow:
    """A window [start, end) first judged at `judged`, by the files that were `seen`.

    `rows` and `counts`, the hash of what was counted in them, are what its verdict rests on. It is
    judged again once at most, and `closed` then.
    """

    start: datetime
    end: datetime
    judged: datetime
    seen: Seen
    rows: int
    counts: str
    verdict: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWatch:
    """How far a model's inputs were watched, and what is remembered of them.

    Evidence up to `until` is in `packed`, against the baseline of `version`; `recent` holds the
    verdicts of the last windows, oldest first; the last of these are those of `windows`, which may
    be judged again. `began` is since when there is something to make a baseline of. `ordered` is
    the profile that the last look waits for.
    """

    version: str | None = None
    until: datetime | None = None
    packed: str = ""
    recent: tuple[str, ...] = ()
    windows: tuple[JudgedWindow, ...] = ()
    began: datetime | None = None
    ordered: OrderedProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What one deployment keeps in one collection: when its last row was, and its columns.

    `columns` gives the share of rows that had a value, while the deployment `carries` a version.
    """

    last: datetime | None = None
    carries: str | None = None
    columns: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionWatch:
    """What is remembered of a model's collected rows: first looked at `since`.

    `inputs` and `outputs` hold a stream by deployment.
    """

    since: datetime | None = None
    inputs: dict[str, Stream] = field(default_factory=dict)
    outputs: dict[str, Stream] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWatch:
    """A source of events: heard of from `first` to `last`.

    `gaps` counts the times it came again after another hour had begun, `longest` is the longest of
    the silences between, in seconds.
    """

    first: datetime
    last: datetime
    gaps: int = 0
    longest: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWatch:
    """What is remembered of Driftgate itself.

    `waiting` says since when a check (`subject check`) that never reported is waited for. `sources`
    were heard of until `heard`.
    """

    waiting: dict[str, datetime] = field(default_factory=dict)
    sources: dict[str, SourceWatch] = field(default_factory=dict)
    heard: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsWatch:
    """The rows that one deployment of a batch endpoint wrote, run by run.

    `learnt` names the runs whose rows are the baseline, `rows` counts those of runs that were as
    usual, `starts` holds when the watched runs began, oldest first; `last` is the newest of all.
    """

    learnt: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    starts: tuple[datetime, ...] = ()
    last: datetime | None = None
    drift: DriftWatch = field(default_factory=DriftWatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWatch:
    """A batch endpoint over time: waited for since `since`, a run every `every` seconds.

    `seen` is when a run that tells no time was first seen, None before anybody looked; `judged`
    names the runs whose rows were looked at, `outputs` watches them by deployment, learnt from
    `learn_from` on.
    """

    since: datetime
    every: float
    seen: dict[str, datetime | None] = field(default_factory=dict)
    judged: tuple[str, ...] = ()
    learn_from: datetime | None = None
    outputs: dict[str, OutputsWatch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertInstance:
    """One time an alert rule of Azure Monitor fired, in whatever order its two events came.

    It `lasts` until then unless it is told again; `fingerprint` is that of the alert it became.
    """

    fired: datetime | None = None
    resolved: datetime | None = None
    lasts: datetime | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTold:
    """When a monitor last told that a signal is breached, and in which of its runs."""

    time: datetime
    root: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorWatch:
    """A monitor of Azure's own: `told` by signal, `completed` by run, oldest first."""

    told: dict[str, SignalTold] = field(default_factory=dict)
    completed: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectState:
    """The memory of one subject, replaced as a whole by each decision.

    `alerts` by fingerprint, `deployments` by name (endpoints), `baselines` by model version,
    `versions` gives the gates' last verdict on each version that was judged, `promotions` are those
    that are open and the last that ended, oldest first, `overrides` what somebody let pass,
    `approvals` what people said of promotions to Driftgate, `checks` holds when each check last
    reported, `drift` the watch of a model's inputs and `predictions` that of what it made of them,
    `collection` what was collected of both, `traffic` the shares an endpoint had, oldest first,
    `intents` what somebody said is meant to be,
    `unhealthy` until when each health alert last had its reason, `batch` watches batch endpoints by
    name, `monitor` a monitor of Azure's own, `azure_alerts` the times an alert rule fired,
    `refused` what Azure did not do, by deployment (empty for the endpoint itself), `unfinished`
    since when the endpoint is being written, `asked` the next look that was asked for, `service`
    what is known of Driftgate itself, `scope` what is told of a scope's alerts, `receiver` how a
    receiver is told, `silences` those of the fleet, `retraining` a model's retrainings, `budget`
    what they all may cost, `profiling` what is counted elsewhere for a model, `replay` how far a
    replay has come, `last_hash` ends the subject's decision chain.
    """

    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    deployments: dict[str, DeploymentWatch] = field(default_factory=dict)
    baselines: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()
    overrides: tuple[Override, ...] = ()
    approvals: tuple[ApprovalSaid, ...] = ()
    checks: dict[str, datetime] = field(default_factory=dict)
    drift: DriftWatch = field(default_factory=DriftWatch)
    predictions: DriftWatch = field(default_factory=DriftWatch)
    collection: CollectionWatch = field(default_factory=CollectionWatch)
    service: ServiceWatch = field(default_factory=ServiceWatch)
    traffic: tuple[TrafficShift, ...] = ()
    intents: tuple[Intent, ...] = ()
    unhealthy: dict[str, datetime] = field(default_factory=dict)
    batch: dict[str, BatchWatch] = field(default_factory=dict)
    monitor: MonitorWatch = field(default_factory=MonitorWatch)
    azure_alerts: dict[str, AlertInstance] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    unfinished: datetime | None = None
    asked: datetime | None = None
    scope: ScopeWatch = field(default_factory=ScopeWatch)
    receiver: ReceiverWatch = field(default_factory=ReceiverWatch)
    silences: tuple[Silence, ...] = ()
    retraining: RetrainingWatch = field(default_factory=RetrainingWatch)
    budget: BudgetWatch = field(default_factory=BudgetWatch)
    profiling: ProfilingWatch = field(default_factory=ProfilingWatch)
    replay: ReplayWatch | None = None
    last_hash: str = ""
