"""KPIs out of the metrics of any resource that a policy names: an endpoint, an AI service."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import add
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.answers import text
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.metric_filter import filter_of
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_names import path_of
from shared.adapters.metric_points import points_of
from shared.domain.policy import METRICS_KEPT, Aggregation, MetricSource
from shared.domain.resource_id import ResourceId, read_resource_id
from shared.domain.world import SeriesAnswer, SeriesQuestion
from shared.errors import DriftgateError, InvalidData, NotFound, Unavailable
from shared.recent import Recent

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.monitor.querymetrics import MetricsClient

API_VERSION = "2021-04-01"
_MOST_AT_ONCE = timedelta(days=30)
_MOST_POINTS = 1440
_MOST_SERIES = 1000
_REGION = re.compile(r"[a-z0-9]{2,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_REGIONS = 4096
_Buckets = dict[str | None, dict[datetime, float]]


class ResourceMetrics:
    """Asks the metrics endpoint of each resource's region, which is read once from the resource.

    `endpoint` may hold `{region}`. Ids come from policies, never from events.
    """

    def __init__(
        self,
        manager: ResourceManager,
        credential: "TokenCredential",
        *,
        endpoint: str,
        audience: str = "https://metrics.monitor.azure.com",
        **options: Any,
    ) -> None:
        self._manager = manager
        self._credential = credential
        self._endpoint = endpoint
        self._options = {"audience": audience, **options}
        self._regions: Recent[str, str] = Recent(_MOST_REGIONS)
        self._clients: dict[str, MetricsClient] = {}

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """KPIs in the order asked; one that cannot be read says so and spoils no other.

        Raises Unavailable when not one of them was answered: all of it is worth asking again.
        """
        known: dict[tuple[object, ...], _Buckets] = {}
        answers: list[SeriesAnswer] = []
        unanswered: list[Unavailable] = []
        for question in asked:
            try:
                answers.append(self._answer(model, question, known))
            except DriftgateError as problem:
                answers.append(SeriesAnswer(problem=str(problem)))
                if isinstance(problem, Unavailable):
                    unanswered.append(problem)
        if asked and len(unanswered) == len(asked):
            raise unanswered[0]
        return answers

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def _answer(
        self, model: str, asked: SeriesQuestion, known: dict[tuple[object, ...], _Buckets]
    ) -> SeriesAnswer:
        metric = asked.metric
        if metric is None:
            return SeriesAnswer(problem=f"The KPI {asked.name} of {model} has no metric.")
        try:
            resource = read_resource_id(metric.resource)
        except ValueError as problem:
            raise InvalidData(f"The KPI {asked.name} of {model}: {problem}.") from problem

        def read(name: str, dimensions: Mapping[str, str]) -> _Buckets:
            key = (resource, metric.namespace, name, tuple(dimensions.items()), metric.by)
            whole = (*key, metric.aggregation, metric.every, asked.start, asked.end)
            if whole not in known:
                known[whole] = self._read(resource, metric, name, dimensions, asked)
            return known[whole]

        return SeriesAnswer(points=points_of(metric, asked.kind, read))

    def _read(
        self,
        resource: ResourceId,
        metric: MetricSource,
        name: str,
        dimensions: Mapping[str, str],
        asked: SeriesQuestion,
    ) -> _Buckets:
        kept = filter_of(dimensions, metric.by)
        client = self._client(self._region(resource))
        found: _Buckets = {}
        for start, end in _spans(asked.start, asked.end, metric.every):
            with told_as_ours(
                f"read the metric {name} of {resource.name}",
                thing=f"metric {name} of {resource.text}",
                permission=_role(resource),
            ):
                results = client.query_resources(
                    resource_ids=[resource.text],
                    metric_namespace=metric.namespace or resource.type,
                    metric_names=[name],
                    timespan=(start, end),
                    granularity=metric.every,
                    aggregations=[metric.aggregation.value.capitalize()],
                    filter=kept,
                    max_results=None if kept is None else _MOST_SERIES,
                )
            for one in (told for result in results for told in result.metrics):
                _take(one.timeseries, name, metric, (start, end), found)
        return found

    def _region(self, resource: ResourceId) -> str:
        """Where the outermost resource lies: what lies in it has no region of its own.

        Resources are found in their group's list, since each type has api-versions of its own.
        """
        key = f"{resource.subscription}/{resource.group}/{resource.root_type}/{resource.names[0]}"
        known = self._regions.get(key.casefold())
        if known is None:
            group = path_of(
                "subscriptions", resource.subscription, "resourceGroups", resource.group
            )
            named = resource.names[0].replace("'", "''")
            found = self._manager.pages(
                f"{group}/resources",
                {
                    "api-version": API_VERSION,
                    "$filter": f"resourceType eq '{resource.root_type}' and name eq '{named}'",
                },
                thing=f"resource {resource.text}",
                permission=_role(resource),
            )
            region = next((text(item, "location") for item in found), None)
            region = (region or "").replace(" ", "").lower()
            if not _REGION.fullmatch(region):
                raise NotFound(
                    f"Azure shows no resource {resource.text}; mend the id, or give Driftgate's "
                    f"identity {_role(resource)}."
                )
            known = self._regions[key.casefold()] = region
        return known

    def _client(self, region: str) -> "MetricsClient":
        address = self._endpoint.replace("{region}", region)
        if address not in self._clients:
            from azure.monitor.querymetrics import MetricsClient

            from shared.adapters.azure.retries import within_budget

            self._clients[address] = MetricsClient(
                address, self._credential, **within_budget(self._options)
            )
        return self._clients[address]


def _role(resource: ResourceId) -> str:
    return (
        f"the role Monitoring Reader on {resource.text} (or, since metrics are asked for by "
        f"subscription, on the subscription {resource.subscription})"
    )


def _spans(start: datetime, end: datetime, every: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """The whole buckets in [start, end), in pieces that one call may ask for."""
    at = _EPOCH + every * -((_EPOCH - max(start, end - METRICS_KEPT)) // every)
    last = _EPOCH + every * ((end - _EPOCH) // every)
    most = every * max(1, min(_MOST_POINTS, _MOST_AT_ONCE // every))
    while at < last:
        until = min(at + most, last)
        yield at, until
        at = until


def _take(
    series: Sequence[Any],
    name: str,
    metric: MetricSource,
    span: tuple[datetime, datetime],
    found: _Buckets,
) -> None:
    """Add the values of some series to the buckets of their deployments.

    Raises InvalidData where there may be more than were told, or averages that cannot be joined.
    """
    if len(series) >= _MOST_SERIES:
        raise InvalidData(
            f"The metric {name} has {_MOST_SERIES} series or more; keep some with `dimensions`."
        )
    join = _JOINED.get(metric.aggregation)
    for one in series:
        buckets = found.setdefault(_deployment(one.metadata_values, metric.by), {})
        for point in one.data:
            value = getattr(point, metric.aggregation.value)
            if value is None or not span[0] <= point.timestamp < span[1]:
                continue
            if point.timestamp not in buckets:
                buckets[point.timestamp] = float(value)
            elif join is None:
                raise InvalidData(
                    f"The metric {name} has several averages a bucket, which cannot be joined; "
                    "keep one series with `dimensions`."
                )
            else:
                buckets[point.timestamp] = join(buckets[point.timestamp], float(value))


def _deployment(metadata: Mapping[str, str | None], by: str | None) -> str | None:
    """The value of the dimension that names deployments, whose name comes in lower case."""
    if by is None:
        return None
    plain = {name.casefold(): value for name, value in metadata.items()}
    return plain.get(by.casefold()) or None


_JOINED: dict[Aggregation, Callable[[float, float], float]] = {
    Aggregation.TOTAL: add,
    Aggregation.COUNT: add,
    Aggregation.MINIMUM: min,
    Aggregation.MAXIMUM: max,
}
