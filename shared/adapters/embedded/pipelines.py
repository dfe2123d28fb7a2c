"""Pipelines in a folder, for a machine without Azure DevOps.

::

    pipelines/<pipeline>/<number>.yaml    state, result, created, correlation, parameters, approvals
    checks/<task>.yaml                    what was answered
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.adapters.embedded.yaml_files import Described, read_yaml, write_yaml
from shared.adapters.names import is_plain_name
from shared.domain.pipelines import (
    Approval,
    ApprovalStep,
    EnvironmentCheck,
    PipelineOrder,
    PipelineRun,
)
from shared.errors import NotFound, Refused


class FilePipelines:
    """A started run is a file that stays in progress until somebody edits it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Write it down, or return the run of this order. Raises NotFound for no such pipeline."""
        folder = self._pipeline(order.pipeline)
        taken = sorted(int(path.stem) for path in self._runs())
        for path in folder.glob("*.yaml"):
            if read_yaml(path).text("correlation") == order.correlation:
                return _run(path)
        path = folder / f"{taken[-1] + 1 if taken else 1}.yaml"
        content = {
            "state": "inProgress",
            "created": order.requested,
            "correlation": order.correlation,
            "branch": order.branch,
            "parameters": dict(order.parameters),
        }
        write_yaml(path, content)
        return _run(path)

    def run(self, pipeline: int, number: int) -> PipelineRun:
        """A run as its file says. Raises NotFound."""
        path = self._pipeline(pipeline) / f"{number}.yaml"
        if not path.is_file():
            raise NotFound(f"Pipeline {pipeline} has no run {number}.")
        return _run(path)

    def approvals(self, number: int) -> Sequence[Approval]:
        """The approvals written into a run's file. Raises NotFound."""
        for path in self._runs():
            if path.stem == str(number):
                described = read_yaml(path)
                return [_approval(path, item) for item in described.list_of_mappings("approvals")]
        raise NotFound(f"No pipeline has a run {number}.")

    def answer(self, check: EnvironmentCheck, passed: bool, sentence: str) -> None:
        """Write the answer down, without the token. Raises Refused for a task that is no name."""
        if not is_plain_name(check.task):
            raise Refused(f"TaskInstanceId is {check.task[:60]!r}, which is no plain name.")
        folder = self._folder / "checks"
        folder.mkdir(exist_ok=True)
        result = "succeeded" if passed else "failed"
        write_yaml(folder / f"{check.task}.yaml", {"result": result, "sentence": sentence})

    def _pipeline(self, pipeline: int) -> Path:
        folder = self._folder / "pipelines" / str(pipeline)
        if not folder.is_dir():
            raise NotFound(f"There is no pipeline {pipeline}; make the folder {folder}.")
        return folder

    def _runs(self) -> list[Path]:
        return [p for p in self._folder.glob("pipelines/*/*.yaml") if p.stem.isdigit()]


def _run(path: Path) -> PipelineRun:
    described = read_yaml(path)
    return PipelineRun(
        number=int(path.stem),
        state=described.text("state") or "unknown",
        result=described.text("result"),
        created=described.time("created"),
    )


def _approval(path: Path, item: Mapping[str, Any]) -> Approval:
    described = Described(path=path, plain=item)
    return Approval(
        identity=described.text("id") or "",
        status=described.text("status") or "undefined",
        steps=tuple(
            _step(Described(path=path, plain=step)) for step in described.list_of_mappings("steps")
        ),
    )


def _step(step: Described) -> ApprovalStep:
    return ApprovalStep(
        asked=step.text("asked") or "unknown",
        by=step.text("by"),
        status=step.text("status") or "undefined",
        at=step.time("at"),
        comment=step.text("comment"),
    )
