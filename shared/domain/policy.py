"""One policy a model: what its owner wants watched, with defaults that need no thought."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Enforcement(StrEnum):
    """Whether a gate blocks, only warns, or is not looked at."""

    ENFORCE = "enforce"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The range a metric must lie in; either end may be open."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a version must show before it is put forward for promotion.

    `min_auc` and `max_latency_ms` are short for entries of `metrics` named `auc` and `latency_ms`.
    `schema` compares the inputs with those of the serving champion.
    """

    min_auc: float | None = None
    max_latency_ms: float | None = None
    metrics: dict[str, Bound] = field(default_factory=dict)
    required_tags: list[str] = field(default_factory=list)
    schema: Enforcement = Enforcement.ENFORCE

    def bounds(self) -> dict[str, Bound]:
        """Every metric that has a limit, the two short forms included."""
        bounds = dict(self.metrics)
        if self.min_auc is not None:
            bounds["auc"] = Bound(min=self.min_auc)
        if self.max_latency_ms is not None:
            bounds["latency_ms"] = Bound(max=self.max_latency_ms)
        return bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A deployment that is meant to have no traffic, why, and until when (`2026-12-24T18:00Z`)."""

    deployment: str
    reason: str
    until: datetime


class TrafficChanges(StrEnum):
    """Whether traffic may be changed by anybody, or only as somebody said beforehand."""

    ANY = "any"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """How long a deployment may go without traffic, for what reason, and how often to look.

    `grace` is for a new deployment, `keep_for` for one that was replaced, `mirror_for` for one
    that only mirrors, `stuck_after` for one that is being written. `standby` names those that wait
    on purpose. Requests count as observed over `observed`.
    """

    grace: timedelta = timedelta(minutes=30)
    look_again: timedelta = timedelta(minutes=30)
    stuck_after: timedelta = timedelta(hours=1)
    keep_for: timedelta = timedelta(days=7)
    mirror_for: timedelta = timedelta(days=14)
    observed: timedelta = timedelta(hours=1)
    changes: TrafficChanges = TrafficChanges.ANY
    standby: list[Standby] = field(default_factory=list)
    severity: str = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """What an endpoint's answers over `window` may look like.

    `max_error_rate` is a share of all answers; `percentile` of them have to come within
    `gates.max_latency_ms`; `max_load` is per cent of processor, memory or disk that one instance
    may hold for ten minutes. `confidence` is kept over a day of looks, not in each of them.
    """

    window: timedelta = timedelta(hours=1)
    max_error_rate: float = 0.01
    percentile: float = 95.0
    max_load: float = 90.0
    confidence: float = 0.99
    severity: str = "critical"


class DriftAlarm(StrEnum):
    """What raises the drift alarm: evidence that adds up, or a window beyond its limit."""

    SEQUENTIAL = "sequential"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How many of the last windows must be beyond a limit before it is an alarm."""

    failing: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPolicy:
    """Which columns are compared with the training data, over what window, against what limit.

    A `window` ends with each period of `every`, or of its own length where that is shorter.
    Predictions are compared like inputs, or with the version's own first window where the training
    data holds none.
    `limit` is a population stability index; `columns` empty means every column of the baseline.
    The sequential alarm takes in the rows of `every` at a time, leaves shifts up to `tolerance`
    (standard deviations) alone, and errs `false_alarms_a_year` times a model; `importance` weighs
    columns, 1 being usual. `persistence` is for the alarm by limits.
    `retrain` says whether drift asks for a retraining.
    """

    columns: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    window: timedelta = timedelta(days=7)
    limit: float = 0.2
    limits: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.95
    alarm: DriftAlarm = DriftAlarm.SEQUENTIAL
    every: timedelta = timedelta(days=1)
    false_alarms_a_year: float = 1.0
    tolerance: float = 0.01
    importance: dict[str, float] = field(default_factory=dict)
    persistence: Persistence = field(default_factory=Persistence)
    retrain: bool = True


