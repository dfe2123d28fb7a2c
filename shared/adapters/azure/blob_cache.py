"""A folder of downloaded blobs: the same address and ETag are fetched once."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from time import time

_UNFINISHED = "unfinished-"
_LEFT = 3600.0
"""Seconds after which a folder that was lent is of a process that is gone."""


class BlobCache:
    """Keeps at most about `most_bytes`, and deletes what was longest unused first.

    What was used within `grace` seconds stays, for a check that is still reading it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most_bytes: int = 4 * 2**30,
        grace: float = 900.0,
        clock: Callable[[], float] = time,
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._grace = grace
        self._clock = clock
        self._lock = Lock()

    def find(self, address: str, etag: str) -> Path | None:
        """The file when it is there; it counts as used now."""
        path = self._path(address, etag)
        try:
            os.utime(path, (self._clock(), self._clock()))
        except FileNotFoundError:
            return None
        return path

    def keep(self, address: str, etag: str, write: Callable[[Path], None]) -> Path:
        """Write a file beside the others and move it into its place, whole or not at all."""
        path = self._path(address, etag)
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(mkdtemp(prefix=_UNFINISHED, dir=self._folder))
        try:
            write(unfinished / path.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            (unfinished / path.name).replace(path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        os.utime(path, (self._clock(), self._clock()))
        return path

    @contextmanager
    def apart(self) -> "Iterator[BlobCache]":
        """One of its own, for files that are read once: all of it goes at the end.

        What a process that died left behind goes later, when the next is lent.
        """
        lent = self._folder.with_name(f"{self._folder.name}-lent")
        lent.mkdir(parents=True, exist_ok=True)
        for folder in lent.iterdir():
            if folder.stat().st_mtime < self._clock() - _LEFT:
                shutil.rmtree(folder, ignore_errors=True)
        folder = Path(mkdtemp(dir=lent))
        try:
            yield BlobCache(folder, clock=self._clock)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def shrink(self) -> None:
        """Delete the oldest files until the rest fits."""
        with self._lock:
            files = sorted(
                ((stat.st_mtime, stat.st_size, path) for path, stat in self._files()),
                key=lambda entry: entry[:2],
            )
            size = sum(entry[1] for entry in files)
            for used, bytes_, path in files:
                if size <= self._most_bytes or used > self._clock() - self._grace:
                    return
                path.unlink(missing_ok=True)
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
                size -= bytes_

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self._folder.glob("*/*"):
            try:
                found.append((path, path.stat()))
            except FileNotFoundError:
                continue
        return found

    def _path(self, address: str, etag: str) -> Path:
        """The blob's own name stays: its ending says how to read it."""
        key = hashlib.sha256(f"{address}\n{etag}".encode()).hexdigest()[:32]
        return self._folder / key / (address.rpartition("/")[2][-120:].lstrip(".") or "blob")
