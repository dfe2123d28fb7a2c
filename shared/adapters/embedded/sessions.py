"""Whose turn it is: the sessions of a queue one after the other, however much each has waiting.

A session's turn is a time: when its first message is due, or when it was served last, or until when
it is held. Whoever waits longest comes next, so that one busy session keeps no other from its turn.
"""

import sqlite3
from datetime import UTC, datetime

_VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    queue TEXT NOT NULL,
    session TEXT NOT NULL,
    turn TEXT NOT NULL,
    number INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, session)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_turn ON session (queue, turn, number);
CREATE INDEX IF NOT EXISTS message_waiting ON message (queue, session, number, due);
DROP INDEX IF EXISTS message_session;
DROP INDEX IF EXISTS message_due;
DROP INDEX IF EXISTS message_locked;
"""
"""For a file that has the table of messages."""


def spelled(time: datetime) -> str:
    """A time as the columns hold it: always as long, so that text sorts as time does."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def adopt(connection: sqlite3.Connection) -> None:
    """Give a turn to the sessions that an older version left without one; done once a file."""
    if connection.execute("PRAGMA user_version").fetchone()[0] >= _VERSION:
        return
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute(
        "INSERT OR IGNORE INTO session (queue, session, turn, number)"
        " SELECT queue, session, min(max(due, coalesce(locked_until, ''))), min(number)"
        " FROM message GROUP BY queue, session"
    )


def arrived(
    connection: sqlite3.Connection, queue: str, session: str, due: str, number: int
) -> None:
    """A message came: its session's turn is when it is due, unless it has an earlier one."""
    connection.execute(
        "INSERT INTO session (queue, session, turn, number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET turn = excluded.turn, number = excluded.number"
        " WHERE held = 0 AND excluded.turn < turn",
        (queue, session, due, number),
    )


def next_turn(connection: sqlite3.Connection, queue: str, now: datetime) -> sqlite3.Row | None:
    """The first due message of the session whose turn it is, None where it is nobody's."""
    while True:
        found = connection.execute(
            "SELECT session FROM session WHERE queue = ? AND turn <= ?"
            " ORDER BY turn, number LIMIT 1",
            (queue, spelled(now)),
        ).fetchone()
        if found is None:
            return None
        first: sqlite3.Row | None = connection.execute(
            "SELECT * FROM message WHERE queue = ? AND session = ? AND due <= ?"
            " ORDER BY number LIMIT 1",
            (queue, found["session"], spelled(now)),
        ).fetchone()
        if first is not None:
            return first
        let_go(connection, queue, found["session"], now)


def hold(connection: sqlite3.Connection, queue: str, session: str, until: datetime) -> None:
    """Nobody else has a turn with it until then."""
    connection.execute(
        "UPDATE session SET turn = ?, held = 1 WHERE queue = ? AND session = ?",
        (spelled(until), queue, session),
    )


def let_go(connection: sqlite3.Connection, queue: str, session: str, now: datetime) -> None:
    """Its next turn is behind those that wait now, or when its next message is due."""
    due = connection.execute(
        "SELECT number FROM message WHERE queue = ? AND session = ? AND due <= ?"
        " ORDER BY number LIMIT 1",
        (queue, session, spelled(now)),
    ).fetchone()
    if due is not None:
        _set(connection, queue, session, spelled(now), due["number"])
        return
    later = connection.execute(
        "SELECT due, number FROM message WHERE queue = ? AND session = ? ORDER BY due LIMIT 1",
        (queue, session),
    ).fetchone()
    if later is not None:
        _set(connection, queue, session, later["due"], later["number"])
        return
    connection.execute("DELETE FROM session WHERE queue = ? AND session = ?", (queue, session))


def put_back(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Its turn is what it was: at the front, since its message has waited longest."""
    _set(connection, row["queue"], row["session"], row["due"], row["number"])


def _set(connection: sqlite3.Connection, queue: str, session: str, turn: str, number: int) -> None:
    connection.execute(
        "UPDATE session SET turn = ?, number = ?, held = 0 WHERE queue = ? AND session = ?",
        (turn, number, queue, session),
    )
