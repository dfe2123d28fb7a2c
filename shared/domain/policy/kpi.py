"""Business figures: where they are read and how far they may move."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


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
    """The resource's id, `/subscriptions/...`."""
    name: str
    """The metric's name in the REST API."""
    aggregation: Aggregation = Aggregation.TOTAL
    """What Azure Monitor makes of the values of a bucket."""
    namespace: str | None = None
    """The metric's namespace, where it is not the resource's type."""
    dimensions: dict[str, str] = field(default_factory=dict)
    """Dimensions that keep one value each."""
    by: str | None = None
    """The dimension that names deployments, which are then judged side by side."""
    per: str | None = None
    """Another metric of the resource that it is divided by."""
    per_dimensions: dict[str, str] = field(default_factory=dict)
    """Dimensions of that one."""
    every: timedelta = timedelta(hours=1)
    """The length of a bucket: 1m, 5m, 15m, 30m, 1h, 6h, 12h or 1d."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """Files of a data asset, by columns: time, value, what it rests on, and the deployment.

    Rows of one time add up. With `every` rows are put into buckets of that length; a row then
    weighs 1 unless it says otherwise, so that a file with one row a decision will do.
    """

    data: str
    """The data asset's name."""
    time: str = "time"
    """The column with the time."""
    value: str = "value"
    """The column with the value."""
    weight: str | None = None
    """The column with what the value rests on; 1 each without one."""
    deployment: str | None = None
    """The column that names the deployment."""
    every: timedelta | None = None
    """Rows are put into buckets of so long. 1m or more."""


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
    It is read by `query` (KQL on Log Analytics), from a `metric` or a `table`. With `retrain` a
    change that no change of deployments explains asks for a retraining.
    """

    name: str
    """The figure's name, once in a policy."""
    kind: KpiKind = KpiKind.PROPORTION
    """What its values are: `proportion`, `count` or `mean`."""
    direction: Direction = Direction.FALL
    """Which way it may not go."""
    limit: float = 0.1
    """How far it may go: a share of what is expected, or its own unit. Above 0."""
    relative: bool = True
    """Whether `limit` is a share of the expected value."""
    window: timedelta = timedelta(days=1)
    """The values of so long are judged, not shorter than a bucket."""
    history: timedelta = timedelta(days=56)
    """The values of so long before are the baseline. 7d or more."""
    confidence: float = 0.95
    """Of the interval. Between 0 and 1."""
    severity: str = "critical"
    """How bad it is when it moved."""
    late: timedelta | None = None
    """A bucket counts when it has been over for so long; one bucket, an hour at most, unless given.

    """
    silence: timedelta | None = None
    """How long values may fail to come; three buckets or the longest gap there was, unless given.

    """
    query: str | None = None
    """KQL on Log Analytics that reads it; one of `query`, `metric` and `table`."""
    metric: MetricSource | None = None
    """An Azure Monitor metric that is read."""
    table: TableSource | None = None
    """Files of a data asset that are read."""
    retrain: bool = False
    """Whether a change without a change of deployments asks for a retraining."""
