"""How hard instances work, as a workspace's load file has it: a line a minute and instance."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.canonical import format_time
from shared.scenarios.workspace import WorkspaceFiles

MEASURES = ("cpu", "memory", "disk", "gpu")
_HEAD = f"time,deployment,instance,{','.join(MEASURES)},state\n"


@dataclass(slots=True, kw_only=True)
class Works:
    """Levels in per cent that every instance holds, and how many of them are ready."""

    levels: dict[str, float] = field(default_factory=dict)
    ready: int = 1
    instances: int = 1


class LoadLog:
    """Writes `load/<endpoint>.csv` up to the next thing that happens."""

    def __init__(self, files: WorkspaceFiles, begins: datetime) -> None:
        self._files = files
        self._until = begins
        self._works: dict[str, dict[str, Works]] = {}

    def of(self, endpoint: str, deployment: str) -> Works:
        """How a deployment works from now on, to be changed."""
        return self._works.setdefault(endpoint, {}).setdefault(deployment, Works())

    def extend(self, end: datetime) -> None:
        """Write on until `end` with everything as it is."""
        time, self._until = self._until, max(self._until, end)
        lines: dict[str, list[str]] = {endpoint: [] for endpoint in self._works}
        while time < end:
            for endpoint, deployments in self._works.items():
                for name, works in deployments.items():
                    levels = ",".join(f"{works.levels.get(m, 20.0):g}" for m in MEASURES)
                    lines[endpoint] += [
                        f"{format_time(time)},{name},i{number},{levels},"
                        f"{'Ready' if number <= works.ready else 'Unhealthy'}\n"
                        for number in range(1, works.instances + 1)
                    ]
            time += timedelta(minutes=1)
        self._until = max(self._until, time)
        for endpoint, added in lines.items():
            path = self._files.folder / "load" / f"{endpoint}.csv"
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                path.write_text(_HEAD, encoding="utf-8")
            with path.open("a", encoding="utf-8") as file:
                file.writelines(added)
