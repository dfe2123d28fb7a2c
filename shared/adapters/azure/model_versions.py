"""Registered model versions, with what their run measured and the signature they declare."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.adapters.azure.answers import mapping, run_tag, text, texts, time
from shared.adapters.azure.resource_names import is_resource_name, named
from shared.adapters.azure.signatures import Signature, read_signature
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.columns import read_declared, with_declared
from shared.domain.ordering import natural
from shared.domain.recorded import told_numbers
from shared.domain.world import RETRAINING_TAG, ModelVersion
from shared.errors import NotFound

_RUN_OF_A_PATH = re.compile(r"/ExperimentRun/dcid\.([^/]+)/")
_ASSET = re.compile(r"/data/([^/]+)(?:/versions/([^/]+))?$", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"/environments/([^/]+)(?:/versions/([^/]+))?$", re.IGNORECASE)
_METRIC = "metrics."


class ModelVersions:
    """Reads versions; three to five requests for one, one a page for a list."""

    def __init__(self, resources: WorkspaceResources, blobs: WorkspaceBlobs) -> None:
        self._resources = resources
        self._blobs = blobs

    def model(self, name: str, version: str) -> ModelVersion:
        """One version.

        Its metrics are those of its run; without a run, properties and tags named `metrics.<name>`,
        a property before a tag, which can be changed later. Its training data is the tag or
        property `training_data`, else the one asset its job read; its environment likewise.
        Raises NotFound, NoPermission, Unavailable.
        """
        named("a model version", name, version)
        resource = self._resources.get(
            "models", name, "versions", version, thing=f"model {name}:{version}"
        )
        properties = mapping(resource, "properties")
        tags, more = texts(properties, "tags"), texts(properties, "properties")
        stated = {**tags, **more}
        location = text(properties, "modelUri")
        run = _run(properties, location)
        job = None
        if run is not None and not {"training_data", "environment"} <= stated.keys():
            job = self._job(run)
        recorded = self._recorded(run)
        measured = (
            None if recorded is None else _last_values(mapping(recorded, "data").get("metrics"))
        )
        metrics, unreadable = told_numbers(_written(stated) if measured is None else measured)
        declared, mistyped = read_declared(stated)
        signature = self._signature(properties, location)
        system = mapping(resource, "systemData")
        return ModelVersion(
            name=name,
            version=version,
            tags=tags,
            properties=more,
            metrics=metrics,
            measured=None if measured is None else f"run {run}",
            unreadable={**unreadable, **mistyped},
            inputs=with_declared(signature.inputs, declared),
            outputs=with_declared(signature.outputs, declared),
            params=signature.params,
            training_data={**more, **tags}.get("training_data") or _read_by(job),
            environment=stated.get("environment") or _environment(job),
            run=run,
            registered=time(system, "createdAt"),
            created_by=text(system, "createdBy"),
            archived=properties.get("isArchived") is True,
            retraining=run_tag(recorded or {}, RETRAINING_TAG),
        )

    def versions(self, name: str) -> Sequence[str]:
        """Every version, archived ones too, by when it was created; empty when unknown."""
        if not is_resource_name(name):
            return []
        try:
            found = [
                (time(mapping(item, "systemData"), "createdAt"), version)
                for item in self._resources.pages(
                    "models",
                    name,
                    "versions",
                    query={"listViewType": "All"},
                    thing=f"versions of the model {name}",
                )
                if (version := text(item, "name"))
            ]
        except NotFound:
            return []
        found.sort(key=lambda pair: (pair[0].timestamp() if pair[0] else 0.0, natural(pair[1])))
        return [version for _, version in found]

    def _recorded(self, run: str | None) -> Mapping[str, Any] | None:
        """The run as it was recorded; None where there is no run to read."""
        try:
            return None if run is None else self._resources.run(run)
        except NotFound:
            return None

    def _signature(self, properties: Mapping[str, Any], location: str | None) -> Signature:
        """It lies in the file MLmodel; the flavors of the resource do not have it."""
        if location is None or properties.get("modelType") != "mlflow_model":
            return Signature()
        try:
            return read_signature(self._blobs.read(location, "MLmodel"))
        except NotFound:
            return Signature()

    def _job(self, run: str) -> Mapping[str, Any] | None:
        try:
            return self._resources.get("jobs", run, thing=f"job {run}")
        except NotFound:
            return None


def _read_by(job: Mapping[str, Any] | None) -> str | None:
    """The data asset that a job read, None unless it is exactly one."""
    assets = {
        asset
        for entry in mapping(job or {}, "properties", "inputs").values()
        if isinstance(entry, dict) and (asset := _asset(text(entry, "uri") or ""))
    }
    return assets.pop() if len(assets) == 1 else None


def _environment(job: Mapping[str, Any] | None) -> str | None:
    """The environment a job ran in, as `name:version` where its id says so."""
    stated = text(mapping(job or {}, "properties"), "environmentId")
    match = _ENVIRONMENT.search(stated or "")
    return stated if match is None else ":".join(part for part in match.groups() if part)


def _written(stated: Mapping[str, str]) -> dict[str, str]:
    """The metrics that are written on the version: names that begin with `metrics.`."""
    return {
        name.removeprefix(_METRIC): value
        for name, value in stated.items()
        if name.startswith(_METRIC)
    }


def _run(properties: Mapping[str, Any], location: str | None) -> str | None:
    """The job that registered it, else the run whose artifacts it lies among."""
    in_path = _RUN_OF_A_PATH.search(location or "")
    run = text(properties, "jobName") or (in_path.group(1) if in_path else None)
    return run if run is not None and is_resource_name(run) else None


def _last_values(metrics: object) -> dict[str, Any]:
    entries = metrics if isinstance(metrics, list) else []
    return {str(entry.get("key")): entry.get("value") for entry in entries if _is_named(entry)}


def _is_named(entry: object) -> bool:
    return isinstance(entry, dict) and bool(entry.get("key"))


def _asset(uri: str) -> str | None:
    """`name:version` of a data asset's id.

    >>> _asset("azureml:train:3"), _asset("/subscriptions/s/x/data/train/versions/3")
    ('train:3', 'train:3')
    >>> _asset("azureml://datastores/d/paths/p")
    """
    if uri.startswith("azureml:") and not uri.startswith("azureml:/"):
        return uri.removeprefix("azureml:")
    match = _ASSET.search(uri)
    return None if match is None else ":".join(part for part in match.groups() if part)
