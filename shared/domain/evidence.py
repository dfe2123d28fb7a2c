"""Snapshots of the facts a decision used, each with the time it was true.

`problem` is one sentence when the facts could not be had; the decision then says `error`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.domain.collected import Joined, RowsSeen, Seen
from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.world import (
    Deployment,
    DeploymentHealth,
    Endpoint,
    Job,
    ModelVersion,
    SeriesPoint,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence:
    """A registered version, the version that serves now, and the new version's baseline.

    `baseline` names the stored profile of the training data; None with `baseline_problem`.
    `version` is the one that was looked at where no event named it, `judged` the newest one where
    the gates have seen it before.
    """

    taken: datetime
    version: str | None = None
    judged: str | None = None
    candidate: ModelVersion | None = None
    champion: ModelVersion | None = None
    baseline: str | None = None
    baseline_problem: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingEvidence:
    """An endpoint as read, and the requests seen since `observed_since`, by deployment.

    `requests` is None when nothing is logged, which is not the same as no requests;
    `requests_problem` says why they could not be counted. `gone` says that the workspace was read
    and lists no such endpoint. `logs` has the redacted container logs of deployments that failed or
    are stuck, `log_problems` one sentence for each that could not be read.
    """

    taken: datetime
    endpoint: Endpoint | None = None
    requests: dict[str, int] | None = None
    observed_since: datetime | None = None
    requests_problem: str | None = None
    gone: bool = False
    problem: str | None = None
    logs: dict[str, str] = field(default_factory=dict)
    log_problems: dict[str, str] = field(default_factory=dict)


class WindowNews(StrEnum):
    """What is new of a window and its files since it was judged."""

    NEW = "new"
    WAITING = "waiting"
    CHANGED = "changed"
    SETTLED = "settled"
    UNCHANGED = "unchanged"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedWindow:
    """A window [start, end) with its files as they are now, and its profile where it was read.

    The profile of the latest window is kept once, as that of the look.
    """

    start: datetime
    end: datetime
    news: WindowNews
    seen: Seen
    profile: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedSpan:
    """The rows collected in a span, and how many of the requests' rows each deployment collects.

    `sampling` is per cent by deployment, of inputs and of outputs, as far as it is known.
    `predicted` names the columns of the window that come from the outputs.
    """

    inputs: RowsSeen = field(default_factory=RowsSeen)
    outputs: RowsSeen = field(default_factory=RowsSeen)
    joined: Joined | None = None
    sampling: dict[str, float] = field(default_factory=dict)
    outputs_sampling: dict[str, float] = field(default_factory=dict)
    predicted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEvidence:
    """An endpoint, and what each of its deployments answered in [start, end).

    `health` is None when no source knows the endpoint. `healing` is the same since `healing_since`,
    when an alert last had its reason; it is read while one waits for an end. `logs` holds the
    redacted container logs of deployments with too many errors, `log_problems` why one could not be
    read.
    """

    taken: datetime
    start: datetime
    end: datetime
    endpoint: Endpoint | None = None
    health: dict[str, DeploymentHealth] | None = None
    healing_since: datetime | None = None
    healing: dict[str, DeploymentHealth] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    log_problems: dict[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEvidence:
    """The profile of the training data and of one window [start, end) of inference data.

    `window` is None when it was judged before and nothing asks to read it again. `calibration` says
    what unchanged windows do; `steps` are the profiles of the periods since the last look that can
    no longer get rows, in order, the last of them ending at `watched_until`. `looked` tells what
    became of the files of this window and of those before it that are not closed, the latest last.
    `collected` counts the rows behind the window. `predictions` is the same look at what the
    model made of its inputs, where the training data knows nothing of that: `began` is since when.
    """

    taken: datetime
    start: datetime
    end: datetime
    version: str | None = None
    baseline: dict[str, Any] | None = None
    window: dict[str, Any] | None = None
    calibration: dict[str, Any] | None = None
    steps: tuple[dict[str, Any], ...] = ()
    watched_until: datetime | None = None
    looked: tuple[LookedWindow, ...] = ()
    collected: CollectedSpan | None = None
    predictions: "DriftEvidence | None" = None
    began: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentCollected:
    """What one deployment served and collected in a span.

    `requests` were observed while their rows can no longer come late, `since_last` of them after
    its last input row and `hour_left` in the rest of that row's hour; None is what nobody counted
    or asked. Since `steady` input rows came without a gap: `steady_rows` of `steady_requests`.
    `inputs_since` are the input rows after its last output row.
    """

    deployment: Deployment
    inputs: RowsSeen = field(default_factory=RowsSeen)
    outputs: RowsSeen = field(default_factory=RowsSeen)
    joined: Joined | None = None
    requests: int | None = None
    since_last: int | None = None
    hour_left: int | None = None
    steady: datetime | None = None
    steady_rows: int = 0
    steady_requests: int | None = None
    inputs_since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEvidence:
    """What the deployments of a model collected in [start, end), late rows being due at `settled`.

    `bodies` names deployments that keep requests' bodies only. `endpoint` is None where it is gone
    or nothing was looked at.
    """

    taken: datetime
    start: datetime
    settled: datetime
    end: datetime
    endpoint: str | None = None
    deployments: tuple[DeploymentCollected, ...] = ()
    bodies: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiSeries:
    """One KPI as read up to `end`: its history before `start`, and the buckets from then on."""

    name: str
    start: datetime
    end: datetime
    history: tuple[SeriesPoint, ...] = ()
    recent: tuple[SeriesPoint, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiEvidence:
    """Every KPI the policy names, as read, and what the endpoint was serving meanwhile.

    `traffic` are its shares over time, `deployments` those it has now. `healthy` is when its health
    was last looked at, if no alert of errors, slowness or saturation is open.
    """

    taken: datetime
    series: tuple[KpiSeries, ...] = ()
    endpoint: str | None = None
    traffic: tuple[TrafficShift, ...] = ()
    deployments: dict[str, DeploymentWatch] = field(default_factory=dict)
    healthy: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence:
    """Driftgate's own pulse: when each check of each subject last reported, and the outbox.

    `reported` maps `subject check` to a time; of those that reported in time `on_time` has the
    number by check only. `never` names those that are waited for and never reported, `gone` those
    that are told of and waited for no more; `more` counts by check what these lists leave out.
    `unlisted` says why the subjects could not be read. `periods` gives the seconds between two runs
    of a check; `arrivals` when each source of events was heard of until `heard`; `unsent` counts
    messages waiting, the oldest of them since `unsent_since`; `policy_problems` has one sentence
    for each policy file that cannot be used.
    """

    taken: datetime
    reported: dict[str, datetime] = field(default_factory=dict)
    periods: dict[str, float] = field(default_factory=dict)
    on_time: dict[str, int] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    more: dict[str, int] = field(default_factory=dict)
    unlisted: str | None = None
    arrivals: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    heard: datetime | None = None
    unsent: int = 0
    unsent_since: datetime | None = None
    policy_problems: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """The rows one run wrote between `start` and `end`, profiled in the bins of the baseline.

    `rows` is None when they could not be told, for the `reason` and in the sentence `problem`.
    """

    run: str
    start: datetime
    end: datetime
    rows: int | None = None
    profile: dict[str, Any] | None = None
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutputs:
    """Runs of one deployment not looked at before, and what earlier ones wrote.

    `base` profiles the run whose rows chose the bins; `learnt` those of the runs `names`, the
    first of which is that run.
    """

    deployment: str
    base: dict[str, Any] | None = None
    names: tuple[str, ...] = ()
    learnt: tuple[dict[str, Any], ...] = ()
    runs: tuple[RunRows, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLook:
    """A batch endpoint's jobs, and the rows its last runs wrote where the policy wants them."""

    endpoint: str
    jobs: tuple[Job, ...] = ()
    outputs: tuple[BatchOutputs, ...] = ()
    problem: str | None = None
    outputs_problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEvidence:
    """Every batch endpoint the policy names, as read."""

    taken: datetime
    looks: tuple[BatchLook, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """Who waits for a run: models whose policy names its batch endpoint, a monitor that is known.

    `models` may also be all that have a batch endpoint, when the run does not say which is its.
    """

    taken: datetime
    models: tuple[str, ...] = ()
    monitor: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTarget:
    """What an alert of Azure Monitor is about, where it is an endpoint that is known.

    `model` and `owner` are those of the policy that speaks of the endpoint.
    """

    taken: datetime
    endpoint: str | None = None
    deployment: str | None = None
    model: str | None = None
    owner: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEvidence:
    """For events that are only recorded: nothing was looked up."""

    taken: datetime
    problem: str | None = None


Evidence = (
    PromotionEvidence
    | RoutingEvidence
    | HealthEvidence
    | DriftEvidence
    | CollectionEvidence
    | KpiEvidence
    | ServiceEvidence
    | BatchEvidence
    | RunEvidence
    | AlertTarget
    | NoEvidence
)
