"""What metrics say of a deployment's instances: how hard they work, how many there are."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters.azure.metric_answers import Minutes, averages, dimension
from shared.domain.load import highest_held, most_lately
from shared.domain.world import Load

if TYPE_CHECKING:
    from azure.monitor.querymetrics import Metric, MetricsQueryResult

PROCESSOR = "CpuUtilizationPercentage"
MEMORY = "CpuMemoryUtilizationPercentage"
DISK = "DiskUtilization"
GPU = "GpuUtilizationPercentage"
CAPACITY = "DeploymentCapacity"


def loads_of(
    utilization: "Iterable[MetricsQueryResult]",
    capacity: "Iterable[MetricsQueryResult]",
    end: datetime,
) -> dict[str, Load]:
    """The load of each deployment that has any value, by its name in lower case.

    An answer does not name its resource, and comes in any order; its metrics' ids do.
    """
    measured = _by_deployment(utilization)
    counted = _by_deployment(capacity)
    loads = {
        name: _load(measured.get(name, {}), counted.get(name, {}), end)
        for name in measured.keys() | counted.keys()
    }
    return {name: load for name, load in loads.items() if load != Load()}


def _by_deployment(results: "Iterable[MetricsQueryResult]") -> dict[str, dict[str, "Metric"]]:
    found: dict[str, dict[str, Metric]] = {}
    for result in results:
        for metric in result.metrics:
            resource = metric.id.casefold().partition("/providers/microsoft.insights/")[0]
            found.setdefault(resource.rpartition("/")[2], {})[metric.name] = metric
    return found


def _load(measured: dict[str, "Metric"], counted: dict[str, "Metric"], end: datetime) -> Load:
    return Load(
        cpu=_held(measured.get(PROCESSOR)),
        memory=_held(measured.get(MEMORY)),
        disk=_held(measured.get(DISK), fullest=True),
        gpu=_held(measured.get(GPU)),
        instances=_states(counted.get(CAPACITY), end),
    )


def _held(metric: "Metric | None", *, fullest: bool = False) -> float | None:
    """By instance; `fullest` takes the fullest of an instance's disks, not their average."""
    if metric is None:
        return None
    instances = []
    for series in metric.timeseries:
        if fullest:
            values = {p.timestamp: p.maximum for p in series.data if p.maximum is not None}
        else:
            values = averages(series)
        instances.append(values)
    return highest_held(instances)


def _states(metric: "Metric | None", end: datetime) -> dict[str, int]:
    states: dict[str, Minutes] = {}
    for series in () if metric is None else metric.timeseries:
        counts = states.setdefault(dimension(series, "State"), {})
        for time, value in averages(series).items():
            counts[time] = counts.get(time, 0.0) + value
    return most_lately({state: counts for state, counts in states.items() if state}, end)
