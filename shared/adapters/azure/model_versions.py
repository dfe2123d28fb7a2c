"""Registered model versions, with what their run measured and the signature they declare."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.adapters.azure.answers import mapping, number, numbers, text, texts, time
from shared.adapters.azure.resource_names import is_resource_name, named
from shared.adapters.azure.signatures import signature_inputs
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.domain.world import ColumnSpec, ModelVersion
from shared.errors import NotFound

_RUN_OF_A_PATH = re.compile(r"/ExperimentRun/dcid\.([^/]+)/")
_ASSET = re.compile(r"/data/([^/]+)(?:/versions/([^/]+))?$", re.IGNORECASE)
_METRIC = "metrics."


class ModelVersions:
    """Reads versions; three to four requests for one, one a page for a list."""

    def __init__(self, resources: WorkspaceResources, blobs: WorkspaceBlobs) -> None:
        self._resources = resources
        self._blobs = blobs

    def model(self, name: str, version: str) -> ModelVersion:
        """One version.

        Its metrics are those of its run; without a run, tags and properties named `metrics.<name>`.
        Its training data is the tag or property `training_data`, else the one asset its job read.
        Raises NotFound, NoPermission, Unavailable.
        """
        named("a model version", name, version)
        resource = self._resources.get(
            "models", name, "versions", version, thing=f"model {name}:{version}"
        )
        properties = mapping(resource, "properties")
        tags, more = texts(properties, "tags"), texts(properties, "properties")
        location = text(properties, "modelUri")
        run = _run(properties, location)
        return ModelVersion(
            name=name,
            version=version,
            tags=tags,
            metrics=self._metrics(run, {**more, **tags}),
            inputs=self._inputs(properties, location),
            training_data={**more, **tags}.get("training_data") or self._read_by(run),
            run=run,
            registered=time(mapping(resource, "systemData"), "createdAt"),
            archived=properties.get("isArchived") is True,
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
        found.sort(key=lambda pair: (pair[0].timestamp() if pair[0] else 0.0, _natural(pair[1])))
        return [version for _, version in found]

    def _metrics(self, run: str | None, stated: Mapping[str, str]) -> dict[str, float]:
        if run is not None:
            try:
                metrics = mapping(self._resources.run(run), "data").get("metrics")
                return _last_values(metrics)
            except NotFound:
                pass
        values = {
            name.removeprefix(_METRIC): value
            for name, value in stated.items()
            if name.startswith(_METRIC)
        }
        return numbers({"stated": values}, "stated")

    def _inputs(
        self, properties: Mapping[str, Any], location: str | None
    ) -> tuple[ColumnSpec, ...]:
        """The signature lies in the file MLmodel; the flavors of the resource do not have it."""
        if location is None or properties.get("modelType") != "mlflow_model":
            return ()
        try:
            return signature_inputs(self._blobs.read(location, "MLmodel"))
        except NotFound:
            return ()

    def _read_by(self, run: str | None) -> str | None:
        """The data asset that the job of this run read, None unless it is exactly one."""
        if run is None:
            return None
        try:
            job = self._resources.get("jobs", run, thing=f"job {run}")
        except NotFound:
            return None
        assets = {
            asset
            for entry in mapping(job, "properties", "inputs").values()
            if isinstance(entry, dict) and (asset := _asset(text(entry, "uri") or ""))
        }
        return assets.pop() if len(assets) == 1 else None


def _run(properties: Mapping[str, Any], location: str | None) -> str | None:
    """The job that registered it, else the run whose artifacts it lies among."""
    in_path = _RUN_OF_A_PATH.search(location or "")
    run = text(properties, "jobName") or (in_path.group(1) if in_path else None)
    return run if run is not None and is_resource_name(run) else None


def _last_values(metrics: object) -> dict[str, float]:
    entries = metrics if isinstance(metrics, list) else []
    values = {
        str(entry.get("key")): number(entry.get("value"))
        for entry in entries
        if isinstance(entry, dict)
    }
    return {name: value for name, value in values.items() if value is not None}


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


def _natural(version: str) -> tuple[tuple[int, str], ...]:
    """Versions in the order people expect: 9 before 10."""
    parts = re.split(r"(\d+)", version)
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)
