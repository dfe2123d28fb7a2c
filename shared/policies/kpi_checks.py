"""What the types of a KPI's source cannot say: one source, a real resource, buckets there are."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from shared.domain.policy import METRICS_KEPT, Aggregation, KpiKind, KpiPolicy, MetricSource
from shared.domain.resource_id import read_resource_id

_GRAINS = {
    timedelta(minutes=1): "1m",
    timedelta(minutes=5): "5m",
    timedelta(minutes=15): "15m",
    timedelta(minutes=30): "30m",
    timedelta(hours=1): "1h",
    timedelta(hours=6): "6h",
    timedelta(hours=12): "12h",
    timedelta(days=1): "1d",
}
_ADDED = {Aggregation.TOTAL, Aggregation.COUNT}


def source_problems(kpi: KpiPolicy) -> Iterator[str]:
    """Each fault of where a KPI is read, as a sentence without its full stop."""
    at = f"kpis.{kpi.name}"
    sources = {"query": kpi.query, "metric": kpi.metric, "table": kpi.table}
    named = [name for name, source in sources.items() if source is not None]
    if len(named) > 1:
        yield f"{at} names {' and '.join(named)}; keep one of them"
    if kpi.metric is not None:
        yield from _metric_problems(kpi, kpi.metric, at)
    every = kpi.metric.every if kpi.metric else kpi.table.every if kpi.table else None
    if every is not None and kpi.window < every:
        yield f"{at}.window is shorter than a bucket; give as long as `every` or longer"
    if kpi.table is not None and every is not None and every < timedelta(minutes=1):
        yield f"{at}.table.every is below a minute; give 1h, 1d or the like"


def _metric_problems(kpi: KpiPolicy, metric: MetricSource, at: str) -> Iterator[str]:
    try:
        read_resource_id(metric.resource)
    except ValueError as problem:
        yield f"{at}.metric.resource: {problem}"
    if not metric.name.strip():
        yield f"{at}.metric.name is empty; give the metric's name in the REST API"
    if metric.every not in _GRAINS:
        yield f"{at}.metric.every is no bucket of Azure's; choose one of " + ", ".join(
            _GRAINS.values()
        )
    if kpi.kind is KpiKind.PROPORTION and metric.per is None:
        yield f"{at} is a proportion, which a metric is only with `per`; name what it is divided by"
    if metric.per is not None and metric.aggregation not in _ADDED:
        yield (
            f"{at}.metric divides {metric.aggregation}s, which do not add up; with `per` use the "
            "aggregation total or count"
        )
    if metric.per is None and metric.per_dimensions:
        yield f"{at}.metric.per_dimensions is set without `per`; name the metric they are of"
    if metric.by is not None and metric.by in {*metric.dimensions, *metric.per_dimensions}:
        yield f"{at}.metric.by is {metric.by}, which `dimensions` keeps at one value; leave one out"
    for key, value in {**metric.dimensions, **metric.per_dimensions}.items():
        if value.strip() in {"", "*"} or any(unicodedata.category(c) == "Cc" for c in value):
            yield f"{at}.metric.dimensions.{key} is {value!r}; name one of its values"
    if kpi.history + kpi.window > METRICS_KEPT:
        yield (
            f"{at} looks back {(kpi.history + kpi.window) / timedelta(days=1):g}d, but Azure keeps "
            f"metrics for {METRICS_KEPT.days}d; shorten history or window"
        )
