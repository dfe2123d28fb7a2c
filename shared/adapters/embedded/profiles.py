"""Profiles, reports and heads as files in folders that follow their names."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.adapters.embedded.files import write_whole
from shared.adapters.names import plain_path
from shared.domain.canonical import canonical_json


class FolderProfiles:
    """`model/loan-default/7` is kept in `model/loan-default/7.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep a profile's JSON form; the newest under a name wins."""
        write_whole(self._path(name), canonical_json(profile))

    def load(self, name: str) -> Mapping[str, Any] | None:
        """Read it back, None when there is none."""
        path = self._path(name)
        return dict(json.loads(path.read_bytes())) if path.exists() else None

    def walk(self, folder: str, saved_before: datetime) -> Iterator[str]:
        """The names below a folder that were last saved before then, in order."""
        below = self._folder / plain_path(folder, "profile")
        for path in sorted(below.rglob("*.json")):
            if _was_saved_before(path, saved_before):
                yield path.relative_to(self._folder).with_suffix("").as_posix()

    def remove(self, name: str, saved_before: datetime) -> bool:
        """Remove it unless it was saved since, and its folder when that is empty then."""
        path = self._path(name)
        if not _was_saved_before(path, saved_before):
            return False
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{plain_path(name, 'profile')}.json"


def _was_saved_before(path: Path, time: datetime) -> bool:
    try:
        saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return saved < time


class FolderReports:
    """`drift/loan-default/2026-02-03` is kept in `drift/loan-default/2026-02-03.html`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, name: str, page: str) -> None:
        """Keep a page; the newest under a name wins."""
        write_whole(self._path(name), page.encode())

    def load(self, name: str) -> str | None:
        """Read it back, None when there is none."""
        path = self._path(name)
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _path(self, name: str) -> Path:
        return self._folder / f"{plain_path(name, 'report')}.html"


class FolderAnchors:
    """`2026/02/03T021500Z` is kept in `2026/02/03T021500Z.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> bool:
        """Keep it unless something is there under the name; True when it is new."""
        path = self._folder / f"{plain_path(name, 'anchor')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            return False
        return True

    def newest(self) -> bytes | None:
        """What was kept under the last name in their order, None when nothing was."""
        paths = sorted(self._folder.rglob("*.json"))
        return paths[-1].read_bytes() if paths else None
