"""Runs of delivery pipelines in a scenario: files, as the embedded adapter has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import InvalidScenario

_UNDONE = "-rollback"


class NoRun(InvalidScenario):
    """Driftgate has started no run, as it was expected to: the story goes on without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that Driftgate started: its file, and what was in it when it was looked for."""

    path: Path
    pipeline: str
    facts: dict[str, Any]

    @property
    def number(self) -> int:
        """As the platform counts them."""
        return int(self.path.stem)

    @property
    def stage(self) -> str:
        """The stage it deploys to."""
        return str(self.facts.get("parameters", {}).get("stage") or "")

    def change(self, **facts: object) -> None:
        """Write some of its facts anew."""
        write_mapping(self.path, {**self.facts, **facts})


class Runs:
    """Finds the run a sentence speaks of, by the version that it deploys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "pipelines"

    def add(self, pipeline: str, line: int) -> None:
        """A pipeline that can be started. Raises InvalidScenario for what is no name of one."""
        folder = (self._folder / pipeline).resolve()
        if not folder.is_relative_to(self._folder.resolve()) or folder == self._folder.resolve():
            raise InvalidScenario(f"line {line}: {pipeline!r} is no number and no workflow.")
        folder.mkdir(parents=True)

    def latest(self, model: str, stage: str | None) -> Run:
        """The last run that deploys `model` (`churn:7`), to `stage` where it is named.

        One that undoes it is none. Raises NoRun where Driftgate started none.
        """
        found = [
            run
            for run in self._all()
            if _deploys(run) == model
            and stage in {None, run.stage}
            and not str(run.facts.get("correlation")).endswith(_UNDONE)
        ]
        if not found:
            where = f" to {stage}" if stage is not None else ""
            raise NoRun(f"no pipeline run of {model}{where} was started")
        return max(found, key=lambda run: run.number)

    def _all(self) -> Iterator[Run]:
        for path in self._folder.rglob("*.yaml"):
            if path.stem.isdigit():
                pipeline = path.parent.relative_to(self._folder).as_posix()
                yield Run(path=path, pipeline=pipeline, facts=read_mapping(path))


def _deploys(run: Run) -> str:
    given = run.facts.get("parameters", {})
    return f"{given.get('model')}:{given.get('version')}"


def read_mapping(path: Path) -> dict[str, Any]:
    """A file of the workspace, whoever wrote it last."""
    import yaml

    plain = yaml.safe_load(path.read_bytes())
    return plain if isinstance(plain, dict) else {}


def write_mapping(path: Path, facts: dict[str, Any]) -> None:
    """A file of the workspace, with the times that stand in it as YAML has them."""
    import yaml

    path.write_text(yaml.safe_dump(facts, sort_keys=False), encoding="utf-8")
