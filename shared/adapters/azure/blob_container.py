"""One container of the storage account, with faults told as ours."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobPrefix, BlobServiceClient

from shared.adapters.azure.faults import is_missing, told_as_ours

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

STORAGE = {"connection_timeout": 20, "read_timeout": 60}
"""Seconds; what the SDK gives a transport of its own."""
_WHOLE_SECONDS = timedelta(seconds=1)
"""A blob's time of modification is cut to the second."""


def blob_service(endpoint: str, credential: "TokenCredential", **options: Any) -> BlobServiceClient:
    """A client of the account at `https://<account>.blob.core.windows.net`."""
    return BlobServiceClient(endpoint, credential=credential, **options)


class BlobContainer:
    """Reads and writes whole blobs by name."""

    def __init__(self, service: BlobServiceClient, name: str) -> None:
        self._client = service.get_container_client(name)
        self._name = name

    def read(self, blob: str) -> bytes | None:
        """The content, None when there is no such blob. Raises NotFound for no such container."""
        with self._told(f"read {blob}"):
            try:
                return self._client.download_blob(blob).readall()
            except ResourceNotFoundError as error:
                if is_missing(error, "ContainerNotFound"):
                    raise
                return None

    def write(self, blob: str, content: bytes, kind: str = "application/json") -> None:
        """Write over what is there."""
        self._upload(blob, content, kind, overwrite=True)

    def write_new(self, blob: str, content: bytes, kind: str = "application/json") -> bool:
        """Write unless something is there; False when it is."""
        return self._upload(blob, content, kind, overwrite=False)

    def delete(self, blob: str) -> None:
        """Remove it; harmless when it is gone."""
        with self._told(f"delete {blob}"):
            try:
                self._client.delete_blob(blob)
            except ResourceNotFoundError as error:
                if is_missing(error, "ContainerNotFound"):
                    raise

    def touch(self, blob: str) -> bool:
        """Have it count as modified now; False when there is no such blob."""
        with self._told(f"touch {blob}"):
            try:
                self._client.get_blob_client(blob).set_blob_metadata()
            except ResourceNotFoundError as error:
                if is_missing(error, "ContainerNotFound"):
                    raise
                return False
        return True

    def delete_unmodified(self, blob: str, before: datetime) -> bool:
        """Remove it unless it was modified at that time or later; True when it is gone by this."""
        with self._told(f"delete {blob}"):
            try:
                client = self._client.get_blob_client(blob)
                kept = client.get_blob_properties()
                if kept.last_modified > before - _WHOLE_SECONDS:
                    return False
                client.delete_blob(etag=kept.etag, match_condition=MatchConditions.IfNotModified)
            except ResourceModifiedError:
                return False
            except ResourceNotFoundError as error:
                if is_missing(error, "ContainerNotFound"):
                    raise
                return False
        return True

    def modified(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """The names that begin with a prefix, in order, with when each was last modified."""
        with self._told("list blobs"):
            for blob in self._client.list_blobs(name_starts_with=prefix):
                yield str(blob.name), blob.last_modified

    def names(self, prefix: str = "") -> Iterator[str]:
        """The names that begin with a prefix, in order."""
        with self._told("list blobs"):
            yield from self._client.list_blob_names(name_starts_with=prefix)

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below a prefix, in order, each with its slash."""
        with self._told("list blobs"):
            for item in self._client.walk_blobs(name_starts_with=prefix, delimiter="/"):
                if isinstance(item, BlobPrefix):
                    yield str(item.name)

    def versions(self) -> dict[str, str]:
        """The ETag of every blob by its name."""
        with self._told("list blobs"):
            return {str(blob.name): str(blob.etag) for blob in self._client.list_blobs()}

    def _upload(self, blob: str, content: bytes, kind: str, *, overwrite: bool) -> bool:
        from azure.storage.blob import ContentSettings

        with self._told(f"write {blob}"):
            try:
                self._client.upload_blob(
                    blob,
                    content,
                    overwrite=overwrite,
                    content_settings=ContentSettings(content_type=kind),
                )
            except ResourceExistsError:
                return False
        return True

    def _told(self, doing: str) -> AbstractContextManager[None]:
        return told_as_ours(
            f"{doing} in the container {self._name!r}",
            thing=f"container {self._name!r} at {self._client.primary_endpoint}",
            permission="the role Storage Blob Data Contributor on the storage account",
        )
