"""The workspace of the embedded contract tests, told to Azure on loopback instead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from azure.identity import DefaultAzureCredential

from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.adapters.azure.workspace import AzureWorkspace
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.embedded import FileWorkspace
from shared.domain.world import SeriesAnswer, SeriesQuestion
from tests.integration.loopback.blobs import ACCOUNT, CONTAINER, serve_blobs
from tests.integration.loopback.mlflow import serve_runs
from tests.integration.loopback.resource_manager import (
    SUBSCRIPTION,
    WORKSPACE,
    WorkspaceState,
    serve_workspace,
)
from tests.integration.loopback.server import LoopbackServer

ROOT = f"azureml:/{WORKSPACE.replace('/providers/Microsoft.MachineLearningServices', '')}"
STORE = f"{ROOT}/datastores/workspaceblobstore/paths"
COLLECTED = "azureml://datastores/workspaceblobstore/paths/modelDataCollector"


@dataclass
class FileLogs:
    """What is queried comes from files here: its Azure side has tests of its own."""

    files: FileWorkspace

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        return self.files.requests(endpoint, start, end)

    def console_logs(self, endpoint: str, deployment: str, tail: int) -> str:
        return self.files.logs(endpoint, deployment, tail)

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        return self.files.kpis(model, asked)


class NoMetrics:
    """Nothing is counted either."""

    def requests(self, *_: object) -> None:
        return None


@dataclass
class AzureScene:
    """Everything behind the loopback server, to be changed by a test."""

    server: LoopbackServer
    state: WorkspaceState
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    started: dict[str, int] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    credential: DefaultAzureCredential = field(default_factory=DefaultAzureCredential)

    opened: list[Any] = field(default_factory=list)

    def close(self) -> None:
        """Close every connection."""
        for client in [*self.opened, self.credential]:
            client.close()

    def register(self, name: str, version: str, facts: Mapping[str, Any]) -> None:
        """A version with its run and MLmodel."""
        run, folder = facts.get("run", f"run-{name}-{version}"), f"models/{name}/{version}"
        tags = {key: str(value) for key, value in (facts.get("tags") or {}).items()}
        if "metrics" in facts:
            self.runs[run] = facts["metrics"]
        self.blobs[f"{folder}/MLmodel"] = yaml.safe_dump(
            {
                "signature": {
                    part: json.dumps(facts.get(part) or [])
                    for part in ("inputs", "outputs", "params")
                }
            }
        ).encode()
        created = facts.get("registered")
        self.state.models.setdefault(name, {})[version] = self.state.resource(
            f"models/{name}/versions/{version}",
            {
                "flavors": {"python_function": {"data": {"loader_module": "mlflow.sklearn"}}},
                "modelType": "mlflow_model",
                "modelUri": f"{STORE}/{folder}",
                "jobName": run if "metrics" in facts else None,
                "tags": tags,
                "properties": {
                    **{k: facts[k] for k in ("training_data", "environment") if k in facts},
                    **{k: str(value) for k, value in (facts.get("properties") or {}).items()},
                },
                "isArchived": facts.get("archived", False),
            },
            created and created.isoformat(),
        )
        if "created_by" in facts:
            self.state.models[name][version]["systemData"]["createdBy"] = facts["created_by"]

    def deploy(self, name: str, facts: Mapping[str, Any]) -> None:
        """An endpoint with its deployments."""
        self.state.endpoints[name] = self.state.resource(
            f"onlineEndpoints/{name}",
            {
                "authMode": "AADToken",
                "provisioningState": facts.get("provisioning_state", "Succeeded"),
                "traffic": facts.get("traffic") or {},
                "mirrorTraffic": facts.get("mirror_traffic") or {},
            },
        )
        self.state.deployments.setdefault(name, {})
        _date(self.state.endpoints[name], facts)
        for deployment, one in (facts.get("deployments") or {}).items():
            model, _, version = one.get("model", "").partition(":")
            model_id = f"{WORKSPACE}/models/{model}/versions/{version}" if model else None
            resource = self.state.resource(
                f"onlineEndpoints/{name}/deployments/{deployment}",
                {
                    "endpointComputeType": "Managed",
                    "provisioningState": one.get("provisioning_state", "Succeeded"),
                    "model": model_id,
                    "instanceType": one.get("instance_type"),
                    "dataCollector": _collector(one),
                },
                sku={"name": "Default", "tier": "Standard", "capacity": one.get("instances")},
            )
            _date(resource, one)
            self.state.deployments[name][deployment] = resource

    def asset(self, name: str, uri: str, kind: str = "uri_folder", **tags: str) -> None:
        """The one version of a data asset."""
        self.state.data[name] = {
            "1": self.state.resource(
                f"data/{name}/versions/1", {"dataType": kind, "dataUri": uri, "tags": tags}
            )
        }

    def resources(self, **options: Any) -> WorkspaceResources:
        """The light client on this workspace, with waits cut short."""
        return WorkspaceResources(
            self.manager(**options),
            subscription=SUBSCRIPTION,
            resource_group="rg-ml",
            workspace="ws-prod",
        )

    def manager(self, **options: Any) -> ResourceManager:
        """A light client, with waits cut short."""
        quick = {"backoff": 0.001, "budget": 10.0, "read_timeout": 5.0, **options}
        manager = ResourceManager(self.credential, endpoint=self.server.url, **quick)
        self.opened.append(manager)
        return manager

    def workspace(
        self, logs: Any, folder: Path, *, metrics: Any = None, **limits: Any
    ) -> AzureWorkspace:
        """The adapter, with waits cut short."""
        resources = self.resources()
        blobs = WorkspaceBlobs(
            resources,
            self.credential,
            BlobCache(folder),
            address_of_account=lambda account: f"{self.server.url}/{account}",
            **{"retry_total": 0, "initial_backoff": 0.01, "random_jitter_range": 0, **limits},
        )
        self.opened.append(blobs)
        measured = ResourceMetrics(
            self.manager(),
            self.credential,
            endpoint=f"{self.server.url}/{{region}}",
            retry_total=0,
        )
        self.opened.append(measured)
        return AzureWorkspace(resources, blobs, logs, metrics or NoMetrics(), measured)


def _date(resource: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """When it was made and last written, as far as the facts say."""
    for ours, theirs in (("created", "createdAt"), ("changed", "lastModifiedAt")):
        if ours in facts:
            resource["systemData"][theirs] = facts[ours].isoformat()


def _collector(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    collections = {
        collection: {"dataCollectionMode": "Enabled", "samplingRate": facts[key] / 100.0}
        for key, collection in (("sampling", "model_inputs"), ("outputs_sampling", "model_outputs"))
        if key in facts
    }
    return {"collections": collections} if collections else None


def serve_scene(server: LoopbackServer) -> AzureScene:
    """An empty workspace with one datastore."""
    scene = AzureScene(server=server, state=WorkspaceState(url=server.url))
    scene.state.datastores["workspaceblobstore"] = scene.state.resource(
        "datastores/workspaceblobstore",
        {"datastoreType": "AzureBlob", "accountName": ACCOUNT, "containerName": CONTAINER},
    )
    serve_workspace(server.router, scene.state)
    serve_runs(server.router, scene.state, scene.runs, scene.started, scene.tags)
    serve_blobs(server.router, scene.blobs, scene.written)
    return scene


def tell_files(scene: AzureScene, files: Mapping[str, str]) -> None:
    """The facts of an embedded workspace's files, as Azure holds them."""
    for name, content in files.items():
        match name.split("/"):
            case ["models", model, file]:
                scene.register(model, file.removesuffix(".yaml"), yaml.safe_load(content))
            case ["endpoints", file]:
                scene.deploy(file.removesuffix(".yaml"), yaml.safe_load(content))
            case ["logs", endpoint, file]:
                deployment, _, other = file.removesuffix(".log").partition(".")
                container = "StorageInitializer" if other else "InferenceServer"
                scene.state.container_logs[endpoint, deployment, container] = content
            case ["data", file] if file.endswith(".yaml"):
                column = yaml.safe_load(content)["time_column"]
                scene.asset(file.removesuffix(".yaml"), f"{STORE}/data/", time_column=column)
            case ["data", _]:
                scene.blobs[name] = content.encode()
            case ["inference", endpoint, deployment, collection, *_]:
                path = f"{endpoint}/{deployment}/{collection}"
                scene.blobs["modelDataCollector/" + name.partition("/")[2]] = content.encode()
                scene.asset(f"{endpoint}-{deployment}-{collection}", f"{COLLECTED}/{path}")
