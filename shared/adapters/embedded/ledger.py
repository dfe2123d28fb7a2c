"""The ledger as tables of one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.adapters.embedded.database import Database
from shared.adapters.message_rows import (
    checks_from_json,
    glance_from_json,
    message_from_json,
    message_to_json,
)
from shared.domain.canonical import canonical_json, format_time, parse_time, plain_json
from shared.domain.chain.links import is_stub, stub_of
from shared.domain.glance import Glance, glance_at
from shared.errors import Conflict
from shared.ports import KeptRow, LedgerState, Logged, Message

_PAGE = 500
_STUB = '{"decided":%'
"""How the text of an erased decision begins, and that of no other."""
_HAS_CHECK = "WHERE instr(json_extract(state, '$.checks'), ?) > 0"
_PARTS = (
    "SELECT subject, json_quote(json_extract(state, ?)) AS part FROM state"
    " WHERE subject IN (SELECT value FROM json_each(?))"
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (
    subject TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS state_checks ON state (subject, json_extract(state, '$.checks'));
CREATE TABLE IF NOT EXISTS decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    event_key TEXT NOT NULL,
    decision TEXT NOT NULL,
    UNIQUE (subject, event_key)
);
CREATE TABLE IF NOT EXISTS glance (subject TEXT PRIMARY KEY, glance TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    committed TEXT NOT NULL,
    message TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS decision_of_subject ON decision (subject, number);
CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (number) WHERE sent = 0;
CREATE INDEX IF NOT EXISTS outbox_id ON outbox (id);
"""


