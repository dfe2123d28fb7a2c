"""Jobs that count rows, in a workspace of files: a file each, like any other job."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.adapters.embedded.files import write_whole
from shared.adapters.embedded.machine_learning import FileJobs
from shared.adapters.embedded.yaml_files import write_yaml
from shared.adapters.names import is_plain_name
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.profiling import ProfilingOrder
from shared.domain.world import Job
from shared.errors import NotFound, Refused


class FileProfilingJobs:
    """What a job is to count lies in `jobs/<name>/order.json`, what it made in `profile.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "jobs"
        self._jobs = FileJobs(folder)

    def start(self, order: ProfilingOrder, baseline: Mapping[str, Any], name: str) -> Job:
        """Write it down, or return the job of its name."""
        if not is_plain_name(name):
            raise Refused(f"{name[:80]!r} is no name of a job.")
        try:
            return self._jobs.job(name)
        except NotFound:
            pass
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        asked = {"order": to_plain(order), "baseline": dict(baseline)}
        write_whole(folder / "order.json", canonical_json(asked))
        write_yaml(self._folder / f"{name}.yaml", {"state": "NotStarted", "profiling": order.id})
        return self._jobs.job(name)

    def made(self, order: ProfilingOrder, name: str) -> Mapping[str, Any] | None:  # noqa: ARG002
        """What lies there, None where nothing does."""
        path = self._folder / name / "profile.json"
        if not is_plain_name(name) or not path.is_file():
            return None
        return dict(json.loads(path.read_bytes()))
