"""Metrics of resources described in files, aggregated as Azure Monitor would."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from shared.adapters.embedded.tables import read_times
from shared.adapters.metric_points import Values, points_of
from shared.adapters.names import is_plain_name
from shared.domain.policy import Aggregation, MetricSource
from shared.domain.resource_id import read_resource_id
from shared.domain.world import SeriesAnswer, SeriesQuestion
from shared.errors import InvalidData, NotFound

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MADE: dict[Aggregation, Callable[[list[float]], float]] = {
    Aggregation.TOTAL: sum,
    Aggregation.AVERAGE: fmean,
    Aggregation.COUNT: len,
    Aggregation.MINIMUM: min,
    Aggregation.MAXIMUM: max,
}


def read_metric(folder: Path, asked: SeriesQuestion, metric: MetricSource) -> SeriesAnswer:
    """A KPI out of `<resource name>/<metric>.csv`: `time,value` and a column a dimension.

    Each row is a sample. A resource that lies in another goes by its own name alone.
    """

    def read(name: str, dimensions: Mapping[str, str]) -> Values:
        return _read(folder, asked, metric, name, dimensions)

    try:
        return SeriesAnswer(points=points_of(metric, asked.kind, read))
    except (NotFound, InvalidData) as problem:
        return SeriesAnswer(problem=str(problem))


def _read(
    folder: Path,
    asked: SeriesQuestion,
    metric: MetricSource,
    name: str,
    dimensions: Mapping[str, str],
) -> Values:
    try:
        resource = read_resource_id(metric.resource).name
    except ValueError as problem:
        raise InvalidData(f"The KPI {asked.name}: {problem}.") from problem
    path = folder / resource / f"{name}.csv"
    if not (is_plain_name(resource) and is_plain_name(name) and path.is_file()):
        raise NotFound(f"The workspace has no metric {name} of {resource}.")
    samples: dict[str | None, dict[datetime, list[float]]] = {}
    for time, row in read_times(path):
        bucket = _EPOCH + metric.every * ((time - _EPOCH) // metric.every)
        inside = asked.start <= bucket and bucket + metric.every <= asked.end
        if not inside or any(row.get(key) != value for key, value in dimensions.items()):
            continue
        try:
            value = float(row.get("value") or "missing")
        except ValueError as problem:
            raise InvalidData(
                f"{path.name} at {time.isoformat()}: value is {row.get('value')!r}; give a number."
            ) from problem
        deployment = (row.get(metric.by) or None) if metric.by is not None else None
        samples.setdefault(deployment, {}).setdefault(bucket, []).append(value)
    make = _MADE[metric.aggregation]
    return {
        deployment: {time: make(values) for time, values in buckets.items()}
        for deployment, buckets in samples.items()
    }
