"""Evidence as files named by their content's hash."""

from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.errors import AlteredEvidence, NotFound, Unavailable

_HEXADECIMAL = set("0123456789abcdef")


class FolderEvidence:
    """One file a piece of evidence, in folders of the hash's first two digits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            write_whole(path, content)
        return digest

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        path = self._path(content_hash)
        if not path.exists():
            raise NotFound(f"There is no evidence {content_hash}.")
        content = path.read_bytes()
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none of it.

    Raises Unavailable where the disk does not take it, and leaves no draft then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            draft = Path(file.name)
            try:
                file.write(content)
                file.close()
                draft.replace(path)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
    except OSError as problem:
        raise Unavailable(f"{path.name} cannot be written: {problem.strerror}.") from problem
