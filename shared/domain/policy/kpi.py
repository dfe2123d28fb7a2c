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
    It is read by `query` (KQL on Log Analytics), from a `metric` or a `table`. With `retrain` a
    change that no change of deployments explains asks for a retraining.
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
    retrain: bool = False
