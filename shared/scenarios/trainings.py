"""The retraining a sentence speaks of: the job or the run that Driftgate started for a model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.scenarios.pipelines import NoRun, read_mapping, write_mapping
from shared.service.retraining.orders import TAG, TAG_OF_MODEL

_OPEN_JOBS = frozenset({"NotStarted", "Running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What trains: its file, what is in it, and the retraining's id. A run has a `number`."""

    path: Path
    facts: dict[str, Any]
    retraining: str
    number: int | None = None

    def change(self, **facts: object) -> None:
        """Write some of its facts anew."""
        write_mapping(self.path, {**self.facts, **facts})


def started(workspace: Path, model: str) -> Started:
    """The one under way for the model. Raises NoRun where Driftgate started none."""
    found = [*_jobs(workspace / "jobs", model), *_runs(workspace / "pipelines", model)]
    if not found:
        raise NoRun(f"no retraining of {model} is under way")
    return found[-1]


def _jobs(folder: Path, model: str) -> list[Started]:
    found = []
    for path in sorted(folder.glob("retrain-*.yaml")):
        facts = read_mapping(path)
        tags = (facts.get("training") or {}).get("tags") or {}
        if tags.get(TAG_OF_MODEL) == model and facts.get("state") in _OPEN_JOBS:
            found.append(Started(path=path, facts=facts, retraining=str(tags[TAG])))
    return found


def _runs(folder: Path, model: str) -> list[Started]:
    found = []
    for path in folder.rglob("*.yaml"):
        facts = read_mapping(path) if path.stem.isdigit() else {}
        given = facts.get("parameters") or {}
        if (
            given.get("model") == model
            and "retraining" in given
            and facts.get("state") != "completed"
        ):
            name, number = str(given["retraining"]), int(path.stem)
            found.append(Started(path=path, facts=facts, retraining=name, number=number))
    return sorted(found, key=lambda one: one.number or 0)
