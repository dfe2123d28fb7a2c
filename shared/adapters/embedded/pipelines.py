"""Pipelines in a folder, for a machine without Azure DevOps and GitHub.

::

    pipelines/<pipeline>/<number>.yaml    state, result, created, by, correlation, branch,
                                          parameters, approvals

A workflow `owner/repository/file.yml` is the folder `pipelines/owner/repository/file.yml`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.adapters.embedded.yaml_files import Described, read_yaml, write_yaml
from shared.adapters.names import plain_path
from shared.domain.pipelines import (
    Approval,
    ApprovalStep,
    PipelineOrder,
    PipelineRun,
)
from shared.errors import NotFound


class FilePipelines:
    """A started run is a file that stays in progress until somebody edits it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, order: PipelineOrder) -> PipelineRun:
        """Write it down, or return the run of this order. Raises NotFound for no such pipeline."""
        folder = self._pipeline(order.pipeline)
        taken = sorted(int(path.stem) for path in self._runs())
        for path in _runs_in(folder):
            if read_yaml(path).text("correlation") == order.correlation:
                return _run(path)
        path = folder / f"{taken[-1] + 1 if taken else 1}.yaml"
        content = {
            "state": "inProgress",
            "created": order.requested,
            "by": "driftgate",
            "correlation": order.correlation,
            "branch": order.branch,
            "parameters": {**order.parameters, "correlationId": order.correlation},
        }
        write_yaml(path, content)
        return _run(path)

    def run(self, pipeline: str, number: int) -> PipelineRun:
        """A run as its file says. Raises NotFound."""
        path = self._pipeline(pipeline) / f"{number}.yaml"
        if not path.is_file():
            raise NotFound(f"Pipeline {pipeline} has no run {number}.")
        return _run(path)

    def approvals(self, pipeline: str, number: int) -> Sequence[Approval]:
        """The approvals written into a run's file. Raises NotFound."""
        path = self._pipeline(pipeline) / f"{number}.yaml"
        if not path.is_file():
            raise NotFound(f"Pipeline {pipeline} has no run {number}.")
        return [_approval(path, item) for item in read_yaml(path).list_of_mappings("approvals")]

    def _pipeline(self, pipeline: str) -> Path:
        folder = self._folder / "pipelines" / plain_path(pipeline, "pipeline")
        if not folder.is_dir():
            raise NotFound(f"There is no pipeline {pipeline}; make the folder {folder}.")
        return folder

    def _runs(self) -> list[Path]:
        return _runs_in(self._folder / "pipelines")


def _runs_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.yaml") if path.stem.isdigit()]


def _run(path: Path) -> PipelineRun:
    described = read_yaml(path)
    return PipelineRun(
        number=int(path.stem),
        state=described.text("state") or "unknown",
        result=described.text("result"),
        created=described.time("created"),
        by=described.text("by"),
        parameters=described.texts("parameters"),
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
