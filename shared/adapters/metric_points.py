"""A metric, or one divided by another, as the buckets of a KPI, wherever the values come from."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shared.domain.policy import Aggregation, KpiKind, MetricSource
from shared.domain.world import SeriesPoint

Values = Mapping[str | None, Mapping[datetime, float]]
"""By deployment, which is None where they are not told apart, then by the start of the bucket."""

Read = Callable[[str, Mapping[str, str]], Values]
"""The values of a metric under dimensions; a bucket that was not reported is not there."""

_COUNTED = {Aggregation.TOTAL, Aggregation.COUNT}
_READ_APART = 1.01


def points_of(metric: MetricSource, kind: KpiKind, read: Read) -> tuple[SeriesPoint, ...]:
    """The KPI's buckets by time.

    What a resource did not report is not known, and no 0. It is 0 where the same bucket proves that
    the resource reports: where the metric it is divided by has a value or, for a total or a count
    of some dimensions alone, the metric without them.
    """
    values = read(metric.name, metric.dimensions)
    if metric.per is not None:
        below = read(metric.per, metric.per_dimensions)
        points = [
            _divided(time, deployment, values.get(deployment, {}).get(time, 0.0), weight, kind)
            for deployment, buckets in below.items()
            for time, weight in buckets.items()
        ]
    else:
        counted = metric.aggregation in _COUNTED and metric.dimensions
        reported = read(metric.name, {}) if counted else values
        points = [
            SeriesPoint(
                time=time,
                value=values.get(deployment, {}).get(time, 0.0) if counted else value,
                deployment=deployment,
            )
            for deployment, buckets in reported.items()
            for time, value in buckets.items()
        ]
    return tuple(sorted(points, key=lambda point: (point.time, point.deployment or "")))


def _divided(
    time: datetime, deployment: str | None, value: float, weight: float, kind: KpiKind
) -> SeriesPoint:
    """Two metrics are not read in the same instant: a hundredth more than all of them is all."""
    if kind is KpiKind.MEAN:
        value = value / weight if weight > 0.0 else 0.0
    elif kind is KpiKind.PROPORTION and weight < value <= weight * _READ_APART + 1.0:
        value = weight
    return SeriesPoint(time=time, value=value, weight=weight, deployment=deployment)
