"""The machine learning workspace on Azure: resources by REST, data from blobs, logs by queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from shared.adapters.azure.collected_data import CollectedData
from shared.adapters.azure.model_versions import ModelVersions
from shared.adapters.azure.online_endpoints import OnlineEndpoints
from shared.adapters.azure.resource_names import is_resource_name
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.domain.collected import CollectedFile
from shared.domain.world import (
    DataFiles,
    DeploymentHealth,
    Endpoint,
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

    def console_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's container wrote, out of the log table."""

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, each with its points or its problem."""


class Metrics(Protocol):
    """What is counted about the workspace's endpoints without any log."""

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing was counted."""


class AzureWorkspace:
    """The whole port of a workspace."""

    def __init__(
        self,
        resources: WorkspaceResources,
        blobs: WorkspaceBlobs,
        logs: Logs,
        metrics: Metrics,
    ) -> None:
        self._endpoints = OnlineEndpoints(resources)
        self._models = ModelVersions(resources, blobs)
        self._data = CollectedData(resources, self._endpoints, blobs)
        self._logs = logs
        self._metrics = metrics

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
        self, endpoint: str, start: datetime, end: datetime, *, slow_ms: float | None = None
    ) -> Mapping[str, DeploymentHealth] | None:
        """Nothing yet but how many requests there were."""
        del slow_ms
        counts = self.requests(endpoint, start, end)
        if counts is None:
            return None
        return {name: DeploymentHealth(served=Served(requests=n)) for name, n in counts.items()}

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

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs of a model in the order asked, each with its points or its problem."""
        return self._logs.kpis(model, asked)
