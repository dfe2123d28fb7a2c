"""What Azure Monitor's metrics say of an endpoint, for when its traffic log is not switched on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.faults import told_as_ours

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.monitor.querymetrics import MetricsClient

NAMESPACE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
_REQUESTS = "RequestsPerMinute"
_MINUTE = timedelta(minutes=1)


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
        resource = f"{self._workspace_id}/onlineEndpoints/{endpoint}"
        with told_as_ours(
            f"read the metrics of {endpoint}",
            thing=f"endpoint {endpoint}",
            permission="the role Monitoring Reader on the workspace",
        ):
            [found] = self._client().query_resources(
                resource_ids=[resource],
                metric_namespace=NAMESPACE,
                metric_names=[_REQUESTS],
                timespan=(start, end),
                granularity=_MINUTE,
                aggregations=["Average"],
                filter="deployment eq '*'",
            )
        counts: dict[str, float] = {}
        for metric in found.metrics:
            for series in metric.timeseries:
                deployment = series.metadata_values.get("deployment")
                if not deployment:
                    continue
                values = [point.average for point in series.data if point.average is not None]
                counts[deployment] = counts.get(deployment, 0.0) + sum(values)
        if not counts:
            return None
        return {name: round(count) for name, count in counts.items() if count > 0}

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()

    def _client(self) -> "MetricsClient":
        if self._opened is None:
            from azure.monitor.querymetrics import MetricsClient

            address = self._endpoint
            if "{region}" in address:
                address = address.replace("{region}", self._region())
            self._opened = MetricsClient(address, self._credential, **self._options)
        return self._opened
