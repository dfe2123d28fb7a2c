"""Evidence, profiles, reports and policies, each in a container of its own."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from itertools import islice
from math import inf
from threading import Lock
from time import monotonic, time
from typing import Any

from azure.storage.blob import BlobServiceClient

from shared.adapters.azure.at_once import AT_ONCE, in_order
from shared.adapters.azure.blob_container import BlobContainer
from shared.adapters.names import plain_path
from shared.domain.canonical import canonical_json
from shared.errors import AlteredEvidence, NotFound
from shared.ports import PUT_AGAIN_WITHIN, KeptEvidence, no_evidence
from shared.recent import Recent

_REMEMBERED = 10_000
_MOST_EXPECTED = 64
_EXPECTED_SECONDS = 20.0
_MOST_LISTED = 20_000
_HEXADECIMAL = set("0123456789abcdef")


class BlobEvidence:
    """One blob a piece of evidence, in folders of the hash's first two digits.

    When a blob was last modified is when its content was last put. What this process put within
    the hour is not written again: a policy is put with every decision.
    """

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "evidence")
        self._lately: Recent[str, float] = Recent(_REMEMBERED)
        self._expected: OrderedDict[str, tuple[float, Future[bytes]]] = OrderedDict()
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._lock = Lock()

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal; what is there counts as put now."""
        digest = sha256(content).hexdigest()
        began = time()
        if abs(began - self._lately.get(digest, -inf)) < PUT_AGAIN_WITHIN.total_seconds():
            return digest
        blob = _name(digest)
        while not self._blobs.write_new(blob, content) and not self._blobs.touch(blob):
            continue
        with self._lock:
            self._lately[digest] = began
        return digest

    def expect(self, hashes: Iterable[str]) -> None:
        """Begin to read these; a `get` that follows soon waits for little or nothing.

        So many are held, and for a moment: whoever looks later looks anew.
        """
        for name in hashes:
            with self._lock:
                if name not in self._expected:
                    self._expected[name] = monotonic(), self._pool.submit(self._read, name)
                if len(self._expected) > _MOST_EXPECTED:
                    self._expected.popitem(last=False)[1][1].cancel()

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        with self._lock:
            began, expected = self._expected.pop(content_hash, (-inf, None))
        if expected is None or monotonic() - began > _EXPECTED_SECONDS:
            return self._read(content_hash)
        return expected.result()

    def _read(self, content_hash: str) -> bytes:
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        content = self._blobs.read(_name(content_hash))
        if content is None:
            raise NotFound(no_evidence(content_hash))
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content

    def walk(self, after: str = "", put_before: datetime | None = None) -> Iterator[KeptEvidence]:
        """What is kept, by hash and several parts at once, behind the hash `after`."""

        def kept(part: str, after: str = after) -> list[KeptEvidence]:
            found = (
                KeptEvidence(hash=name, put=put)
                for blob, put in self._blobs.modified(part)
                if (name := blob.rpartition("/")[2]) > after
                and (put_before is None or put < put_before)
            )
            return list(islice(found, _MOST_LISTED))

        parts = _parts_behind(after)
        for part, listed in zip(parts, in_order(kept, parts, AT_ONCE), strict=True):
            found = listed
            while found:
                yield from found
                found = kept(part, found[-1].hash) if len(found) == _MOST_LISTED else []

    def remove_all(self, hashes: Sequence[str], put_before: datetime) -> int:
        """Remove those that were not put since, several at once; returns how many went."""
        return sum(in_order(lambda name: self.remove(name, put_before), hashes))

    def remove(self, content_hash: str, put_before: datetime) -> bool:
        """Remove it for good unless it was put since; True when it was there and is gone."""
        with self._lock:
            self._lately.pop(content_hash, None)
            self._expected.pop(content_hash, None)
        return self._blobs.delete_unmodified(_name(content_hash), put_before)


def _parts_behind(after: str) -> list[str]:
    """What names begin with: a sixteenth of all each, or a folder where a part is over.

    >>> _parts_behind("ed01")
    ['ed/', 'ee/', 'ef/', 'f']
    >>> len(_parts_behind(""))
    16
    """
    if not after:
        return list("0123456789abcdef")
    folder = int(after[:2], 16)
    folders = [f"{one:02x}/" for one in range(folder, (folder // 16 + 1) * 16)]
    return [*folders, *"0123456789abcdef"[folder // 16 + 1 :]]


def _name(content_hash: str) -> str:
    return f"{content_hash[:2]}/{content_hash}"


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

    def walk(self, folder: str, saved_before: datetime) -> Iterator[str]:
        """The names below a folder that were last saved before then, in order."""
        for blob, saved in self._blobs.modified(f"{plain_path(folder, 'profile')}/"):
            if saved < saved_before:
                yield blob.removesuffix(".json")

    def remove(self, name: str, saved_before: datetime) -> bool:
        """Remove it unless it was saved since; True when it was there and is gone."""
        return self._blobs.delete_unmodified(f"{plain_path(name, 'profile')}.json", saved_before)


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


class BlobAnchors:
    """`2026/02/03T021500Z` is kept in `2026/02/03T021500Z.json`, in a container of its own.

    Its policy lets nothing there be changed or deleted for as long as it says, by nobody.
    """

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "heads")

    def keep(self, name: str, content: bytes) -> bool:
        """Keep it unless something is there under the name; True when it is new."""
        return self._blobs.write_new(f"{plain_path(name, 'anchor')}.json", content)

    def newest(self) -> bytes | None:
        """What was kept under the last name in their order, None when nothing was."""
        years = list(self._blobs.folders(""))
        months = list(self._blobs.folders(years[-1])) if years else []
        names = list(self._blobs.names(months[-1])) if months else []
        return self._blobs.read(names[-1]) if names else None


class PolicyBlobs:
    """The files of the container `policies`; a blob whose ETag is known is not read again."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, "policies")
        self._known: dict[str, tuple[str, bytes]] = {}

    def __call__(self) -> Mapping[str, bytes]:
        """The content of each file by its name."""
        there: dict[str, tuple[str, bytes]] = {}
        for name, etag in self._blobs.versions().items():
            known = self._known.get(name)
            if known is None or known[0] != etag:
                content = self._blobs.read(name)
                if content is None:
                    continue
                known = (etag, content)
            there[name] = known
        self._known = there
        return {name: content for name, (_, content) in there.items()}
