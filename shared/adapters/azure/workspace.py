"""The machine learning workspace on Azure: resources by REST, data from blobs, logs by queries."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from shared.adapters.azure.collected_data import CollectedData
from shared.adapters.azure.kpi_sources import ask_each
from shared.adapters.azure.model_versions import ModelVersions
from shared.adapters.azure.online_endpoints import OnlineEndpoints
from shared.adapters.azure.resource_names import is_resource_name
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.domain.collected import CollectedFile
from shared.domain.world import (
    AnswerBucket,
    DataFiles,
    DeploymentHealth,
    Endpoint,
    Load,
    ModelVersion,
    SeriesAnswer,
    SeriesQuestion,
    Served,
)
from shared.errors import NoPermission, Refused, Unavailable


class Logs(Protocol):
    """What was logged about the workspace: the part of it that is queried, not read by REST."""

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing is logged."""

    def served(
        self, endpoint: str, start: datetime, end: datetime, slow_ms: float | None
    ) -> Mapping[str, Served] | None:
        """What each deployment answered in [start, end); None when nothing is logged."""

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
        slow_ms: float | None = None,
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each deployment answered, bucket by bucket; None when nothing is logged."""

    def console_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote, out of the log table."""

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, each with its points or its problem."""


class Metrics(Protocol):
    """What is counted about the workspace's endpoints without any log."""

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing was counted."""

    def served(
        self, endpoint: str, start: datetime, end: datetime, slow_ms: float | None
    ) -> Mapping[str, Served] | None:
        """What each deployment answered in [start, end); None when nothing was counted."""

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each deployment answered, bucket by bucket; None when nothing was counted."""

    def loads(
        self, endpoint: str, deployments: Collection[str], start: datetime, end: datetime
    ) -> Mapping[str, Load]:
        """How hard the instances of deployments worked in the last hour of [start, end)."""


class MetricKpis(Protocol):
    """KPIs that are metrics of resources."""

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, each with its points or its problem."""


class AzureWorkspace:
    """The whole port of a workspace."""

    def __init__(
        self,
        resources: WorkspaceResources,
        blobs: WorkspaceBlobs,
        logs: Logs,
        metrics: Metrics,
        metric_kpis: MetricKpis,
    ) -> None:
        self._endpoints = OnlineEndpoints(resources)
        self._models = ModelVersions(resources, blobs)
        self._data = CollectedData(resources, self._endpoints, blobs)
        self._logs = logs
        self._metrics = metrics
        self._metric_kpis = metric_kpis

    def model(self, name: str, version: str) -> ModelVersion:
        """One registered version. Raises NotFound."""
        return self._models.model(name, version)

    def versions(self, name: str) -> Sequence[str]:
        """Every version of a model, oldest first; empty when the model is unknown."""
        return self._models.versions(name)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its deployments. Raises NotFound."""
        return self._endpoints.endpoint(name)

    def endpoints(self) -> Sequence[str]:
        """The names of all online endpoints."""
        return self._endpoints.endpoints()

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing is logged at all.

        Without a traffic log the metrics are asked, which Azure keeps of every endpoint.
        """
        if not is_resource_name(endpoint):
            return None
        logged = self._logs.requests(endpoint, start, end)
        return self._metrics.requests(endpoint, start, end) if logged is None else logged

    def health(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        slow_ms: float | None = None,
        deployments: Collection[str] | None = None,
    ) -> Mapping[str, DeploymentHealth] | None:
        """What each deployment answered in [start, end); None when no source knows the endpoint.

        Answers are counted by the traffic log, without one by the metrics; load only by metrics.
        A load that may not be read leaves the answers worth telling, and says why.
        """
        if not is_resource_name(endpoint):
            return None
        names = self._endpoints.deployments(endpoint) if deployments is None else deployments
        served = self._logs.served(endpoint, start, end, slow_ms)
        if served is None:
            served = self._metrics.served(endpoint, start, end, slow_ms)
        loads: Mapping[str, Load] = {}
        problem = None
        try:
            loads = self._metrics.loads(endpoint, names, start, end)
        except Refused as told:
            problem = str(told)
        if served is None and not loads and problem is None:
            return None
        return {
            name: DeploymentHealth(
                served=None if served is None else served.get(name, Served(requests=0)),
                load=loads.get(name),
                load_problem=problem,
            )
            for name in sorted({*names, *(served or {})})
        }

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
        slow_ms: float | None = None,
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each deployment answered, bucket by bucket; None when no source knows the endpoint.

        Answers are counted by the traffic log, without one by the metrics.
        """
        if not is_resource_name(endpoint):
            return None
        logged = self._logs.answers(
            endpoint, start, end, every=every, deployments=deployments, slow_ms=slow_ms
        )
        if logged is not None:
            return logged
        return self._metrics.answers(endpoint, start, end, every=every, deployments=deployments)

    def logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote; empty when there are none.

        When the container cannot be asked any more, the log table is.
        """
        if not (is_resource_name(endpoint) and is_resource_name(deployment)):
            return ""
        problem: NoPermission | Unavailable | None = None
        try:
            lines = self._endpoints.container_logs(endpoint, deployment, tail)
        except (NoPermission, Unavailable) as told:
            lines, problem = "", told
        except Refused:
            lines = ""
        lines = lines or self._logs.console_logs(endpoint, deployment, tail)
        if not lines and problem is not None:
            raise problem
        return lines

    def data(self, name: str) -> DataFiles:
        """A named data asset, such as training data. Raises NotFound."""
        return self._data.data(name)

    def written(self, name: str, start: datetime, end: datetime) -> DataFiles:
        """The files of a data asset last written in [start, end). Raises NotFound."""
        return self._data.written(name, start, end)

    def collected(
        self,
        model: str,
        endpoint: str | None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Sequence[CollectedFile]:
        """The files that can hold rows the model scored in [start, end): listed, not read."""
        return self._data.collected(model, endpoint, start=start, end=end)

    def fetch(self, files: Sequence[CollectedFile]) -> DataFiles:
        """Some of the files that were listed, as local files."""
        return self._data.fetch(files)

    def lend(self, files: Sequence[CollectedFile]) -> AbstractContextManager[DataFiles]:
        """The same while they are read; nothing of them stays here."""
        return self._data.lend(files)

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, each with its points or its problem."""
        return ask_each(model, asked, queries=self._logs.kpis, metrics=self._metric_kpis.kpis)
