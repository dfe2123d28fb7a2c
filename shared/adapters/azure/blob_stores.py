"""Evidence, profiles, reports and policies, each in a container of its own."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from azure.storage.blob import BlobServiceClient

from shared.adapters.azure.blob_container import BlobContainer
from shared.adapters.names import plain_path
from shared.domain.canonical import canonical_json
from shared.errors import AlteredEvidence, NotFound

_HEXADECIMAL = set("0123456789abcdef")


class BlobEvidence:
    """One blob a piece of evidence, in folders of the hash's first two digits."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "evidence")

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal."""
        digest = sha256(content).hexdigest()
        self._blobs.write_new(f"{digest[:2]}/{digest}", content)
        return digest

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        content = self._blobs.read(f"{content_hash[:2]}/{content_hash}")
        if content is None:
            raise NotFound(f"There is no evidence {content_hash}.")
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content


class BlobProfiles:
    """`model/loan-default/7` is kept in `model/loan-default/7.json`."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "profiles")

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep a profile's JSON form; the newest under a name wins."""
        self._blobs.write(f"{plain_path(name, 'profile')}.json", canonical_json(profile))

    def load(self, name: str) -> Mapping[str, Any] | None:
        """Read it back, None when there is none."""
        content = self._blobs.read(f"{plain_path(name, 'profile')}.json")
        return None if content is None else dict(json.loads(content))


class BlobReports:
    """`drift/loan-default/2026-02-03` is kept in `drift/loan-default/2026-02-03.html`."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "reports")

    def save(self, name: str, page: str) -> None:
        """Keep a page; the newest under a name wins."""
        self._blobs.write(
            f"{plain_path(name, 'report')}.html", page.encode(), "text/html; charset=utf-8"
        )

    def load(self, name: str) -> str | None:
        """Read it back, None when there is none."""
        content = self._blobs.read(f"{plain_path(name, 'report')}.html")
        return None if content is None else content.decode()


class PolicyBlobs:
    """The files of the container `policies`; a blob whose ETag is known is not read again."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "policies")
        self._known: dict[str, tuple[str, bytes]] = {}

    def __call__(self) -> Mapping[str, bytes]:
        """The content of each file by its name."""
        contents = {}
        for name, etag in self._blobs.versions().items():
            known = self._known.get(name)
            if known is None or known[0] != etag:
                content = self._blobs.read(name)
                if content is None:
                    continue
                known = self._known[name] = (etag, content)
            contents[name] = known[1]
        return contents
