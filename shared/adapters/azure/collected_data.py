"""Data assets, and the rows the data collector kept of each deployment, as local files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from shared.adapters.azure.answers import mapping, text, texts
from shared.adapters.azure.blob_locations import BlobLocation
from shared.adapters.azure.online_endpoints import OnlineEndpoints
from shared.adapters.azure.resource_names import is_resource_name, named
from shared.adapters.azure.workspace_blobs import FoundBlob, WorkspaceBlobs
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.adapters.collected_hours import Period, may_hold, period_of
from shared.domain.collected import ROW_TIME, CollectedFile, Collection, time_column_of
from shared.domain.world import DataFiles
from shared.errors import InvalidData, NotFound

_READ = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")
_DAY = 3
_WHAT = "What was collected"


class CollectedData:
    """Resolves an asset to blobs, and fetches those that are needed."""

    def __init__(
        self, resources: WorkspaceResources, endpoints: OnlineEndpoints, blobs: WorkspaceBlobs
    ) -> None:
        self._resources = resources
        self._endpoints = endpoints
        self._blobs = blobs

    def data(self, name: str) -> DataFiles:
        """The latest version of an asset, or the one named by `name:version`.

        Its tag `time_column` names the column that windows are cut by.
        Raises NotFound, InvalidData, NoPermission, Unavailable.
        """
        asset = self._asset(name)
        blobs = self._blobs_of(name, asset)
        if not blobs:
            raise NotFound(f"The data asset {name} holds no file that ends in {', '.join(_READ)}.")
        return DataFiles(
            paths=self._blobs.fetch(blobs, f"The data asset {name}"),
            time_column=texts(asset, "tags").get("time_column"),
        )

    def written(self, name: str, start: datetime, end: datetime) -> DataFiles:
        """The files of an asset that storage says were last written in [start, end).

        Only those are fetched. Raises as `data` does, but none in the span is no error.
        """
        asset = self._asset(name)
        blobs = [
            blob
            for blob in self._blobs_of(name, asset)
            if blob.written is not None and start <= blob.written < end
        ]
        return DataFiles(
            paths=self._blobs.fetch(blobs, f"The data asset {name}"),
            time_column=texts(asset, "tags").get("time_column"),
        )

    def collected(
        self,
        model: str,
        endpoint: str | None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[CollectedFile]:
        """Files of the rows collected on the endpoint's deployments of the model in [start, end).

        Without an endpoint, those of the asset `{model}-inference`, whole.
        Raises NotFound when nothing was ever collected; no file in the span is no error.
        """
        named("a model", model)
        if endpoint is None:
            return self._of_asset(f"{model}-inference")
        named("an endpoint", endpoint)
        found: list[CollectedFile] = []
        collecting = False
        for deployment in self._endpoints.endpoint(endpoint).deployments:
            if deployment.model not in {None, model}:
                continue
            for collection, folder in self._folders(endpoint, deployment.name):
                collecting = True
                found.extend(
                    _collected(blob, period, collection, deployment.name)
                    for blob, period in self._of_span(folder, (), start, end)
                )
        if not collecting:
            raise NotFound(
                f"The workspace has no inference data of {model}; switch the data collector of "
                f"its deployments on {endpoint} on."
            )
        return sorted(found, key=lambda file: file.place)

    def fetch(self, files: Sequence[CollectedFile]) -> DataFiles:
        """Local files of those that were listed, in their order.

        Raises InvalidData when they hold more bytes than one question may fetch.
        """
        blobs = [_blob(file) for file in files]
        return _data_files(files, self._blobs.fetch(blobs, _WHAT))

    @contextmanager
    def lend(self, files: Sequence[CollectedFile]) -> Iterator[DataFiles]:
        """The same while they are read. Raises as `fetch` does."""
        with self._blobs.lend([_blob(file) for file in files], _WHAT) as paths:
            yield _data_files(files, paths)

    def _folders(self, endpoint: str, deployment: str) -> list[tuple[Collection, BlobLocation]]:
        """Where a deployment's rows lie; its requests' bodies only where no rows are collected."""
        found: list[tuple[Collection, BlobLocation]] = []
        for collection in Collection:
            if found and collection in {Collection.REQUEST, Collection.RESPONSE}:
                break
            try:
                asset = self._asset(f"{endpoint}-{deployment}-{collection.value}")
            except NotFound:
                continue
            found.append((collection, self._blobs.locate(text(asset, "dataUri") or "")))
        return found

    def _of_asset(self, name: str) -> list[CollectedFile]:
        asset = self._asset(name)
        column = texts(asset, "tags").get("time_column")
        return [
            replace(_collected(blob, None, Collection.INPUTS, None), time_column=column)
            for blob in self._blobs_of(name, asset)
        ]

    def _asset(self, name: str) -> Mapping[str, Any]:
        asset, _, version = name.partition(":")
        named("a data asset", asset, *([version] if version else []))
        if not version:
            container = self._resources.get("data", asset, thing=f"data asset {asset}")
            version = text(mapping(container, "properties"), "latestVersion") or ""
            if not is_resource_name(version):
                raise NotFound(f"The data asset {asset} has no version.")
        found = self._resources.get(
            "data", asset, "versions", version, thing=f"data asset {asset}:{version}"
        )
        return mapping(found, "properties")

    def _blobs_of(self, name: str, asset: Mapping[str, Any]) -> list[FoundBlob]:
        uri = text(asset, "dataUri")
        if uri is None:
            raise InvalidData(f"The data asset {name} does not say where it lies (dataUri).")
        match text(asset, "dataType"):
            case "uri_file":
                return [self._blobs.one(self._blobs.locate(uri))]
            case "mltable":
                return self._of_table(name, uri)
            case _:
                return [
                    blob
                    for blob in self._blobs.below(self._blobs.locate(uri))
                    if blob.location.path.lower().endswith(_READ)
                ]

    def _of_table(self, name: str, uri: str) -> list[FoundBlob]:
        """The files, folders and patterns a file MLTable names, relative to it or whole."""
        import yaml

        try:
            table = yaml.safe_load(self._blobs.read(uri, "MLTable"))
        except yaml.YAMLError as problem:
            raise InvalidData(f"The MLTable of the data asset {name} is not YAML.") from problem
        paths = table.get("paths") if isinstance(table, dict) else None
        root = self._blobs.locate(uri)
        found: dict[str, FoundBlob] = {}
        for entry in paths if isinstance(paths, list) else []:
            for kind, place in entry.items() if isinstance(entry, dict) else []:
                for blob in self._of_entry(root, str(kind), str(place)):
                    found[blob.location.path] = blob
        return [found[path] for path in sorted(found)]

    def _of_entry(self, root: BlobLocation, kind: str, place: str) -> Iterator[FoundBlob]:
        if kind == "pattern" and "://" not in place:
            pattern = root.below(place.removeprefix("./")).path
            for blob in self._blobs.below(root):
                if fnmatchcase(blob.location.path, pattern.replace("**/", "*")):
                    yield blob
            return
        whole = self._blobs.locate(place) if "://" in place else None
        location = whole or root.below(place.removeprefix("./"))
        if kind == "file":
            yield self._blobs.one(location)
        elif kind == "folder":
            yield from (
                blob
                for blob in self._blobs.below(location)
                if blob.location.path.lower().endswith(_READ)
            )
        else:
            raise InvalidData(f"{kind} {place[:200]!r} in a MLTable is not read; name files.")

    def _of_span(
        self,
        folder: BlobLocation,
        at: tuple[str, ...],
        start: datetime | None,
        end: datetime | None,
    ) -> Iterator[tuple[FoundBlob, Period | None]]:
        """Walk down year, month and day only where the span goes; a day is listed at once."""
        if len(at) >= _DAY or (start is None and end is None):
            root = folder.path.rstrip("/")
            for blob in self._blobs.below(folder):
                inside = tuple(blob.location.path.removeprefix(root).strip("/").split("/")[:-1])
                if may_hold(at + inside, start, end):
                    yield blob, period_of(at + inside)
            return
        blobs, folders = self._blobs.level(folder)
        yield from ((blob, period_of(at)) for blob in blobs)
        for below in folders:
            parts = (*at, below.path.rstrip("/").rpartition("/")[2])
            if may_hold(parts, start, end):
                yield from self._of_span(below, parts, start, end)


def _data_files(files: Sequence[CollectedFile], paths: tuple[str, ...]) -> DataFiles:
    return DataFiles(paths=paths, time_column=time_column_of(files))


def _collected(
    blob: FoundBlob, period: Period | None, collection: Collection, deployment: str | None
) -> CollectedFile:
    at = blob.location
    return CollectedFile(
        place=f"{at.account}/{at.container}/{at.path}",
        version=blob.etag,
        bytes=blob.size,
        collection=collection,
        deployment=deployment,
        start=period[0] if period else None,
        end=period[1] if period else None,
        time_column=ROW_TIME,
    )


def _blob(file: CollectedFile) -> FoundBlob:
    account, container, path = file.place.split("/", 2)
    return FoundBlob(
        location=BlobLocation(account=account, container=container, path=path),
        etag=file.version,
        size=file.bytes,
    )
