"""What the embedded broker has put aside, and the notes that Driftgate keeps of it."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from shared.adapters.embedded.database import Database
from shared.adapters.message_rows import message_or_text
from shared.adapters.note_rows import key_of, note_from_json, note_key, note_to_json
from shared.domain.canonical import format_time, parse_time
from shared.ports import DeadLetter, Message, Note

SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    sentence TEXT NOT NULL,
    message TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS note (
    key TEXT PRIMARY KEY, queue TEXT NOT NULL, at TEXT NOT NULL, whole INTEGER NOT NULL,
    note TEXT NOT NULL
);
"""


class Buried:
    """The dead letters in the broker's own database; those of a `kept` queue wait in the queue."""

    def __init__(self, database: Database, kept: frozenset[str]) -> None:
        self._database = database
        self._kept = kept
        with database.read() as connection:
            known = _columns(connection)
        if "tries" not in known:
            self._count_tries()

    def _count_tries(self) -> None:
        """A file from before tries were kept gets their column; another process may be faster."""
        with self._database.write() as connection:
            if "tries" not in _columns(connection):
                connection.execute(
                    "ALTER TABLE dead_letter ADD COLUMN tries INTEGER NOT NULL DEFAULT 0"
                )

    def bury(
        self,
        connection: sqlite3.Connection,
        row: sqlite3.Row,
        reason: str,
        sentence: str,
        at: datetime,
    ) -> None:
        """Move a row of the queue to the dead letters, as it is."""
        connection.execute(
            "INSERT INTO dead_letter (queue, at, reason, sentence, message, tries)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (row["queue"], format_time(at), reason, sentence, row["message"], row["deliveries"]),
        )
        connection.execute("DELETE FROM message WHERE number = ?", (row["number"],))

    def dead_letters(self, queue: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """What was put aside, oldest first."""
        read = (
            "SELECT number, due AS at, message FROM message"
            if queue in self._kept
            else "SELECT * FROM dead_letter"
        )
        with self._database.read() as connection:
            rows = connection.execute(
                f"{read} WHERE queue = ? ORDER BY number LIMIT ?",
                (queue, limit),
            ).fetchall()
        return [_letter(queue, row, waits=queue in self._kept) for row in rows]

    def remove(self, queue: str, numbers: Collection[int]) -> Collection[int]:
        """Take these away for good; returns those that were there."""
        table = "message" if queue in self._kept else "dead_letter"
        there = set()
        with self._database.write() as connection:
            for number in numbers:
                done = connection.execute(
                    f"DELETE FROM {table} WHERE queue = ? AND number = ?",  # noqa: S608
                    (queue, number),
                )
                if done.rowcount:
                    there.add(number)
        return there

    def keep(self, note: Note) -> None:
        """Keep it in place of the one there may be."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?)",
                (
                    note_key(note),
                    note.queue,
                    format_time(note.at),
                    note.whole,
                    note_to_json(note).decode(),
                ),
            )

    def notes(self, queue: str, limit: int = 1000) -> Sequence[Note]:
        """Those of one queue, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT note FROM note WHERE queue = ? ORDER BY at, key LIMIT ?", (queue, limit)
            ).fetchall()
        return [note_from_json(row["note"].encode()) for row in rows]

    def note(self, queue: str, message_id: str, number: int) -> Note | None:
        """The one of one message, None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT note FROM note WHERE key = ?", (key_of(queue, message_id, number),)
            ).fetchone()
        return None if row is None else note_from_json(row["note"].encode())

    def drop(self, note: Note) -> None:
        """Remove it; harmless when it is gone."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM note WHERE key = ?", (note_key(note),))

    def count(self) -> int:
        """How many letters and whole notes there are, those in the kept queues too."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM dead_letter)"
                " + (SELECT count(*) FROM note WHERE whole = 1)"
                " + (SELECT count(*) FROM message"
                "    WHERE queue IN (SELECT value FROM json_each(?))) AS there",
                (json.dumps(sorted(self._kept)),),
            ).fetchone()
        return int(row["there"])


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in connection.execute("PRAGMA table_info(dead_letter)")}


def _letter(queue: str, row: sqlite3.Row, *, waits: bool) -> DeadLetter:
    message, original = message_or_text(row["message"], queue)
    reason, sentence = _why(message) if waits else (row["reason"], row["sentence"])
    return DeadLetter(
        message=message,
        at=parse_time(row["at"]),
        reason=reason,
        sentence=sentence,
        number=row["number"],
        tries=0 if waits else row["tries"],
        original=original,
    )


def _why(message: Message) -> tuple[str, str]:
    """Why a message of a kept queue is there: it says so itself."""
    data = message.body.get("data")
    said = data if isinstance(data, dict) else {}
    return str(said.get("reason") or ""), str(said.get("sentence") or "")
