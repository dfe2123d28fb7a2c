"""Writing to a workspace of files: tags, registries and jobs.

::

    registries/<registry>/<name>/<version>.yaml    shared versions
    jobs/<name>.yaml                   state, started, ended, endpoint, deployment, training
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from shared.adapters.embedded.files import write_whole
from shared.adapters.embedded.yaml_files import read_yaml, write_yaml
from shared.adapters.names import is_plain_name
from shared.domain.world import Job, Training
from shared.errors import NotFound


class FileModels:
    """Tags are written into the version's file; a registry is a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Add and change tags, keep the others; returns all of them. Raises NotFound."""
        path = self._version(name, version)
        described = read_yaml(path)
        tagged = {**described.texts("tags"), **tags}
        write_yaml(path, {**described.plain, "tags": tagged})
        return tagged

    def share(self, name: str, version: str, registry: str) -> None:
        """Copy a version to a registry's folder; harmless when it is there. Raises NotFound."""
        path = self._version(name, version)
        target = self._folder / "registries" / registry
        if not is_plain_name(registry) or not target.is_dir():
            raise NotFound(f"There is no registry {registry[:80]!r}.")
        target /= name
        target.mkdir(exist_ok=True)
        if not (target / path.name).exists():
            write_whole(target / path.name, path.read_bytes())

    def _version(self, name: str, version: str) -> Path:
        path = self._folder / "models" / name / f"{version}.yaml"
        if not (is_plain_name(name) and is_plain_name(version)) or not path.is_file():
            raise NotFound(f"The workspace has no model {name[:80]}:{version[:80]}.")
        return path


class FileJobs:
    """A started job is a file that stays in state NotStarted until somebody edits it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "jobs"

    def start(self, training: Training) -> Job:
        """Write it down, or return the job of its name. Raises NotFound."""
        path = self._path(training.name)
        if not path.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_yaml(path, {"state": "NotStarted", "training": asdict(training)})
        return _job(path)

    def job(self, name: str) -> Job:
        """A job as its file says. Raises NotFound."""
        path = self._path(name)
        if not path.is_file():
            raise NotFound(f"The workspace has no job {name}.")
        return _job(path)

    def latest(self, endpoint: str, limit: int = 10) -> Sequence[Job]:
        """The jobs of a batch endpoint, last started first."""
        paths = [
            path
            for path in self._folder.glob("*.yaml")
            if read_yaml(path).text("endpoint") == endpoint
        ]
        last = datetime.max.replace(tzinfo=UTC)
        jobs = sorted(
            map(_job, paths), key=lambda job: (job.started or last, job.name), reverse=True
        )
        return jobs[:limit]

    def _path(self, name: str) -> Path:
        if not is_plain_name(name):
            raise NotFound(f"{name[:80]!r} is no name of a job.")
        return self._folder / f"{name}.yaml"


def _job(path: Path) -> Job:
    described = read_yaml(path)
    return Job(
        name=path.stem,
        state=described.text("state") or "Unknown",
        started=described.time("started"),
        ended=described.time("ended"),
        deployment=described.text("deployment"),
    )
