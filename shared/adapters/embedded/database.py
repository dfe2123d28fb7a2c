"""One SQLite file with short transactions, shared by processes and threads."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Unavailable

_PATIENCE_SECONDS = 30.0
_READERS_MILLISECONDS = 200


class Database:
    """Keeps one connection a thread, so that no thread ever holds another's transaction.

    Write-ahead logging lets readers go on while one writer commits. Opening anew for each
    transaction would also tidy that log away each time, which costs ten times what the
    transaction does.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._threads = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._connection()
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(schema)
        except (OSError, sqlite3.DatabaseError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise Unavailable(
                f"{path} cannot be opened: {why}. Let DRIFTGATE_HOME name a folder that can be "
                "written."
            ) from problem

    def _connection(self) -> sqlite3.Connection:
        """The thread's own; a forked process opens one for itself."""
        kept: _Kept | None = getattr(self._threads, "kept", None)
        if kept is None or kept.process != os.getpid():
            kept = self._threads.kept = _Kept(self._path)
        return kept.connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start: all of it or nothing.

        Raises Unavailable when the lock cannot be had in time, or the disk does not take it.
        """
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as problem:
            raise Unavailable(
                f"The database {self._path.name} takes nothing at the moment: {problem}."
            ) from problem

    @contextmanager
    def erase(self) -> Iterator[sqlite3.Connection]:
        """As `write`; what it deletes or replaces is overwritten in the file, not only let go.

        The log of changes is emptied behind it, unless somebody reads it just then.
        """
        connection = self._connection()
        connection.execute("PRAGMA secure_delete=ON")
        try:
            with self.write():
                yield connection
            connection.execute(f"PRAGMA busy_timeout={_READERS_MILLISECONDS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(_PATIENCE_SECONDS * 1000)}")
            connection.execute("PRAGMA secure_delete=OFF")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """For reading; each statement sees one consistent state."""
        yield self._connection()


class _Kept:
    """A connection that is closed with the thread it belongs to."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self.connection = sqlite3.connect(
            path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA synchronous=NORMAL")

        weakref.finalize(self, _close, self.connection, self.process)


def _close(connection: sqlite3.Connection, process: int) -> None:
    """The thread may be gone, and then another one collects what it left."""
    if process == os.getpid():
        connection.close()
