"""Queues with sessions, duplicate detection, schedules, locks and dead letters, on SQLite.

It keeps to what Service Bus promises, so that what works here works there.
"""

import sqlite3
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shared.adapters.embedded import buried, sessions
from shared.adapters.embedded.buried import Buried
from shared.adapters.embedded.database import Database
from shared.adapters.embedded.sessions import (
    adopt,
    arrived,
    hold,
    let_go,
    next_turn,
    put_back,
    spelled,
)
from shared.adapters.embedded.topics import TOPICS, Filter
from shared.adapters.message_rows import message_or_text, message_to_json, readable
from shared.domain.canonical import format_time, parse_time
from shared.errors import Conflict, Refused
from shared.ports import NO_PAUSE, Clock, DeadLetter, Delivery, Message, Notes, Waiting

MOST_BYTES = 256 * 1024
MOST_ID = 128
KEPT = frozenset({"undelivered"})
_UNREADABLE = ("MalformedPayload", "The message is none that Driftgate wrote: it cannot be read.")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    session TEXT NOT NULL,
    id TEXT NOT NULL,
    due TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0,
    token TEXT,
    locked_until TEXT,
    message TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_held ON message (token) WHERE token IS NOT NULL;
CREATE TABLE IF NOT EXISTS seen (
    queue TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (queue, id)
);
CREATE INDEX IF NOT EXISTS seen_at ON seen (queue, at);
"""

_EARLIEST = """
WITH RECURSIVE there (queue) AS (
    SELECT min(queue) FROM session
    UNION ALL
    SELECT (SELECT min(queue) FROM session WHERE queue > there.queue) FROM there
    WHERE there.queue IS NOT NULL
)
SELECT min((SELECT min(turn) FROM session WHERE session.queue = there.queue)) AS turn FROM there
"""
"""From queue to queue by the index: the sessions themselves are not gone through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How long a lock holds, how often a message is tried, how long its id is remembered.

    What has outlived its time goes to the dead letters, or away for good.
    """

    lock: timedelta = timedelta(minutes=1)
    most_deliveries: int = 10
    duplicate_window: timedelta = timedelta(minutes=10)
    dead_letter_expired: bool = True


class EmbeddedQueue:
    """Sender and receiver of every queue, safe for several processes and threads.

    A message to one of the `topics` is copied to each subscription that takes it, and gone where
    none does. What is in the `kept` queues is for people to look at and is never due.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        queues: Mapping[str, QueueSettings] | None = None,
        topics: Mapping[str, Mapping[str, Filter]] = TOPICS,
        kept: frozenset[str] = KEPT,
    ) -> None:
        self._database = Database(path, _SCHEMA + buried.SCHEMA + sessions.SCHEMA)
        with self._database.write() as connection:
            adopt(connection)
        self._clock = clock
        self._settings = dict(queues or {})
        self._topics = topics
        self._kept = kept
        self._buried = Buried(self._database, kept)

    def _of(self, queue: str) -> QueueSettings:
        return self._settings.get(queue, QueueSettings())

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them, dropping those whose id was seen within the duplicate window.

        Raises Refused for a message without session, with too long an id, or over 256 KB.
        """
        written = [(message, _checked(message)) for message in messages]
        now = self._clock()
        with self._database.write() as connection:
            for queue in {message.queue for message in messages}:
                self._forget(connection, queue, now)
            for message, text in written:
                if self._is_new(connection, message, now):
                    for queue in self._queues_of(message):
                        self._insert(connection, queue, message, text, now)

    def _insert(
        self, connection: sqlite3.Connection, queue: str, message: Message, text: str, now: datetime
    ) -> None:
        if queue != message.queue:
            text = message_to_json(replace(message, queue=queue))
        due = spelled(max(now, message.scheduled or now))
        row = connection.execute(
            "INSERT INTO message (queue, session, id, due, message) VALUES (?, ?, ?, ?, ?)",
            (queue, message.session, message.id, due, text),
        )
        if queue not in self._kept and row.lastrowid is not None:
            arrived(connection, queue, message.session, due, row.lastrowid)

    def _queues_of(self, message: Message) -> list[str]:
        """Its own queue, or those of the subscriptions that take it."""
        filters = self._topics.get(message.queue)
        if filters is None:
            return [message.queue]
        return [queue for queue, takes in filters.items() if takes(message.properties)]

    def _forget(self, connection: sqlite3.Connection, queue: str, now: datetime) -> None:
        oldest = format_time(now - self._of(queue).duplicate_window)
        connection.execute("DELETE FROM seen WHERE queue = ? AND at < ?", (queue, oldest))

    def _is_new(self, connection: sqlite3.Connection, message: Message, now: datetime) -> bool:
        cursor = connection.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)",
            (message.queue, message.id, format_time(now)),
        )
        return cursor.rowcount == 1

    def receive(self, queue: str) -> Delivery | None:
        """The next due message of a session nobody holds, in order within the session."""
        return next(iter(self.receive_some(queue, 1)), None)

    def receive_some(self, queue: str, most: int) -> Sequence[Delivery]:
        """Up to so many due messages, each of another session, whoever waits longest first."""
        now = self._clock()
        found: list[Delivery] = []
        if not self._has_due(queue, now):
            return found
        with self._database.write(lasting=False) as connection:
            while len(found) < most and (row := next_turn(connection, queue, now)) is not None:
                message = readable(row["message"])
                if message is None:
                    self._bury(connection, row, *_UNREADABLE)
                elif not self._is_over(connection, message, row, now):
                    found.append(self._lock(connection, message, row, now))
        return found

    def _is_over(
        self, connection: sqlite3.Connection, message: Message, row: sqlite3.Row, now: datetime
    ) -> bool:
        """Whether nobody is to have it any more: it is put aside then, or gone."""
        settings = self._of(row["queue"])
        if _is_expired(message, row, now):
            if settings.dead_letter_expired:
                self._bury(connection, row, "TTLExpiredException", "Nobody read it in time.")
            else:
                _remove(connection, row)
            return True
        if row["deliveries"] >= settings.most_deliveries:
            sentence = "Its lock ran out each time."
            self._bury(connection, row, "MaxDeliveryCountExceeded", sentence)
            return True
        return False

    def _lock(
        self, connection: sqlite3.Connection, message: Message, row: sqlite3.Row, now: datetime
    ) -> Delivery:
        token = uuid.uuid4().hex
        until = now + self._of(row["queue"]).lock
        connection.execute(
            "UPDATE message SET token = ?, locked_until = ?, deliveries = deliveries + 1"
            " WHERE number = ?",
            (token, spelled(until), row["number"]),
        )
        hold(connection, row["queue"], row["session"], until)
        return Delivery(
            message=message,
            token=token,
            delivery_count=row["deliveries"] + 1,
            locked_until=until,
        )

    def _has_due(self, queue: str, now: datetime) -> bool:
        """Whether there may be one: nearly always there is none, which needs no lock to see."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT 1 FROM session WHERE queue = ? AND turn <= ? LIMIT 1",
                (queue, spelled(now)),
            ).fetchone()
        return row is not None

    def _held(self, connection: sqlite3.Connection, delivery: Delivery) -> sqlite3.Row:
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM message WHERE token = ? AND locked_until > ?",
            (delivery.token, spelled(self._clock())),
        ).fetchone()
        if row is None:
            raise Conflict(f"The lock on message {delivery.message.id} is lost; it comes again.")
        return row

    def complete(self, delivery: Delivery) -> None:
        """Remove it. Raises Conflict when the lock is lost."""
        with self._database.write(lasting=False) as connection:
            self._complete(connection, delivery)

    def _complete(self, connection: sqlite3.Connection, delivery: Delivery) -> None:
        row = self._held(connection, delivery)
        _remove(connection, row)
        let_go(connection, row["queue"], row["session"], self._clock())

    def complete_all(self, deliveries: Sequence[Delivery]) -> None:
        """Remove them; one whose lock is lost is left to whoever has it now."""
        with self._database.write(lasting=False) as connection:
            for delivery in deliveries:
                with suppress(Conflict):
                    self._complete(connection, delivery)

    def release(self, deliveries: Sequence[Delivery]) -> None:
        """Give back what nobody began with, as if it had never been received."""
        with self._database.write(lasting=False) as connection:
            for delivery in deliveries:
                with suppress(Conflict):
                    row = self._held(connection, delivery)
                    _give_back(connection, row, row["deliveries"] - 1)
                    put_back(connection, row)

    def abandon(self, delivery: Delivery, reason: str, pause: timedelta = NO_PAUSE) -> None:
        """Give it back for after the pause; after the queue's tries it goes to the dead letters.

        Its session waits with it, so that the order in it stays.
        """
        with self._database.write() as connection:
            row = self._held(connection, delivery)
            if row["deliveries"] >= self._of(row["queue"]).most_deliveries:
                self._bury(connection, row, "MaxDeliveryCountExceeded", reason)
            else:
                _give_back(connection, row, row["deliveries"])
                if pause:
                    until = self._clock() + pause
                    hold(connection, row["queue"], row["session"], until)
                    return
            let_go(connection, row["queue"], row["session"], self._clock())

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        """Put it aside for good, with why."""
        with self._database.write() as connection:
            row = self._held(connection, delivery)
            self._bury(connection, row, reason, sentence)
            let_go(connection, row["queue"], row["session"], self._clock())

    def _bury(
        self, connection: sqlite3.Connection, row: sqlite3.Row, reason: str, sentence: str
    ) -> None:
        self._buried.bury(connection, row, reason, sentence, self._clock())

    def dead_letters(self, queue: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """What was put aside, oldest first; what is kept is put aside as it lies there."""
        return self._buried.dead_letters(queue, limit)

    def remove(self, queue: str, numbers: Collection[int]) -> Collection[int]:
        """Take these away for good; returns those that were there."""
        return self._buried.remove(queue, numbers)

    @property
    def notes(self) -> Notes:
        """What is kept of messages that were put aside, beside the broker's own words."""
        return self._buried

    def peek(self, queue: str, limit: int = 100) -> Sequence[Message]:
        """Messages that wait, due or not, in the order they were sent."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT message FROM message WHERE queue = ? ORDER BY number LIMIT ?",
                (queue, limit),
            ).fetchall()
        return [message_or_text(row["message"], queue)[0] for row in rows]

    def next_due(self) -> datetime | None:
        """The earliest time at which a waiting message of any queue is due, None without any."""
        with self._database.read() as connection:
            row = connection.execute(_EARLIEST).fetchone()
        return None if row["turn"] is None else parse_time(row["turn"])

    def waiting(self) -> Sequence[Waiting]:
        """The queues in which something is due, from the index alone: no message is read."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT queue, count(*) AS messages, min(due) AS since FROM message"
                " INDEXED BY message_waiting WHERE due <= ? GROUP BY queue",
                (spelled(self._clock()),),
            ).fetchall()
        return [
            Waiting(queue=row["queue"], messages=row["messages"], since=parse_time(row["since"]))
            for row in rows
            if row["queue"] not in self._kept
        ]


def _give_back(connection: sqlite3.Connection, row: sqlite3.Row, deliveries: int) -> None:
    connection.execute(
        "UPDATE message SET token = NULL, locked_until = NULL, deliveries = ? WHERE number = ?",
        (deliveries, row["number"]),
    )


def _remove(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    connection.execute("DELETE FROM message WHERE number = ?", (row["number"],))


def _is_expired(message: Message, row: sqlite3.Row, now: datetime) -> bool:
    lives = message.lives
    return lives is not None and parse_time(row["due"]) + timedelta(seconds=lives) <= now


def _checked(message: Message) -> str:
    if not message.session:
        raise Refused(f"Message {message.id} has no session; its subject's name belongs there.")
    if not message.id or max(len(message.id), len(message.session)) > MOST_ID:
        raise Refused(f"A message id and a session have 1 to {MOST_ID} characters.")
    text = message_to_json(message)
    size = len(text.encode())
    if size > MOST_BYTES:
        raise Refused(
            f"Message {message.id} has {size} bytes, over the limit of {MOST_BYTES}; "
            "keep what is large as evidence and send its hash."
        )
    return text
