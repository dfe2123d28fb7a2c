"""Messages that were committed and not yet sent, found without looking at every subject."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableClient

from shared.adapters.azure.faults import is_missing
from shared.adapters.azure.table_rows import PENDING, outbox_row, text_of, texts
from shared.adapters.message_rows import message_from_json, message_to_json
from shared.domain.canonical import format_time, parse_time
from shared.ports import Clock, Message
from shared.recent import Recent

_REMEMBERED = 10_000
NEVER_COMMITTED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a message lies, and the pending row that leads there."""

    partition: str
    row: str
    pending: str
    version: int
    commit: str


class TableOutbox:
    """Follows the pending rows to the messages; a sent message is deleted.

    A pending row without messages belongs to a commit that is under way, failed, or was sent. It
    goes when its messages are sent, or after a day, when no commit can still be under way.
    """

    def __init__(self, table: TableClient, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._known: Recent[str, tuple[_Place, ...]] = Recent(_REMEMBERED)
        self._lock = Lock()

    def properties(self, message: Message, committed: datetime) -> dict[str, Any]:
        """A message as properties of its row. Raises Refused when it is too long."""
        text = texts(message_to_json(message), f"The message {message.id}")
        return {"message": message.id, "committed": format_time(committed), **text}

    def remember(
        self, partition: str, commit: str, version: int, messages: Sequence[Message], key: str
    ) -> None:
        """Spare `mark_sent` the search for what this process committed itself."""
        for index, message in enumerate(messages):
            place = _Place(
                partition=partition,
                row=outbox_row(version, index),
                pending=f"{key}-{commit}",
                version=version,
                commit=commit,
            )
            self._remember(message.id, place)

    def unsent(self, limit: int) -> Iterator[tuple[Message, datetime]]:
        """At most `limit` messages with the time of their commit, oldest first."""
        left = limit
        for pending in self._table.query_entities(
            f"PartitionKey eq '{PENDING}'", results_per_page=min(max(limit, 1), 1000)
        ):
            rows = self._rows(pending["partition"], pending["version"], pending["commit"])
            if not rows:
                self._forget_old(pending)
            for row in rows:
                if left == 0:
                    return
                left -= 1
                place = _Place(
                    partition=row["PartitionKey"],
                    row=row["RowKey"],
                    pending=pending["RowKey"],
                    version=pending["version"],
                    commit=pending["commit"],
                )
                self._remember(row["message"], place)
                yield message_from_json(text_of(row)), parse_time(row["committed"])

    def mark_sent(self, message_ids: Sequence[str]) -> None:
        """Delete their rows, then the pending rows that lead nowhere any more."""
        wanted = set(message_ids)
        if not wanted <= self._known.keys():
            for _ in self.unsent(2**31):
                if wanted <= self._known.keys():
                    break
        emptied: dict[str, _Place] = {}
        for message_id in message_ids:
            with self._lock:
                places = self._known.pop(message_id, ())
            for place in places:
                self._delete(place.partition, place.row)
                emptied[place.pending] = place
        for pending, place in emptied.items():
            if not self._rows(place.partition, place.version, place.commit):
                self._delete(PENDING, pending)

    def _remember(self, message_id: str, place: _Place) -> None:
        with self._lock:
            places = self._known.get(message_id, ())
            if place not in places:
                self._known[message_id] = (*places, place)

    def _rows(self, partition: str, version: int, commit: str) -> list[Mapping[str, Any]]:
        rows = self._table.query_entities(
            "PartitionKey eq @partition and RowKey ge @first and RowKey le @last",
            parameters={
                "partition": partition,
                "first": outbox_row(version, 0),
                "last": outbox_row(version, 999),
            },
        )
        return [row for row in rows if row["commit"] == commit]

    def _forget_old(self, pending: Any) -> None:
        written = pending.metadata.get("timestamp")
        if written is not None and self._clock() - written > NEVER_COMMITTED_AFTER:
            self._delete(PENDING, pending["RowKey"])

    def _delete(self, partition: str, row: str) -> None:
        try:
            self._table.delete_entity(partition, row)
        except ResourceNotFoundError as error:
            if is_missing(error, "TableNotFound"):
                raise
