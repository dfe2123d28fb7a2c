"""Facts about models and endpoints as they were read at one moment."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.policy import KpiKind, MetricSource

RETRAINING_TAG = "driftgate-retraining"
PROFILING_TAG = "driftgate-profiling"
"""What a job, its step and the version that comes of them are tagged with: a retraining's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """One input, output or parameter of a model's signature, with MLflow's name of its type.

    A tensor has its `shape` (-1 where any length goes) and numpy's name of its type. `fields` are
    those of an object; an array or a map has one, of its items or values. `default` is a
    parameter's, as JSON. MLflow says neither `nullable` nor the range `min` to `max` nor
    `categories`: these are declared beside it, and None is not declared. `enforced` says that the
    model refuses what lies outside of the declared range and categories.
    """

    name: str
    type: str
    required: bool = True
    nullable: bool | None = None
    min: float | None = None
    max: float | None = None
    categories: tuple[str, ...] | None = None
    enforced: bool = False
    shape: tuple[int, ...] | None = None
    fields: tuple["ColumnSpec", ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A registered model version; versions are strings and need not be numbers.

    `metrics` are those of the run that made it, `measured` says where they were read (None: they
    are written on the version itself, as tags or properties). `unreadable` holds, by name, what is
    recorded in place of a number, and of a declared column (`schema.age`) what is no JSON.
    `inputs`, `outputs` and `params` are its signature (empty: none recorded), `training_data`
    names the data it was trained on. `created_by` registered it; `properties` are written once,
    where `tags` may be changed by whoever may write. `retraining` is the id of what it came of, as
    its run is tagged.
    """

    name: str
    version: str
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    inputs: tuple[ColumnSpec, ...] = ()
    training_data: str | None = None
    run: str | None = None
    registered: datetime | None = None
    archived: bool = False
    properties: dict[str, str] = field(default_factory=dict)
    measured: str | None = None
    unreadable: dict[str, str] = field(default_factory=dict)
    outputs: tuple[ColumnSpec, ...] = ()
    params: tuple[ColumnSpec, ...] = ()
    created_by: str | None = None
    environment: str | None = None
    retraining: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment of an endpoint; `model` and `version` as far as they are known.

    `provisioning_state` is Azure's word: Creating, Updating, Scaling, Deleting, Succeeded,
    Failed or Canceled. `changed` is when the resource was last written, `created` when it was made.
    `instances` of `instance_type` are paid for; `sampling` is the per cent of requests whose rows
    are collected, `outputs_sampling` that of their outputs, each drawn on its own.
    """

    name: str
    provisioning_state: str
    model: str | None = None
    version: str | None = None
    changed: datetime | None = None
    instances: int | None = None
    instance_type: str | None = None
    sampling: float | None = None
    created: datetime | None = None
    outputs_sampling: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a deployment answered in a span, as one source counted it.

    `errors` are the endpoint's fault (`shared.domain.blame`): `by_model` of them its container
    answered itself, `timed_out` came too late, the others are the platform's. `throttled` were
    answered 429, `refused` for what the caller sent. `slow` took longer than the limit that was
    asked for; a source that knows percentiles only tells `slow_bounds` instead. `latency` holds
    percentiles in milliseconds (50, 90, 95, 99); they are not `exact` when the source only gives
    averages of percentiles a minute.
    """

    requests: int
    errors: int = 0
    throttled: int = 0
    slow: int | None = None
    latency: dict[int, float] = field(default_factory=dict)
    exact: bool = True
    by_model: int = 0
    timed_out: int = 0
    refused: int = 0
    slow_bounds: tuple[int, int] | None = None
    first_error: datetime | None = None
    last_error: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBucket:
    """What a deployment answered in one bucket, which begins at `time`.

    `errors` are the endpoint's fault (`shared.domain.blame`), `slow` took longer than the limit
    that was asked for, None where the source cannot count them. `mean` is in milliseconds, of the
    `timed` answers whose duration is known, as are the percentiles of `latency` (50, 90, 95, 99).
    """

    time: datetime
    requests: int
    errors: int = 0
    timed: int = 0
    mean: float | None = None
    latency: dict[int, float] = field(default_factory=dict)
    slow: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How hard a deployment's instances worked in the last hour (`shared.domain.load`).

    Each figure is the highest per cent that one instance held for ten minutes. `instances` counts
    them by Azure's word for their state; None is what was not measured.
    """

    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None
    gpu: float | None = None
    instances: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentHealth:
    """What one deployment answered and how hard it worked; None for what no source told.

    `load_problem` is the sentence that says why its load could not be read.
    """

    served: Served | None = None
    load: Load | None = None
    load_problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An online endpoint: what is deployed, what is declared and what is mirrored.

    `traffic` and `mirror_traffic` are per cent by deployment; a missing key means 0. `changed` is
    when the resource was last written.
    """

    name: str
    provisioning_state: str
    traffic: dict[str, float] = field(default_factory=dict)
    mirror_traffic: dict[str, float] = field(default_factory=dict)
    deployments: tuple[Deployment, ...] = ()
    changed: datetime | None = None

    def serving(self) -> Deployment | None:
        """The deployment with the largest declared share, None when every share is 0."""
        candidates = [d for d in self.deployments if self.traffic.get(d.name, 0) > 0]
        return max(candidates, key=lambda d: (self.traffic[d.name], d.name), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPoint:
    """One bucket of a KPI: its start, its numerator or mean, and its denominator or exposure.

    With a `deployment` it is what that one did in the bucket; the KPI is all of them together.
    """

    time: datetime
    value: float
    weight: float | None = None
    deployment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuestion:
    """A KPI to read in [start, end), as its policy says where.

    `query` is what its owner asks Log Analytics, `metric` what Azure Monitor is asked. `kind` says
    what a metric divided by another becomes.
    """

    name: str
    start: datetime
    end: datetime
    query: str | None = None
    metric: MetricSource | None = None
    kind: KpiKind = KpiKind.PROPORTION


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesAnswer:
    """The buckets by time, or the sentence that says why there are none."""

    points: tuple[SeriesPoint, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFiles:
    """Where rows lie, for the profile engine to read; `time_column` cuts windows out of them."""

    paths: tuple[str, ...]
    time_column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A training or scoring job; `state` is Azure's word, such as Queued, Running, Completed.

    `started` and `ended` are None while they did not happen, or when nobody kept them.
    `deployment` is that of the batch endpoint which scored, where the run's tags tell it.
    """

    name: str
    state: str
    started: datetime | None = None
    ended: datetime | None = None
    deployment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A job to start: a registered component with its inputs, on a compute, under a name.

    The name makes a repeat harmless. An input that begins with `azureml:` is a data asset.
    `offers` are given only as far as the component declares an input of their name. The `tags` are
    those of the job and of its step. `component` is `name:version`.
    """

    name: str
    component: str
    compute: str
    experiment: str
    inputs: dict[str, str | int | float | bool] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
