"""Jobs that count rows, in a workspace of files: a file each, like any other job.

::

    jobs/<name>.yaml                 state, started, ended
    jobs/<name>/order.json           what is to be counted, and in whose bins
    jobs/<name>/driftgate_job.*      what runs, as it is sent to a cluster
    jobs/<name>/profile.json         what was made
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shared.adapters.embedded.files import write_whole
from shared.adapters.embedded.machine_learning import FileJobs
from shared.adapters.embedded.yaml_files import write_yaml
from shared.adapters.names import is_plain_name
from shared.adapters.spark_tasks import made_of, task_of
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.profiling import ProfilingOrder
from shared.domain.spark_task import MADE
from shared.domain.world import Job
from shared.errors import NotFound, Refused

Launch = Callable[[Path, Path, list[str]], None]
"""Runs the job of a folder and writes how it goes into a file; raises Refused where it cannot."""


class FileProfilingJobs:
    """Without `launch` a job stays in state NotStarted until somebody edits its file."""

    def __init__(self, folder: Path, launch: Launch | None = None) -> None:
        self._folder = folder / "jobs"
        self._jobs = FileJobs(folder)
        self._launch = launch

    def start(self, order: ProfilingOrder, baseline: Mapping[str, Any], name: str) -> Job:
        """Write it down and run it, or return the job of its name. Raises Refused."""
        if not is_plain_name(name):
            raise Refused(f"{name[:80]!r} is no name of a job.")
        try:
            return self._jobs.job(name)
        except NotFound:
            pass
        folder, state = self._folder / name, self._folder / f"{name}.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        asked = {"order": to_plain(order), "baseline": dict(baseline)}
        write_whole(folder / "order.json", canonical_json(asked))
        roots: list[str] = []
        if self._launch is not None:
            from shared.adapters.spark_bundle import write_bundle

            task, roots = task_of(order, baseline, _split)
            write_bundle(folder, task)
        write_yaml(state, {"state": "NotStarted", "profiling": order.id})
        if self._launch is not None:
            try:
                self._launch(folder, state, roots)
            except Refused:
                state.unlink()
                raise
        return self._jobs.job(name)

    def made(self, order: ProfilingOrder, name: str) -> Mapping[str, Any] | None:
        """What lies there, None where nothing does that the order asks for."""
        path = self._folder / name / MADE
        if not is_plain_name(name) or not path.exists():
            return None
        parts = sorted(path.glob("part-*")) if path.is_dir() else [path]
        return made_of(order, b"".join(part.read_bytes() for part in parts))


def _split(place: str) -> tuple[str, str]:
    path = Path(place).resolve()
    return f"file:///{path.drive}", path.as_posix().removeprefix(path.drive).lstrip("/")
