"""What Azure DevOps sends in a scenario: service hooks, and the call of an environment's check."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.domain.canonical import format_time

_PROJECT = "00000000-0000-0000-0000-0000000000aa"
_PLAN_URL = "https://dev.azure.com/contoso/"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCall:
    """The call of one environment check about `model` (`churn:7`), as the platform makes it."""

    model: str
    task: str
    headers: Mapping[str, str]
    query: Mapping[str, str]


def run_completed(pipeline: str, run: int, result: str, *, at: datetime) -> bytes:
    """The hook on a run that has ended."""
    resource = {
        "run": {
            "id": run,
            "name": str(run),
            "pipeline": {"id": pipeline, "name": f"pipeline {pipeline}"},
            "state": "completed",
            "result": result,
            "finishedDate": format_time(at),
        },
        "pipeline": {"id": pipeline, "name": f"pipeline {pipeline}"},
    }
    return _hook("ms.vss-pipelines.run-state-changed-event", resource, at, run)


def approval_completed(
    approval: str, status: str, person: str, comment: str | None, *, at: datetime
) -> bytes:
    """The hook on an approval: as published it names neither the run nor the pipeline."""
    steps = [{"assignedApprover": {"id": person}, "status": status, "comment": comment}]
    resource = {
        "approval": {"id": approval, "status": status, "steps": steps},
        "pipeline": None,
        "run": None,
        "stageName": None,
    }
    kind = "ms.vss-pipelinechecks-events.approval-completed"
    return _hook(kind, resource, at, approval, person)


def check_call(model: str, stage: str | None, *, run: int, pipeline: str, number: int) -> CheckCall:
    """The call of the `number`th check: its default headers with the run's and its pipeline's.

    Only where a stage is named does its query name the version too; else the run has to tell.
    """
    task = _identity("task", model, run, number)
    name, _, version = model.partition(":")
    query = {"model": name, "version": version, "stage": stage} if stage is not None else {}
    return CheckCall(
        model=model,
        task=task,
        headers={
            "PlanUrl": _PLAN_URL,
            "ProjectId": _PROJECT,
            "HubName": "Build",
            "PlanId": _identity("plan", run),
            "JobId": _identity("job", run, number),
            "TimelineId": _identity("timeline", run),
            "TaskInstanceId": task,
            "AuthToken": "a-token-of-the-job",
            "BuildId": str(run),
            "DefinitionId": pipeline,
        },
        query=query,
    )


def _hook(kind: str, resource: Mapping[str, Any], at: datetime, *parts: object) -> bytes:
    envelope = {
        "id": _identity(kind, at, *parts),
        "eventType": kind,
        "publisherId": "pipelines",
        "resource": resource,
        "resourceVersion": "5.1-preview.1",
        "resourceContainers": {"project": {"id": _PROJECT}},
        "createdDate": format_time(at),
    }
    return json.dumps(envelope).encode()


def _identity(*parts: object) -> str:
    """The same thing at the same time has the same id, whoever tells it."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))
