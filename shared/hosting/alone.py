"""One host a home: a second one would let its clock stand still, or play its story away."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.errors import Refused, Unavailable


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold the lock; it is let go with the process, however that ends. Raises Refused.

    It is SQLite's, which works wherever the home's databases do.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as problem:
        raise Unavailable(
            f"{lock} cannot be opened: {problem}. Let DRIFTGATE_HOME name a folder that can be "
            "written."
        ) from problem
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as problem:
            raise Refused(
                f"Another driftgate serve works on {lock.parent}; end that one, or let "
                "DRIFTGATE_HOME name another folder."
            ) from problem
        yield