class Aggregation(StrEnum):
    """What Azure Monitor makes of the values within a bucket."""

    TOTAL = "total"
    AVERAGE = "average"
    COUNT = "count"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


METRICS_KEPT = timedelta(days=93)
"""For so long Azure Monitor keeps a metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSource:
    """An Azure Monitor metric of any resource, such as an account of Azure AI services.

    `resource` is its id, `namespace` its type when the metric is of another one; `dimensions` keep
    one value each, and `by` is the dimension that names deployments, which are then judged side by
    side. `per` divides by another metric of the resource, for a proportion or a mean. A bucket
    lasts `every`: 1m, 5m, 15m, 30m, 1h, 6h, 12h or 1d.
    """

    resource: str
    name: str
    aggregation: Aggregation = Aggregation.TOTAL
    namespace: str | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    per: str | None = None
    per_dimensions: dict[str, str] = field(default_factory=dict)
    every: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """Files of a data asset, by columns: time, value, what it rests on, and the deployment.

    Rows of one time add up. With `every` rows are put into buckets of that length; a row then
    weighs 1 unless it says otherwise, so that a file with one row a decision will do.
    """

    data: str
    time: str = "time"
    value: str = "value"
    weight: str | None = None
    deployment: str | None = None
    every: timedelta | None = None


class KpiKind(StrEnum):
    """What a KPI's values are, which decides its noise model."""

    PROPORTION = "proportion"
    COUNT = "count"
    MEAN = "mean"


class Direction(StrEnum):
    """Which way a KPI may not go."""

    FALL = "fall"
    RISE = "rise"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiPolicy:
    """One business figure and how far it may move from its seasonal baseline.

    `limit` is a share of the expected value when `relative`, else in the KPI's own unit
    (0.02 is two points of a proportion). `window` is judged, `history` before it is the baseline.
    A bucket counts when it has been over for `late`: one bucket, an hour at most, unless given.
    `silence` is how long values may fail to come: three buckets, or the longest gap there was.
    It is read by `query` (KQL on Log Analytics), from a `metric` or a `table`.
    """

    name: str
    kind: KpiKind = KpiKind.PROPORTION
    direction: Direction = Direction.FALL
    limit: float = 0.1
    relative: bool = True
    window: timedelta = timedelta(days=1)
    history: timedelta = timedelta(days=56)
    confidence: float = 0.95
    severity: str = "critical"
    late: timedelta | None = None
    silence: timedelta | None = None
    query: str | None = None
    metric: MetricSource | None = None
    table: TableSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPolicy:
    """A batch endpoint that scores every so often: a run may come late by `grace`.

    `outputs` names the data asset its rows are written to, which is then watched for drift: each
    run against the first ones since `learn_from`, to be moved on when a change is meant.
    """

    endpoint: str
    every: timedelta = timedelta(days=1)
    grace: timedelta = timedelta(hours=2)
    outputs: str | None = None
    learn_from: datetime | None = None
    severity: str = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPolicy:
    """How long the rows that a model scores may fail to come; `expected` off waits for none.

    No row at all for `silence` is told, and any part of them that stopped once its rows can no
    longer come: they may be `late`, for which a window of drift is judged again once.
    """

    expected: bool = True
    silence: timedelta = timedelta(hours=6)
    late: timedelta = timedelta(hours=2)
    severity: str = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything Driftgate has to know of one model; `model` alone is enough to be valid.

    `training_data` names the data the model was trained on when the registered version does not.
    `promote_to` is the stage a version that passes is put forward for.
    """

    model: str
    endpoint: str | None = None
    owner: str | None = None
    training_data: str | None = None
    promote_to: str = "production"
    gates: Gates = field(default_factory=Gates)
    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    health: HealthPolicy = field(default_factory=HealthPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    collection: CollectionPolicy = field(default_factory=CollectionPolicy)
    kpis: list[KpiPolicy] = field(default_factory=list)
    batch: list[BatchPolicy] = field(default_factory=list)
