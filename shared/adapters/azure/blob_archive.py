"""The archive as blobs: each event under the hash of its key, and an index by time.

::

    by-key/<sha-256 of the key>                                the event
    by-time/<hour, counted backwards>/<time, backwards>-<sha>  empty: where to find it by time

The index is written first, so that no event can be in the archive and not be found by time. An
index entry whose event was received at another time is that of a repeat, and passed over.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

from azure.storage.blob import BlobServiceClient

from shared.adapters.azure.at_once import in_order
from shared.adapters.azure.blob_container import BlobContainer
from shared.domain.canonical import canonical_json, format_time, parse_time
from shared.ports import ArchivedEvent

CONTAINER = "events"
_HOUR = 3_600_000_000
_LAST = 10**17 - 1
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(5000, 1, 1, tzinfo=UTC)


class BlobArchive:
    """Keeps each inbound envelope once, by its key."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, CONTAINER)

    def together(self) -> AbstractContextManager[None]:
        """Each is kept by itself."""
        return nullcontext()

    def put(self, archived: ArchivedEvent) -> bool:
        """Keep it unless its key is there already; True when it is new."""
        name = sha256(archived.key.encode()).hexdigest()
        index = _index(archived.received, name)
        self._blobs.write_new(index, b"", "text/plain")
        if self._blobs.write_new(f"by-key/{name}", _content(archived)):
            return True
        kept = self._read(name)
        if kept is not None and kept.received != archived.received:
            self._blobs.delete(index)
        return False

    def get(self, key: str) -> ArchivedEvent | None:
        """One of them, None when unknown."""
        return self._read(sha256(key.encode()).hexdigest())

    def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> Iterable[ArchivedEvent]:
        """Received in [since, until), newest first."""
        names = self._names(since or _EARLIEST, until or _LATEST)
        found = (event for event in in_order(self._indexed, names) if event is not None)
        return list(islice(found, limit))

    def walk(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[ArchivedEvent]:
        """Received in [since, until), oldest first; the names of one hour are held at a time."""
        names = self._names_oldest_first(since or _EARLIEST, until or _LATEST)
        for event in in_order(self._indexed, names):
            if event is not None:
                yield event

    def _names_oldest_first(self, since: datetime, until: datetime) -> Iterator[str]:
        newest, oldest = _backwards(until), _backwards(since)
        for folder in reversed(list(self._blobs.folders("by-time/"))):
            hour = int(folder.split("/")[1])
            if hour * _HOUR > oldest or (hour + 1) * _HOUR <= newest:
                continue
            for name in reversed(list(self._blobs.names(folder))):
                if newest < int(name.rpartition("/")[2].partition("-")[0]) <= oldest:
                    yield name

    def remove(self, keys: Sequence[str]) -> None:
        """Remove these for good; harmless for those that are gone.

        An event goes before its index: an index that leads nowhere tells nothing.
        """
        for _ in in_order(self._remove, [sha256(key.encode()).hexdigest() for key in keys]):
            continue

    def _remove(self, name: str) -> None:
        kept = self._read(name)
        if kept is not None:
            self._blobs.delete(f"by-key/{name}")
            self._blobs.delete(_index(kept.received, name))

    def _names(self, since: datetime, until: datetime) -> Iterator[str]:
        newest, oldest = _backwards(until), _backwards(since)
        for folder in self._blobs.folders("by-time/"):
            hour = int(folder.split("/")[1])
            if (hour + 1) * _HOUR <= newest:
                continue
            if hour * _HOUR > oldest:
                return
            for name in self._blobs.names(folder):
                if newest < int(name.rpartition("/")[2].partition("-")[0]) <= oldest:
                    yield name

    def _indexed(self, index: str) -> ArchivedEvent | None:
        """The event an index entry leads to, None where it is that of a repeat."""
        name = index.rpartition("-")[2]
        event = self._read(name)
        return event if event is not None and index == _index(event.received, name) else None

    def _read(self, name: str) -> ArchivedEvent | None:
        content = self._blobs.read(f"by-key/{name}")
        if content is None:
            return None
        plain = json.loads(content)
        return ArchivedEvent(
            key=plain["key"],
            received=parse_time(plain["received"]),
            via=plain["via"],
            body=b64decode(plain["body"]),
            event=plain["event"],
            refusal=plain["refusal"],
        )


def _content(archived: ArchivedEvent) -> bytes:
    return canonical_json(
        {
            "key": archived.key,
            "received": format_time(archived.received),
            "via": archived.via,
            "body": b64encode(archived.body).decode(),
            "event": None if archived.event is None else dict(archived.event),
            "refusal": archived.refusal,
        }
    )


def _index(received: datetime, name: str) -> str:
    time = _backwards(received)
    return f"by-time/{time // _HOUR:08d}/{time:017d}-{name}"


def _backwards(at: datetime) -> int:
    """Microseconds counted down, so that the newest name comes first."""
    return _LAST - (int(at.timestamp()) * 1_000_000 + at.microsecond)
