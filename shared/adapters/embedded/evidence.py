"""Evidence by its content's hash, in the database of the decisions that rest on it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from shared.adapters.embedded.database import Database
from shared.domain.canonical import parse_time
from shared.errors import AlteredEvidence, NotFound
from shared.ports import PUT_AGAIN_WITHIN, KeptEvidence, no_evidence

_HEXADECIMAL = set("0123456789abcdef")
_PAGE = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS evidence (
    number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, put TEXT NOT NULL, content BLOB NOT NULL
);
"""


class EmbeddedEvidence:
    """One row a piece of evidence, in the same file as the ledger.

    It is written with the decision, or before it: and in one file what is written first is kept
    first, so that the disk that has the decision has its evidence, without a wait of its own. What
    an older version kept as files of a `folder` is taken over.
    """

    def __init__(self, path: Path | Database, folder: Path | None = None) -> None:
        self._database = Database.of(path, _SCHEMA)
        if folder is not None and folder.is_dir():
            self._take_over(folder)

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal; what is there counts as put now."""
        digest, now = sha256(content).hexdigest(), datetime.now(UTC)
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT put FROM evidence WHERE hash = ?", (digest,)
            ).fetchone()
        if row is None or now - parse_time(row["put"]) > PUT_AGAIN_WITHIN:
            self._write(digest, content, now)
        return digest

    def _write(self, digest: str, content: bytes, now: datetime) -> None:
        with self._database.write(lasting=False) as connection:
            connection.execute(
                "INSERT INTO evidence (hash, put, content) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET put = excluded.put",
                (digest, _spelled(now), content),
            )

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT content FROM evidence WHERE hash = ?", (content_hash,)
            ).fetchone()
        if row is None:
            raise NotFound(no_evidence(content_hash))
        content = bytes(row["content"])
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content

    def expect(self, hashes: Iterable[str]) -> None:
        """Rows are near: nothing is gained by beginning early."""

    def walk(self, after: str = "", put_before: datetime | None = None) -> Iterator[KeptEvidence]:
        """What is kept, by hash and page by page, behind the hash `after`."""
        before = "~" if put_before is None else _spelled(put_before)
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    "SELECT hash, put FROM evidence WHERE hash > ? AND put < ?"
                    " ORDER BY hash LIMIT ?",
                    (after, before, _PAGE),
                ).fetchall()
            if not rows:
                return
            yield from (KeptEvidence(hash=row["hash"], put=parse_time(row["put"])) for row in rows)
            after = rows[-1]["hash"]

    def remove_all(self, hashes: Sequence[str], put_before: datetime) -> int:
        """Remove those that were not put since; returns how many went."""
        return sum(self.remove(name, put_before) for name in hashes)

    def remove(self, content_hash: str, put_before: datetime) -> bool:
        """Remove it for good unless it was put since; True when it was there and is gone."""
        with self._database.erase() as connection:
            gone = connection.execute(
                "DELETE FROM evidence WHERE hash = ? AND put < ?",
                (content_hash, _spelled(put_before)),
            )
            return gone.rowcount > 0

    def _take_over(self, folder: Path) -> None:
        """Each file is a row before it goes, so that a stop in between loses none."""
        for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
            content = path.read_bytes()
            if sha256(content).hexdigest() == path.name:
                with self._database.write() as connection:
                    connection.execute(
                        "INSERT OR IGNORE INTO evidence (hash, put, content) VALUES (?, ?, ?)",
                        (
                            path.name,
                            _spelled(datetime.fromtimestamp(path.stat().st_mtime, UTC)),
                            content,
                        ),
                    )
                path.unlink()


def _spelled(time: datetime) -> str:
    """Always as long, so that text sorts as time does."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
