"""Policies as YAML files of one folder."""

import os
from pathlib import Path
from time import time_ns

from shared.policies.store import PolicyStore

_COARSEST = 2_000_000_000


class FilePolicies(PolicyStore):
    """The policies of a folder; one that does not exist holds none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(FolderFiles(folder))


class FolderFiles:
    """The files of a folder; one whose size and times are known is not read again.

    One that was changed a moment ago is read anew, for the times of a disk may be coarse.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, ...], bytes]] = {}

    def __call__(self) -> dict[str, bytes]:
        """The content of each by its name."""
        try:
            there = [entry for entry in os.scandir(self._folder) if entry.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        known = {entry.name: self._looked_at(entry) for entry in there}
        self._known = known
        return {name: content for name, (_, content) in known.items()}

    def _looked_at(self, entry: os.DirEntry[str]) -> tuple[tuple[int, ...], bytes]:
        stat = entry.stat()
        mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        known = self._known.get(entry.name)
        if known is not None and known[0] == mark:
            return known
        settled = time_ns() - stat.st_mtime_ns > _COARSEST
        return mark if settled else (), Path(entry.path).read_bytes()
