"""The archive as a table of one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from shared.adapters.embedded.database import Database
from shared.domain.canonical import canonical_json, format_time, parse_time
from shared.ports import ArchivedEvent

_PAGE = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS archive (
    key TEXT PRIMARY KEY,
    received TEXT NOT NULL,
    via TEXT NOT NULL,
    body BLOB NOT NULL,
    event TEXT,
    refusal TEXT
);
CREATE INDEX IF NOT EXISTS archive_received ON archive (received);
"""


class EmbeddedArchive:
    """Keeps each inbound envelope once, by its key."""

    def __init__(self, path: Path | Database) -> None:
        self._database = Database.of(path, _SCHEMA)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread puts within is one transaction, kept at its end or not at all."""
        with self._database.write(alone=True):
            yield

    def put(self, archived: ArchivedEvent) -> bool:
        """Keep it unless its key is there already; True when it is new."""
        event = None if archived.event is None else canonical_json(archived.event).decode()
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO archive VALUES (?, ?, ?, ?, ?, ?)",
                (
                    archived.key,
                    format_time(archived.received),
                    archived.via,
                    archived.body,
                    event,
                    archived.refusal,
                ),
            )
            return cursor.rowcount == 1

    def get(self, key: str) -> ArchivedEvent | None:
        """One of them, None when unknown."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM archive WHERE key = ?", (key,)).fetchone()
        return None if row is None else _read(row)

    def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> Iterable[ArchivedEvent]:
        """Received in [since, until), newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM archive WHERE received >= ? AND received < ?"
                " ORDER BY received DESC, rowid DESC LIMIT ?",
                (
                    "" if since is None else format_time(since),
                    "~" if until is None else format_time(until),
                    limit,
                ),
            ).fetchall()
        return [_read(row) for row in rows]

    def walk(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[ArchivedEvent]:
        """Received in [since, until), oldest first and page by page, however many there are."""
        after, number = "" if since is None else format_time(since), -1
        end = "~" if until is None else format_time(until)
        while rows := self._page(after, number, end):
            yield from (_read(row) for row in rows)
            after, number = rows[-1]["received"], rows[-1]["number"]

    def remove(self, keys: Sequence[str]) -> None:
        """Remove these for good; harmless for those that are gone."""
        with self._database.erase() as connection:
            connection.executemany("DELETE FROM archive WHERE key = ?", [(key,) for key in keys])

    def _page(self, after: str, number: int, end: str) -> Sequence[sqlite3.Row]:
        with self._database.read() as connection:
            return connection.execute(
                "SELECT rowid AS number, * FROM archive WHERE (received, rowid) > (?, ?)"
                " AND received < ? ORDER BY received, rowid LIMIT ?",
                (after, number, end, _PAGE),
            ).fetchall()


def _read(row: sqlite3.Row) -> ArchivedEvent:
    return ArchivedEvent(
        key=row["key"],
        received=parse_time(row["received"]),
        via=row["via"],
        body=row["body"],
        event=None if row["event"] is None else json.loads(row["event"]),
        refusal=row["refusal"],
    )
