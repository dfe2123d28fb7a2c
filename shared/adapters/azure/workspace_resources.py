"""The workspace's own resources below Azure Resource Manager, read with the light client."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.adapters.azure.answers import mapping, text
from shared.adapters.azure.resource_manager import Resource, ResourceManager
from shared.adapters.azure.resource_names import path_of
from shared.errors import NotFound

API_VERSION = "2023-04-01"
"""The stable version that has models, data, endpoints, deployments, datastores and jobs."""


class WorkspaceResources:
    """GET, lists, PUT and POST below one workspace; its ids come from settings, not from events."""

    def __init__(
        self, client: ResourceManager, *, subscription: str, resource_group: str, workspace: str
    ) -> None:
        self._client = client
        self.subscription = subscription
        self.resource_group = resource_group
        self.workspace = workspace
        self._root = path_of("subscriptions", subscription, "resourceGroups", resource_group) + (
            path_of("providers", "Microsoft.MachineLearningServices", "workspaces", workspace)
        )
        self._reader = f"the role Reader on the workspace {workspace}"
        self._itself: Mapping[str, Any] | None = None

    def get(self, *parts: str, thing: str) -> Mapping[str, Any]:
        """One resource. Raises NotFound, NoPermission, Unavailable, Refused."""
        return self._client.get(
            self._root + path_of(*parts),
            {"api-version": API_VERSION},
            thing=thing,
            permission=self._reader,
        )

    def read(self, *parts: str, thing: str) -> Resource:
        """One resource with its version, to be written back. Raises as `get` does."""
        return self._client.read(
            self._root + path_of(*parts),
            {"api-version": API_VERSION},
            thing=thing,
            permission=self._reader,
        )

    def put(
        self,
        *parts: str,
        body: Mapping[str, Any],
        match: str | None,
        doing: str,
        thing: str,
        permission: str,
    ) -> Resource:
        """Replace a resource, once and not again. Raises as `get` does, and Conflict."""
        return self._client.put(
            self._root + path_of(*parts),
            {"api-version": API_VERSION},
            body,
            match=match,
            doing=doing,
            thing=thing,
            permission=permission,
        )

    def operation(self, address: str, *, thing: str) -> Mapping[str, Any]:
        """What became of a long operation. Raises as `get` does."""
        return self._client.operation(address, thing=thing, permission=self._reader)

    def pages(
        self, *parts: str, thing: str, query: Mapping[str, str] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Every item of a list. Raises as `get` does."""
        return self._client.pages(
            self._root + path_of(*parts),
            {"api-version": API_VERSION, **(query or {})},
            thing=thing,
            permission=self._reader,
        )

    def post(self, *parts: str, body: Mapping[str, Any], doing: str, thing: str) -> Any:
        """An action on a resource. Raises as `get` does."""
        return self._client.post(
            self._root + path_of(*parts),
            {"api-version": API_VERSION},
            body,
            doing=doing,
            thing=thing,
            permission=f"the role AzureML Data Scientist on the workspace {self.workspace}",
        )

    def run(self, name: str) -> Mapping[str, Any]:
        """A run with its last metrics, from the workspace's MLflow server. Raises as `get` does."""
        answer = self._client.get(
            f"{self._mlflow_server()}/api/2.0/mlflow/runs/get",
            {"run_id": name},
            thing=f"run {name}",
            permission=self._reader,
        )
        return mapping(answer, "run")

    def region(self) -> str:
        """The region the workspace lies in, such as `westeurope`. Raises as `get` does."""
        region = text(self._whole(), "location")
        if region is None:
            raise NotFound(f"The workspace {self.workspace} names no region.")
        return region.replace(" ", "").lower()

    def _mlflow_server(self) -> str:
        """The address the workspace names, at the version of the path the service speaks today."""
        address = text(mapping(self._whole(), "properties"), "mlFlowTrackingUri") or ""
        server = address.replace("azureml://", "https://", 1)
        if not server.startswith("https://"):
            self._itself = None
            raise NotFound(f"The workspace {self.workspace} names no MLflow server.")
        return server.replace("/mlflow/v1.0/", "/mlflow/v2.0/", 1).rstrip("/")

    def _whole(self) -> Mapping[str, Any]:
        if self._itself is None:
            self._itself = self.get(thing=f"workspace {self.workspace}")
        return self._itself
