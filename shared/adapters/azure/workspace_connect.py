"""One machine learning workspace put together: what is read by REST, from blobs, logs, metrics."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from azure.core.credentials import TokenCredential

from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.gates import Gates
from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.metrics import EndpointMetrics
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.adapters.azure.workspace import AzureWorkspace
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.settings import AzureSettings

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedWorkspace:
    """A workspace, its blobs, the places its requests are counted by, and what closes them."""

    workspace: AzureWorkspace
    blobs: WorkspaceBlobs
    logs: WorkspaceLogs
    metrics: EndpointMetrics
    closes: tuple[Callable[[], None], ...]


def connect_workspace(
    identity: str,
    azure: AzureSettings,
    *,
    manager: ResourceManager,
    measured: ResourceMetrics,
    credential: TokenCredential,
    cache: BlobCache,
    gates: Gates | None = None,
) -> ConnectedWorkspace:
    """The workspace with this resource id; opens nothing yet.

    Several of them may send to one Log Analytics workspace and have endpoints of one name, so
    each then counts what was logged of itself alone.
    """
    resources = resources_of(identity, manager)
    blobs = WorkspaceBlobs(
        resources,
        credential,
        cache,
        address_of_account=lambda account: azure.workspace_blobs.replace("{account}", account),
        gates=gates,
    )
    logs = WorkspaceLogs(
        azure.log_analytics_id,
        credential,
        endpoint=azure.log_analytics,
        within=identity if azure.workspaces else None,
        gates=gates,
    )
    metrics = EndpointMetrics(
        identity, resources.region, credential, endpoint=azure.metrics, gates=gates
    )
    return ConnectedWorkspace(
        workspace=AzureWorkspace(resources, blobs, logs, metrics, measured),
        blobs=blobs,
        logs=logs,
        metrics=metrics,
        closes=(blobs.close, logs.close, metrics.close),
    )


def resources_of(identity: str, manager: ResourceManager) -> WorkspaceResources:
    """What lies below a workspace, by its resource id."""
    parts = identity.strip("/").split("/")
    return WorkspaceResources(
        manager, subscription=parts[1], resource_group=parts[3], workspace=parts[7]
    )


class NamedOnce(Mapping[str, Thing]):
    """Things by name, each made when it is first asked for and then kept."""

    def __init__(self, names: Mapping[str, str], make: Callable[[str], Thing]) -> None:
        self._names = names
        self._make = make
        self._made: dict[str, Thing] = {}

    def __getitem__(self, name: str) -> Thing:
        if name not in self._made:
            self._made[name] = self._make(self._names[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
