"""What a process that was killed left behind, as one hash: what went on from there is known."""

import os
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.crash.journal import Journal

_ANSWERED = frozenset({"receipt", "heard", "answered", "operated", "fired"})
_TABLES = {
    "driftgate.db": (
        "SELECT * FROM archive ORDER BY rowid",
        "SELECT * FROM state ORDER BY subject",
        "SELECT * FROM decision ORDER BY number",
        "SELECT * FROM outbox ORDER BY number",
        "SELECT hash FROM evidence ORDER BY hash",
    ),
    "queues.db": (
        "SELECT queue, session, id, due, deliveries, locked_until FROM message ORDER BY number",
        "SELECT * FROM seen ORDER BY queue, id",
        "SELECT * FROM dead_letter ORDER BY number",
        "SELECT queue, session, turn, number, held FROM session ORDER BY queue, session",
        "SELECT key, queue, note FROM note ORDER BY key",
    ),
}


def left_behind(home: Path, journal: Journal) -> str:
    """The same where nothing that a next process reads differs: of drafts only how many there are.

    Who holds a lock, and under which token, is nobody's any more.
    """
    found = sha256()
    for name, queries in _TABLES.items():
        with closing(sqlite3.connect(home / name)) as database:
            for query in queries:
                for row in database.execute(query):
                    found.update(repr(row).encode())
    drafts = 0
    for path in sorted(_files(home)):
        inside = path.relative_to(home)
        if path.suffix == ".part" or path.name.startswith("tmp"):
            drafts += 1
        elif not path.name.startswith(tuple(_TABLES)):
            found.update(repr((str(inside), path.read_bytes())).encode())
    said = [line for line in journal.lines() if line["what"] in _ANSWERED]
    acted: list[Any] = [
        line for line in journal.lines() if line["what"] in {"asked", "done", "shown"}
    ]
    found.update(repr((drafts, said, acted)).encode())
    return found.hexdigest()


def _files(home: Path) -> list[Path]:
    return [Path(folder) / name for folder, _, names in os.walk(home) for name in names]
