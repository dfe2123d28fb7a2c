"""Evidence as files named by their content's hash."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from os import utime
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time

from shared.errors import AlteredEvidence, NotFound, Unavailable
from shared.ports import PUT_AGAIN_WITHIN, KeptEvidence, no_evidence

_ASIDE = ".removing"
_HEXADECIMAL = set("0123456789abcdef")


class FolderEvidence:
    """One file a piece of evidence, in folders of the hash's first two digits.

    When a file was last written or touched is when its content was last put.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store once, return the SHA-256 in hexadecimal; what is there counts as put now."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        try:
            if time() - path.stat().st_mtime > PUT_AGAIN_WITHIN.total_seconds():
                utime(path)
        except FileNotFoundError:
            write_whole(path, content)
        return digest

    def get(self, content_hash: str) -> bytes:
        """Read back, checked against the hash. Raises NotFound or AlteredEvidence."""
        if not content_hash or not set(content_hash) <= _HEXADECIMAL:
            raise NotFound(f"{content_hash[:80]!r} is no content hash.")
        path = self._path(content_hash)
        try:
            content = path.read_bytes()
        except FileNotFoundError as problem:
            raise NotFound(no_evidence(content_hash)) from problem
        if sha256(content).hexdigest() != content_hash:
            raise AlteredEvidence(f"The evidence {content_hash} was altered after it was kept.")
        return content

    def expect(self, hashes: Iterable[str]) -> None:
        """Files are near: nothing is gained by beginning early."""

    def walk(self, after: str = "", put_before: datetime | None = None) -> Iterator[KeptEvidence]:
        """What is kept, by hash and a folder at a time, behind the hash `after`."""
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            if folder.name < after[:2]:
                continue
            found = {path.name.removesuffix(_ASIDE): path for path in folder.iterdir()}
            for name, path in sorted(found.items()):
                if name > after and len(name) == 64 and set(name) <= _HEXADECIMAL:
                    try:
                        put = _put(path)
                    except FileNotFoundError:
                        continue
                    if put_before is None or put < put_before:
                        yield KeptEvidence(hash=name, put=put)

    def remove_all(self, hashes: Sequence[str], put_before: datetime) -> int:
        """Remove those that were not put since; returns how many went."""
        return sum(self.remove(name, put_before) for name in hashes)

    def remove(self, content_hash: str, put_before: datetime) -> bool:
        """Remove it for good unless it was put since; True when it was there and is gone.

        It is put aside first and looked at once more: whoever puts it from then on writes it
        anew, and whoever did so just before has it back.
        """
        path = self._path(content_hash)
        aside = path.with_name(content_hash + _ASIDE)
        try:
            if not aside.exists():
                if _put(path) >= put_before:
                    return False
                path.rename(aside)
            if _put(aside) >= put_before:
                aside.replace(path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _put(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


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
