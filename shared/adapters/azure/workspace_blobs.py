"""Lists and fetches the blobs behind a workspace's data, with a limit on bytes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.answers import mapping, text
from shared.adapters.azure.blob_cache import BlobCache
from shared.adapters.azure.blob_locations import BlobLocation, read_location
from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.gates import GatedTransport, Gates
from shared.adapters.azure.workspace_resources import WorkspaceResources
from shared.errors import Conflict, InvalidData
from shared.recent import Recent

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.blob import ContainerClient

_AT_ONCE = 8
_PATIENCE = {
    "retry_total": 3,
    "initial_backoff": 1,
    "increment_base": 2,
    "random_jitter_range": 1,
}
"""Seconds; the SDK's own first wait is 15, which would hold a function for minutes."""
_TIMEOUTS = {"connection_timeout": 10, "read_timeout": 60}
_TRIES_WHILE_IT_GROWS = 3
_MOST_BYTES_AT_ONCE = 2**20
_MOST_CONTAINERS = 64
"""Another thread may still read from one that is forgotten, so its connections go with it."""


def public_account(account: str) -> str:
    """The address of a storage account in the public cloud."""
    return f"https://{account}.blob.core.windows.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBlob:
    """A blob as it was listed; `written` is when it was last changed."""

    location: BlobLocation
    etag: str
    size: int
    written: datetime | None = None


