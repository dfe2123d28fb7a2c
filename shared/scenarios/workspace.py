"""The workspace a scenario plays in: files, as the embedded adapters read them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.domain.canonical import format_time
from shared.errors import InvalidScenario
from shared.scenarios.pipelines import read_mapping


class WorkspaceFiles:
    """Remembers what is deployed and writes a file anew whenever it changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._endpoints: dict[str, dict[str, Any]] = {}
        self._texts: dict[str, str] = {}
        for name in ("endpoints", "models"):
            (folder / name).mkdir(parents=True)

    @property
    def endpoints(self) -> list[str]:
        """The names of those there are."""
        return list(self._endpoints)

    def one_endpoint(self, named: str | None, line: int) -> str:
        """The endpoint a sentence speaks of: the one it names, or the only one there is.

        Raises InvalidScenario when that leaves it open.
        """
        if named is not None:
            return named
        if len(self._endpoints) == 1:
            return next(iter(self._endpoints))
        known = ", ".join(self._endpoints) or "none yet"
        raise InvalidScenario(
            f"line {line}: of which endpoint? Write `of ENDPOINT` behind it; there are {known}."
        )

    def endpoint(self, name: str) -> dict[str, Any]:
        """Its facts, to be changed and then written; a new one has none.

        Shares that Driftgate has written meanwhile are among them.
        """
        self._read_back(name)
        return self._endpoints.setdefault(
            name,
            {
                "provisioning_state": "Succeeded",
                "traffic": {},
                "mirror_traffic": {},
                "deployments": {},
            },
        )

    def deployment(self, endpoint: str, name: str, line: int) -> dict[str, Any]:
        """The facts of one that is there. Raises InvalidScenario for one that is not."""
        deployments = self._endpoints.get(endpoint, {}).get("deployments", {})
        if name not in deployments:
            known = ", ".join(deployments) or "none"
            raise InvalidScenario(
                f"line {line}: there is no deployment {name} of {endpoint}; it has {known}."
            )
        facts: dict[str, Any] = deployments[name]
        return facts

    def write_endpoint(self, name: str) -> None:
        """Make the files say what is remembered."""
        self._texts[name] = json.dumps(self._endpoints[name])
        self.write(f"endpoints/{name}.yaml", self._texts[name])

    def remove_endpoint(self, name: str) -> None:
        """It is gone, with all its deployments."""
        del self._endpoints[name]
        self._texts.pop(name, None)
        (self.folder / "endpoints" / f"{name}.yaml").unlink()

    def _read_back(self, name: str) -> None:
        path = self.folder / "endpoints" / f"{name}.yaml"
        if name not in self._texts or not path.is_file():
            return
        text = path.read_text(encoding="utf-8")
        if text != self._texts[name]:
            self._texts[name] = text
            facts = read_mapping(path)
            for key in ("traffic", "mirror_traffic"):
                self._endpoints[name][key] = dict(facts.get(key) or {})

    def write(self, name: str, content: str) -> None:
        """One file of the workspace."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def written(time: datetime) -> str:
    """A time as the files hold it."""
    return format_time(time)
