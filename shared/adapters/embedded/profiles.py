"""Profiles as JSON files in folders that follow their names."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.adapters.embedded.evidence import write_whole
from shared.adapters.embedded.names import is_plain_name
from shared.domain.canonical import canonical_json
from shared.errors import Refused


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
        parts = name.split("/")
        if not all(is_plain_name(part) for part in parts):
            raise Refused(f"{name[:120]!r} is no profile name; use plain names joined by slashes.")
        return self._folder.joinpath(*parts[:-1], f"{parts[-1]}.json")
