"""One SQLite file with short transactions, shared by processes and threads."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from shared.errors import Unavailable

_PATIENCE_SECONDS = 30.0
_turns: dict[tuple[int, Path], threading.RLock] = {}
_READERS_MILLISECONDS = 200


class Database:
    """Keeps one connection a thread, so that no thread ever holds another's transaction.

    Write-ahead logging lets readers go on while one writer commits. Opening anew for each
    transaction would also tidy that log away each time, which costs ten times what the
    transaction does.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path.absolute()
        self._threads = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._kept().connection.execute("PRAGMA journal_mode=WAL")
            self.create(schema)
        except (OSError, sqlite3.DatabaseError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise Unavailable(
                f"{path} cannot be opened: {why}. Let DRIFTGATE_HOME name a folder that can be "
                "written."
            ) from problem

    @classmethod
    def of(cls, at: "Path | Database", schema: str) -> "Database":
        """The database at a path; or one that is open already, with these tables too."""
        if isinstance(at, Path):
            return cls(at, schema)
        at.create(schema)
        return at

    def create(self, schema: str) -> None:
        """Make what is not there yet."""
        self._kept().connection.executescript(schema)

    def _kept(self) -> "_Kept":
        """The thread's own; a forked process opens one for itself."""
        kept: _Kept | None = getattr(self._threads, "kept", None)
        if kept is None or kept.process != os.getpid():
            kept = self._threads.kept = _Kept(self._path)
        return kept

    @contextmanager
    def write(self, *, lasting: bool = True, alone: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start: all of it or nothing.

        Once it returns, a loss of power takes nothing of it back. One that is not `lasting` is on
        the disk with the next that is, which saves the wait. Within another of the same thread it
        is a part of that one and undone with it, or `alone`. Raises Unavailable when the lock
        cannot be had in time or the disk takes no more.
        """
        kept = self._kept()
        try:
            if kept.connection.in_transaction:
                with _part(kept.connection) if alone else nullcontext():
                    yield kept.connection
                return
            with _turn(self._path):
                kept.wait_for_disk(lasting)
                with _whole(kept.connection):
                    yield kept.connection
        except sqlite3.OperationalError as problem:
            raise Unavailable(
                f"The database {self._path.name} takes nothing at the moment: {problem}."
            ) from problem

    @contextmanager
    def erase(self) -> Iterator[sqlite3.Connection]:
        """As `write`; what it deletes or replaces is overwritten in the file, not only let go.

        The log of changes is emptied behind it, unless somebody reads it just then.
        """
        connection = self._kept().connection
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
        yield self._kept().connection


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """One thread of the process after the other: SQLite itself would have them sleep and ask."""
    turn = _turns.setdefault((os.getpid(), path), threading.RLock())
    if not turn.acquire(timeout=_PATIENCE_SECONDS):
        raise sqlite3.OperationalError("another thread has been writing for too long")
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _part(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


class _Kept:
    """A connection that is closed with the thread it belongs to."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self.connection = sqlite3.connect(
            path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self._waits: bool | None = None
        self.wait_for_disk(True)

        weakref.finalize(self, _close, self.connection, self.process)

    def wait_for_disk(self, waits: bool) -> None:
        """Whether a commit of this connection waits until the disk has it."""
        if waits is not self._waits:
            self.connection.execute(f"PRAGMA synchronous={'FULL' if waits else 'NORMAL'}")
            self._waits = waits


def _close(connection: sqlite3.Connection, process: int) -> None:
    """The thread may be gone, and then another one collects what it left."""
    if process == os.getpid():
        connection.close()
