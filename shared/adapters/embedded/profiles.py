"""Profiles, reports and heads as files in folders that follow their names."""

import json
from collections.abc import Mapping
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

    def _path(self, name: str) -> Path:
        return self._folder / f"{plain_path(name, 'profile')}.json"


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