class EmbeddedLedger:
    """Inbox, state, decisions and outbox, changed together in one transaction."""

    def __init__(self, path: Path | Database) -> None:
        self._database = Database.of(path, _SCHEMA)

    def state(self, subject: str) -> LedgerState:
        """The subject's state; an empty mapping and version 0 when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT version, state FROM state WHERE subject = ?", (subject,)
            ).fetchone()
        if row is None:
            return LedgerState(version=0, state={})
        return LedgerState(version=row["version"], state=json.loads(row["state"]))

    def parts(self, name: str, subjects: Iterable[str]) -> Mapping[str, Any]:
        """One list or mapping of many states, by one query; the rest of them is not built."""
        wanted = list(dict.fromkeys(subjects))
        with self._database.read() as connection:
            rows = connection.execute(_PARTS, (f"$.{name}", json.dumps(wanted))).fetchall()
        found = {row["subject"]: json.loads(row["part"]) for row in rows}
        return {subject: found[subject] for subject in wanted if found.get(subject)}

    def decision(self, subject: str, event_key: str) -> Mapping[str, Any] | None:
        """The decision already committed for this event, None when it is new."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT decision FROM decision WHERE subject = ? AND event_key = ?",
                (subject, event_key),
            ).fetchone()
        return None if row is None else dict(json.loads(row["decision"]))

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread commits within is one transaction, kept at its end or not at all."""
        with self._database.write(alone=True):
            yield

    def commit(
        self,
        *,
        subject: str,
        version: int,
        event_key: str,
        now: datetime,
        decision: Mapping[str, Any],
        state: Mapping[str, Any],
        messages: Sequence[Message],
    ) -> None:
        """One transaction: decision (which is the inbox row), state, outbox rows.

        Raises Conflict when the state moved on or the event is handled already.
        """
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT version FROM state WHERE subject = ?", (subject,)
            ).fetchone()
            stored = 0 if row is None else row["version"]
            if stored != version:
                raise Conflict(f"{subject} is at version {stored}, not {version}; decide again.")
            decided = connection.execute(
                "INSERT OR IGNORE INTO decision (subject, event_key, decision) VALUES (?, ?, ?)",
                (subject, event_key, plain_json(decision).decode()),
            )
            if decided.rowcount == 0:
                raise Conflict(f"{subject} has already decided event {event_key}.")
            connection.execute(
                "INSERT OR REPLACE INTO state VALUES (?, ?, ?)",
                (subject, version + 1, plain_json(state).decode()),
            )
            connection.execute(
                "INSERT OR REPLACE INTO glance VALUES (?, ?)",
                (subject, plain_json(glance_at(decision, state)).decode()),
            )
            connection.executemany(
                "INSERT INTO outbox (id, committed, message) VALUES (?, ?, ?)",
                [(m.id, format_time(now), message_to_json(m)) for m in messages],
            )

    def unsent(self, limit: int = 100) -> Sequence[Message]:
        """Outbox messages not marked sent, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT message FROM outbox WHERE sent = 0 ORDER BY number LIMIT ?", (limit,)
            ).fetchall()
        return [message_from_json(row["message"]) for row in rows]

    def oldest_unsent(self) -> datetime | None:
        """When the oldest unsent message was committed, None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT committed FROM outbox WHERE sent = 0 ORDER BY number LIMIT 1"
            ).fetchone()
        return None if row is None else parse_time(row["committed"])

    def mark_sent(self, message_ids: Sequence[str]) -> None:
        """They reached the broker; marking twice is harmless."""
        with self._database.write(lasting=False) as connection:
            connection.executemany(
                "DELETE FROM outbox WHERE id = ?",
                [(message_id,) for message_id in message_ids],
            )

    def subjects(self) -> Sequence[str]:
        """Every subject that has a state, sorted."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT subject FROM state ORDER BY subject").fetchall()
        return [row["subject"] for row in rows]

    def reported(self, check: str | None = None) -> Mapping[str, Mapping[str, datetime]]:
        """By subject, when each check last reported, from an index and no state."""
        where, values = ("", ()) if check is None else (_HAS_CHECK, (f'"{check}":',))
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT subject, json_extract(state, '$.checks') AS checks FROM state"  # noqa: S608
                f" INDEXED BY state_checks {where}",
                values,
            ).fetchall()
        return {row["subject"]: checks_from_json(row["checks"]) for row in rows}

    def glances(self) -> Mapping[str, Glance]:
        """By subject, from a table of their own; by its state what an older version kept."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT state.subject, glance FROM state LEFT JOIN glance USING (subject)"
                " ORDER BY state.subject"
            ).fetchall()
        return {
            row["subject"]: glance_from_json(row["glance"] or self._glance(row["subject"]))
            for row in rows
        }

    def _glance(self, subject: str) -> str:
        last = self.decisions(subject, limit=1)
        return plain_json(glance_at(last[0] if last else {}, self.state(subject).state)).decode()

    def decisions(
        self, subject: str | None = None, limit: int = 100
    ) -> Sequence[Mapping[str, Any]]:
        """Committed decisions whose contents are kept, newest first."""
        where, values = ("", ()) if subject is None else ("AND subject = ?", (subject,))
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT decision FROM decision WHERE decision NOT LIKE ? {where}"  # noqa: S608
                " ORDER BY number DESC LIMIT ?",
                (_STUB, *values, limit),
            ).fetchall()
        return [json.loads(row["decision"]) for row in rows]

    def chain(self, subject: str, first: int = 1) -> Iterator[Logged]:
        """A subject's decisions from a version on, oldest first; a version is its place in them."""
        for kept in self.kept_decisions(subject, first):
            yield Logged(version=kept.version, decision=json.loads(kept.text))

    def kept_decisions(self, subject: str, first: int = 1) -> Iterator[KeptRow]:
        """The rows that `chain` reads, with the texts that were committed."""
        number, version = self._number_before(subject, first), first
        while rows := self._page(subject, number):
            for row in rows:
                number = row["number"]
                yield KeptRow(version=version, text=row["decision"])
                version += 1

    def kept_state(self, subject: str) -> KeptRow | None:
        """The row that `state` reads, None without one."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT version, state FROM state WHERE subject = ?", (subject,)
            ).fetchone()
        return None if row is None else KeptRow(version=row["version"], text=row["state"])

    def handled(self, subject: str) -> Iterator[tuple[int, str]]:
        """The inbox of a subject, which here are its decisions' own rows."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT event_key FROM decision WHERE subject = ? ORDER BY number", (subject,)
            ).fetchall()
        yield from ((version, row["event_key"]) for version, row in enumerate(rows, 1))

    def chained(self) -> Sequence[str]:
        """Every subject that has a state or a decision, sorted."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT subject FROM state UNION SELECT DISTINCT subject FROM decision"
                " ORDER BY subject"
            ).fetchall()
        return [row["subject"] for row in rows]

    def erase(self, subject: str, versions: Sequence[int], erased: str) -> None:
        """Leave of these decisions what the chain needs, and overwrite what they said."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT number FROM decision WHERE subject = ? ORDER BY number", (subject,)
            ).fetchall()
        numbers = [rows[version - 1]["number"] for version in versions if version <= len(rows)]
        with self._database.erase() as connection:
            for number in numbers:
                [text] = connection.execute(
                    "SELECT decision FROM decision WHERE number = ?", (number,)
                ).fetchone()
                decision = json.loads(text)
                if not is_stub(decision):
                    stub = canonical_json(stub_of(decision, erased)).decode()
                    connection.execute(
                        "UPDATE decision SET decision = ? WHERE number = ?", (stub, number)
                    )

    def _number_before(self, subject: str, version: int) -> int:
        """The row of the version before; 0 before the first, and no row's after the last."""
        if version <= 1:
            return 0
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT number FROM decision WHERE subject = ? ORDER BY number LIMIT 1 OFFSET ?",
                (subject, version - 2),
            ).fetchone()
        return 2**62 if row is None else row["number"]

    def _page(self, subject: str, after: int) -> list[sqlite3.Row]:
        with self._database.read() as connection:
            return connection.execute(
                "SELECT number, decision FROM decision WHERE subject = ? AND number > ?"
                " ORDER BY number LIMIT ?",
                (subject, after, _PAGE),
            ).fetchall()
