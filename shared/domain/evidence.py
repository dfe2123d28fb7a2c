"""Snapshots of the facts a decision used, each with the time it was true.

`problem` is one sentence when the facts could not be had; the decision then says `error`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.state import DeploymentWatch, TrafficShift
from shared.domain.world import DeploymentHealth, Endpoint, Job, ModelVersion, SeriesPoint


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

    `calibration` says what unchanged windows do; `steps` are the profiles of the periods since
    the last look, in order, the last of them ending at `watched_until`.
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

    `reported` maps `subject check` to a time; `periods` gives the seconds between two runs of a
    check; `unsent` counts messages waiting, the oldest of them since `unsent_since`;
    `policy_problems` has one sentence for each policy file that cannot be used.
    """

    taken: datetime
    reported: dict[str, datetime] = field(default_factory=dict)
    periods: dict[str, float] = field(default_factory=dict)
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
    | KpiEvidence
    | ServiceEvidence
    | BatchEvidence
    | RunEvidence
    | AlertTarget
    | NoEvidence
)
