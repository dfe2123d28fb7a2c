"""The container `deadletters`: notes of messages that were put aside, and Event Grid's dead events.

::

    messages/<queue>/<hash>.json, messages/<queue>/<hash>.part.json   notes, whole ones and others
    <EVENT-SUBSCRIPTION>/<yyyy>/<m>/<d>/<h>/<guid>.json               what Event Grid gave up
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from azure.storage.blob import BlobServiceClient

from shared.adapters.azure.blob_container import BlobContainer
from shared.adapters.dead_event_files import dead_events, without
from shared.adapters.note_rows import key_of, note_from_json, note_key, note_to_json
from shared.ports import DeadEvent, Note

CONTAINER = "deadletters"
_NOTES = "messages/"
_PART = ".part.json"
_WHOLE = ".json"
_MOST_COUNTED = 5000
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class BlobNotes:
    """One blob a note; whether it is whole is in its name, so that counting reads none."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, CONTAINER)

    def keep(self, note: Note) -> None:
        """Keep it in place of the one there may be."""
        self._blobs.write(_name(note), note_to_json(note))

    def notes(self, queue: str, limit: int = 1000) -> Sequence[Note]:
        """Those of one queue, oldest first."""
        found = []
        for name in islice(self._blobs.names(_folder(queue)), limit):
            content = self._blobs.read(name)
            if content is not None:
                found.append(note_from_json(content))
        return sorted(found, key=lambda note: (note.at, note.message_id, note.number))

    def note(self, queue: str, message_id: str, number: int) -> Note | None:
        """The one of one message, None when there is none."""
        name = f"{_folder(queue)}{key_of(queue, message_id, number)}"
        for ending in (_PART, _WHOLE):
            content = self._blobs.read(f"{name}{ending}")
            if content is not None:
                return note_from_json(content)
        return None

    def drop(self, note: Note) -> None:
        """Remove it; harmless when it is gone."""
        self._blobs.delete(_name(note))

    def count(self) -> int:
        """How many whole ones there are, as far as 5000."""
        names = islice(self._blobs.names(_NOTES), _MOST_COUNTED)
        return sum(not name.endswith(_PART) for name in names)


class BlobDeadEvents:
    """Reads what Event Grid wrote there for its event subscriptions."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._blobs = BlobContainer(service, CONTAINER)

    def dead_events(self, limit: int = 1000) -> Sequence[DeadEvent]:
        """Those that are still there, oldest first."""
        found: list[DeadEvent] = []
        for name in self._files():
            if len(found) >= limit:
                break
            content = self._blobs.read(name)
            if content is not None:
                found.extend(dead_events(content, name, _hour_of(name)))
        return sorted(found[:limit], key=lambda event: (event.at, event.id))

    def remove_event(self, event: DeadEvent) -> None:
        """Take it out of its file; harmless when it is gone.

        Where two people do so at once with two events of one file, one of these may be there again:
        sent again, it is known by its id.
        """
        content = self._blobs.read(event.place)
        if content is None or event.place.startswith(_NOTES):
            return
        left = without(content, event.id, event.place)
        if left is None:
            self._blobs.delete(event.place)
        else:
            self._blobs.write(event.place, left)

    def count_events(self) -> int:
        """How many files there are, as far as 5000."""
        return sum(1 for _ in islice(self._files(), _MOST_COUNTED))

    def _files(self) -> Iterator[str]:
        """Event Grid's folders are named in capitals, and so come before the notes'."""
        for name in self._blobs.names():
            if not name.startswith(_NOTES):
                yield name


def _folder(queue: str) -> str:
    return f"{_NOTES}{queue.replace('/', '.')}/"


def _name(note: Note) -> str:
    return f"{_folder(note.queue)}{note_key(note)}{_WHOLE if note.whole else _PART}"


def _hour_of(name: str) -> datetime:
    """The hour that Event Grid wrote a file in, by its name."""
    try:
        year, month, day, hour = (int(part) for part in name.split("/")[-5:-1])
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return _EARLIEST
