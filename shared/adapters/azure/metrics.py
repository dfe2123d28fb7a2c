"""What Azure Monitor's metrics say of an endpoint: the load of its instances, which no log tells.

Also its answers, for when its traffic log is not switched on.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.metric_answers import (
    LATENCIES,
    MEAN_LATENCY,
    REQUESTS,
    averages,
    dimension,
    served_of,
)
from shared.adapters.azure.metric_buckets import buckets_of
from shared.adapters.azure.metric_load import CAPACITY, DISK, GPU, MEMORY, PROCESSOR, loads_of
from shared.domain.load import SPAN
from shared.domain.world import AnswerBucket, Load, Served

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.monitor.querymetrics import MetricsClient, MetricsQueryResult

NAMESPACE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
_MINUTE = timedelta(minutes=1)
_MOST_RESOURCES = 50
_MOST_SERIES = 10_000


class EndpointMetrics:
    """Asks the region's metrics endpoint for the endpoints of one workspace.

    `endpoint` may hold `{region}`, which is the workspace's and asked for with the first question.
    """

    def __init__(
        self,
        workspace_id: str,
        region: Callable[[], str],
        credential: "TokenCredential",
        *,
        endpoint: str,
        audience: str = "https://metrics.monitor.azure.com",
        **options: Any,
    ) -> None:
        self._workspace_id = workspace_id
        self._region = region
        self._credential = credential
        self._endpoint = endpoint
        self._options = {"audience": audience, **options}
        self._opened: MetricsClient | None = None

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end), each rounded; None without any metric.

        The metric is a rate a minute; a minute without requests has no value, and adds none.
        """
        [found] = self._ask(
            f"read the metrics of {endpoint}",
            [self._resource(endpoint)],
            NAMESPACE,
            [REQUESTS],
            (start, end),
            by=("deployment",),
        )
        counts: dict[str, float] = {}
        for metric in found.metrics:
            for series in metric.timeseries:
                deployment = dimension(series, "deployment")
                if deployment:
                    rates = averages(series).values()
                    counts[deployment] = counts.get(deployment, 0.0) + sum(rates)
        if not counts:
            return None
        return {name: round(count) for name, count in counts.items() if count > 0}

    def served(
        self, endpoint: str, start: datetime, end: datetime, slow_ms: float | None
    ) -> Mapping[str, Served] | None:
        """What each deployment answered in [start, end); None without any metric.

        A model's failure is a 424 here, so every status code is asked for, not its class.
        """
        requests, latencies = self._answered(endpoint, list(LATENCIES), (start, end))
        return served_of(requests, latencies, slow_ms) or None

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each of some deployments answered, bucket by bucket; None without any metric."""
        count = max(0, (end - start) // every)
        if not count:
            return {name: [] for name in deployments}
        span = (start, start + count * every)
        latency = [MEAN_LATENCY, *LATENCIES]
        requests, latencies = self._answered(endpoint, latency, span)
        starts = [start + place * every for place in range(count)]
        return buckets_of(requests, latencies, starts, every, deployments)

    def loads(
        self, endpoint: str, deployments: Collection[str], start: datetime, end: datetime
    ) -> Mapping[str, Load]:
        """How hard the instances of deployments worked in the last hour of [start, end).

        Fifty deployments in two calls; those without any value are left out.
        """
        names = list(deployments)
        span = (max(start, end - SPAN), end)
        utilization: list[MetricsQueryResult] = []
        capacity: list[MetricsQueryResult] = []
        for first in range(0, len(names), _MOST_RESOURCES):
            chunk = names[first : first + _MOST_RESOURCES]
            resources = [f"{self._resource(endpoint)}/deployments/{name}" for name in chunk]
            doing, of = f"read the load of {endpoint}", f"{NAMESPACE}/deployments"
            measures = [PROCESSOR, MEMORY, DISK, GPU]
            utilization += self._ask(doing, resources, of, measures, span, by=("instanceId",))
            capacity += self._ask(
                doing, resources, of, [CAPACITY], span, by=("instanceId", "State")
            )
        found = loads_of(utilization, capacity, end)
        return {name: found[name.casefold()] for name in names if name.casefold() in found}

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()

    def _resource(self, endpoint: str) -> str:
        return f"{self._workspace_id}/onlineEndpoints/{endpoint}"

    def _answered(
        self, endpoint: str, latencies: list[str], span: tuple[datetime, datetime]
    ) -> "tuple[MetricsQueryResult, MetricsQueryResult]":
        """Requests by the codes of their answers, and metrics of latency, by deployment."""
        resource, doing = [self._resource(endpoint)], f"read the metrics of {endpoint}"
        codes = ("deployment", "statusCode", "modelStatusCode")
        [requests] = self._ask(doing, resource, NAMESPACE, [REQUESTS], span, by=codes)
        [found] = self._ask(doing, resource, NAMESPACE, latencies, span, by=("deployment",))
        return requests, found

    def _ask(
        self,
        doing: str,
        resources: list[str],
        namespace: str,
        metrics: list[str],
        span: tuple[datetime, datetime],
        *,
        by: tuple[str, ...],
    ) -> "list[MetricsQueryResult]":
        """Minutes of metrics, apart by dimensions that all of them have.

        Unasked, the service gives the ten largest series and says nothing of the others.
        """
        with told_as_ours(
            doing,
            thing=f"resource {resources[0]}",
            permission="the role Monitoring Reader on the workspace",
        ):
            return self._client().query_resources(
                resource_ids=resources,
                metric_namespace=namespace,
                metric_names=metrics,
                timespan=span,
                granularity=_MINUTE,
                aggregations=["Average", "Maximum"],
                filter=" and ".join(f"{dimension} eq '*'" for dimension in by),
                max_results=_MOST_SERIES,
            )

    def _client(self) -> "MetricsClient":
        if self._opened is None:
            from azure.monitor.querymetrics import MetricsClient

            from shared.adapters.azure.retries import within_budget

            address = self._endpoint
            if "{region}" in address:
                address = address.replace("{region}", self._region())
            self._opened = MetricsClient(address, self._credential, **within_budget(self._options))
        return self._opened