class WorkspaceBlobs:
    """Blobs by the places a workspace names.

    `address_of_account` gives an account's address, for other clouds or private links; `retries`
    are keyword arguments of the SDK's retry policy; one question may fetch `most_bytes`.
    """

    def __init__(
        self,
        resources: WorkspaceResources,
        credential: "TokenCredential",
        cache: BlobCache,
        *,
        address_of_account: Callable[[str], str] = public_account,
        most_bytes: int = 2 * 2**30,
        gates: Gates | None = None,
        **retries: Any,
    ) -> None:
        self._resources = resources
        self._credential = credential
        self._cache = cache
        self._address_of_account = address_of_account
        self._most_bytes = most_bytes
        self._gates = gates or Gates()
        self._retries = {**_PATIENCE, **retries}
        self._containers: Recent[tuple[str, str], ContainerClient] = Recent(_MOST_CONTAINERS)
        self._lock = Lock()

    def locate(self, uri: str) -> BlobLocation:
        """A place as account, container and path; a datastore is looked up in the workspace.

        Raises InvalidData for a place Driftgate does not read, NotFound for the datastore.
        """
        location = read_location(uri)
        if isinstance(location, BlobLocation):
            return location
        workspace = location.workspace
        if workspace is not None and workspace.lower() != self._resources.workspace.lower():
            raise InvalidData(f"{uri[:200]!r} lies in another workspace, {workspace}.")
        store = mapping(
            self._resources.get(
                "datastores", location.datastore, thing=f"datastore {location.datastore}"
            ),
            "properties",
        )
        return BlobLocation(
            account=text(store, "accountName") or "",
            container=text(store, "containerName") or text(store, "filesystem") or "",
            path=location.path,
        )

    def read(self, uri: str, name: str) -> bytes:
        """A small file below a place. Raises NotFound, InvalidData when it is no small file."""
        location = self.locate(uri).below(name)
        with self._told(location, f"read {name}"):
            reader = self._container(location).download_blob(
                location.path, offset=0, length=_MOST_BYTES_AT_ONCE
            )
            content: bytes = reader.readall()
        if len(content) == _MOST_BYTES_AT_ONCE:
            raise InvalidData(f"{location.path} is larger than 1 MiB.")
        return content

    def one(self, location: BlobLocation) -> FoundBlob:
        """A single blob. Raises NotFound."""
        with self._told(location, f"read {location.path}"):
            blob = self._container(location).get_blob_client(location.path).get_blob_properties()
        return FoundBlob(
            location=location,
            etag=_etag(blob.etag),
            size=blob.size,
            written=blob.last_modified,
        )

    def below(self, location: BlobLocation) -> Iterator[FoundBlob]:
        """Every blob below a folder, by name; empty ones, as folders are, left out."""
        with self._told(location, f"list {location.path}"):
            for blob in self._container(location).list_blobs(name_starts_with=_folder(location)):
                yield from self._found(location, blob)

    def level(self, location: BlobLocation) -> tuple[list[FoundBlob], list[BlobLocation]]:
        """The blobs and the folders directly below a folder."""
        from azure.storage.blob import BlobPrefix

        blobs: list[FoundBlob] = []
        folders: list[BlobLocation] = []
        with self._told(location, f"list {location.path}"):
            container = self._container(location)
            for blob in container.walk_blobs(name_starts_with=_folder(location)):
                if isinstance(blob, BlobPrefix):
                    folders.append(_at(location, blob.name))
                else:
                    blobs.extend(self._found(location, blob))
        return blobs, folders

    @contextmanager
    def lend(self, blobs: Sequence[FoundBlob], what: str) -> Iterator[tuple[str, ...]]:
        """The same while they are read; nothing of it stays. Raises as `fetch` does."""
        with self._cache.apart() as cache:
            yield self.fetch(blobs, what, cache)

    def fetch(
        self, blobs: Sequence[FoundBlob], what: str, cache: BlobCache | None = None
    ) -> tuple[str, ...]:
        """Paths of the files, in order; those that did not change are not fetched again.

        They are kept in the `cache` of all questions unless another is given.
        Raises InvalidData when they hold more bytes than one question may fetch.
        """
        size = sum(blob.size for blob in blobs)
        if size > self._most_bytes:
            raise InvalidData(
                f"{what} has {size:,} bytes in {len(blobs)} files, more than the limit of "
                f"{self._most_bytes:,}; register a sample of them, or ask for a shorter window."
            )
        kept = self._cache if cache is None else cache
        if len(blobs) <= 1:
            paths = [self._fetch(blob, kept) for blob in blobs]
        else:
            with ThreadPoolExecutor(min(_AT_ONCE, len(blobs))) as pool:
                paths = list(pool.map(partial(self._fetch, cache=kept), blobs))
        kept.shrink()
        return tuple(map(str, paths))

    def close(self) -> None:
        """Close its connections."""
        with self._lock:
            for container in self._containers.values():
                container.close()
            self._containers.clear()

    def _fetch(self, blob: FoundBlob, cache: BlobCache) -> Path:
        container = self._container(blob.location)
        address = container.get_blob_client(blob.location.path).url
        found = cache.find(address, blob.etag)
        if found is not None:
            return found
        for _ in range(_TRIES_WHILE_IT_GROWS):
            try:
                with self._told(blob.location, f"fetch {blob.location.path}"):
                    reader = container.download_blob(blob.location.path)
                    etag = _etag(reader.properties.etag)

                    def write(path: Path, reader: Any = reader) -> None:
                        with path.open("wb") as file:
                            reader.readinto(file)

                    return cache.keep(address, etag, write)
            except Conflict:
                continue
        raise Conflict(f"{blob.location.path} grew each time while it was read; try again later.")

    def _found(self, location: BlobLocation, blob: Any) -> Iterator[FoundBlob]:
        if blob.size:
            yield FoundBlob(
                location=_at(location, blob.name),
                etag=_etag(blob.etag),
                size=blob.size,
                written=blob.last_modified,
            )

    def _container(self, location: BlobLocation) -> "ContainerClient":
        from azure.storage.blob import ContainerClient

        key = location.account, location.container
        with self._lock:
            known = self._containers.get(key)
            if known is None:
                known = self._containers[key] = ContainerClient(
                    self._address_of_account(location.account),
                    location.container,
                    credential=self._credential,
                    transport=GatedTransport(self._gates, **_TIMEOUTS),
                    **self._retries,
                )
            return known

    def _told(self, location: BlobLocation, doing: str) -> Any:
        return told_as_ours(
            doing,
            thing=f"{location.path} in {location.account}/{location.container}",
            permission="the role Storage Blob Data Reader on the storage account "
            f"{location.account}",
        )


def _at(location: BlobLocation, path: str) -> BlobLocation:
    return BlobLocation(account=location.account, container=location.container, path=path)


def _folder(location: BlobLocation) -> str:
    return f"{location.path.rstrip('/')}/" if location.path.strip("/") else ""


def _etag(value: object) -> str:
    """Listed without quotation marks, told with them in a header."""
    return str(value).strip('"')
