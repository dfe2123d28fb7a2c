"""One host a home: a second one would let its clock stand still, or play its story away."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import Refused, Unavailable

if TYPE_CHECKING:
    from shared.settings import Settings


def lock_in(home: Path) -> Path:
    """The lock of a home that stays where it is."""
    return home / "serve.lock"


def lock_beside(home: Path) -> Path:
    """The lock of a home that may be made anew while it is held."""
    return home.with_name(f"{home.name}.lock")


def is_hosted(settings: "Settings") -> bool:
    """Whether a host works on the home just now."""
    home = settings.home.absolute()
    locks = (lock_in(home), lock_beside(home))
    return settings.azure is None and any(lock.is_file() and _is_held(lock) for lock in locks)


@contextmanager
def alone(settings: "Settings", lock: Path) -> Iterator[None]:
    """Hold the home's lock; it is let go with the process, however that ends. Raises Refused.

    It is SQLite's, which works wherever the home's databases do.
    """
    if is_hosted(settings):
        raise Refused(
            f"Another driftgate serve works on {settings.home}; end that one, or let "
            "DRIFTGATE_HOME name another folder."
        )
    with closing(_locked(lock)):
        yield


def _locked(lock: Path) -> sqlite3.Connection:
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as unless_locked:
            connection = unless_locked.enter_context(closing(_connected(lock)))
            connection.execute("BEGIN EXCLUSIVE")
            unless_locked.pop_all()
    except (OSError, sqlite3.DatabaseError) as problem:
        raise Unavailable(
            f"{lock} cannot be locked: {problem}. Let DRIFTGATE_HOME name a folder that can be "
            "written."
        ) from problem
    return connection


def _is_held(lock: Path) -> bool:
    with closing(_connected(lock)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:
            return False
    return False


def _connected(lock: Path) -> sqlite3.Connection:
    return sqlite3.connect(lock, timeout=0, isolation_level=None)
