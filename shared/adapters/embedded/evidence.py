"""Evidence by its content's hash, in the database of the decisions that rest on it."""

from hashlib import sha256
from pathlib import Path

from shared.adapters.embedded.database import Database
from shared.errors import AlteredEvidence, NotFound

_HEXADECIMAL = set("0123456789abcdef")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS evidence (hash TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""


class EmbeddedEvidence:
    """One row a piece of evidence, in the same file as the ledger.

    It is written before the decision is, and in one file what is written first is kept first: the
    disk that has the decision has its evidence, without a wait of its own. What an older version
    kept as files in `folder` is read from there.
    """

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        self._database = Database(path, _SCHEMA)
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal."""
        digest = sha256(content).hexdigest()
        if self._content(digest) is None:
            with self._database.write(lasting=False) as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO evidence VALUES (?, ?)", (digest, content)
                )
        return digest

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        content = self._content(content_hash)
        if content is None:
            raise NotFound(f"There is no evidence {content_hash}.")
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content

    def _content(self, digest: str) -> bytes | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT content FROM evidence WHERE hash = ?", (digest,)
            ).fetchone()
        if row is not None:
            return bytes(row["content"])
        path = None if self._folder is None else self._folder / digest[:2] / digest
        return path.read_bytes() if path is not None and path.is_file() else None
