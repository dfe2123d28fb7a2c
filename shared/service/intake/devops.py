"""Azure DevOps service hooks. They are not signed: a hint to be read back, never a fact."""

from collections.abc import Mapping
from typing import Any

from shared.domain.event import Event, EventType
from shared.errors import UnknownEventType
from shared.service.intake.fields import required_name, required_text, required_time

_FORM = "Azure DevOps hook"


def read_hook(envelope: Mapping[str, Any]) -> Event:
    """Runs, stages, approvals, builds and release deployments that have ended.

    Raises UnknownEventType for anything that is still under way.
    """
    kind = required_text(envelope, "eventType", _FORM)
    resource = envelope.get("resource")
    resource = resource if isinstance(resource, dict) else {}
    match kind.replace("ms.azure-devops-release.", "ms.vss-release."):
        case "ms.vss-pipelines.run-state-changed-event":
            return _run(envelope, resource)
        case "ms.vss-pipelines.stage-state-changed-event":
            return _stage(envelope, resource)
        case "ms.vss-pipelinechecks-events.approval-completed":
            return _approval(envelope, resource)
        case "build.complete":
            return _build(envelope, resource)
        case "ms.vss-release.deployment-completed-event":
            return _release(envelope, resource)
        case _:
            raise UnknownEventType(f"Nothing reacts to Azure DevOps events of type {kind[:200]}.")


def _part(resource: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = resource.get(name)
    return part if isinstance(part, dict) else {}


def _event(
    envelope: Mapping[str, Any], kind: EventType, subject: str, data: Mapping[str, Any]
) -> Event:
    containers = _part(envelope, "resourceContainers")
    return Event(
        id=required_text(envelope, "id", _FORM),
        source=f"azure-devops/{envelope.get('publisherId')}",
        type=kind,
        subject=subject,
        time=required_time(envelope, "createdDate", _FORM),
        data={**data, "project": _part(containers, "project").get("id")},
    )


def _ended(part: Mapping[str, Any], what: str) -> str:
    state = str(part.get("state") or "unknown")
    if state.casefold() != "completed":
        raise UnknownEventType(f"Nothing reacts to a {what} that is {state}.")
    return str(part.get("result") or "unknown")


def _run(envelope: Mapping[str, Any], resource: Mapping[str, Any]) -> Event:
    run = _part(resource, "run")
    pipeline = _part(run, "pipeline") or _part(resource, "pipeline")
    result = _ended(run, "pipeline run")
    identity = required_name(pipeline.get("id"), "pipeline id")
    data = {"pipeline": pipeline.get("name"), "run": run.get("id"), "result": result}
    return _event(envelope, EventType.PIPELINE_RUN_COMPLETED, f"pipeline/{identity}", data)


def _stage(envelope: Mapping[str, Any], resource: Mapping[str, Any]) -> Event:
    stage = _part(resource, "stage")
    run = _part(resource, "run")
    pipeline = _part(resource, "pipeline") or _part(run, "pipeline")
    result = _ended(stage, "pipeline stage")
    identity = required_name(pipeline.get("id"), "pipeline id")
    data = {
        "pipeline": pipeline.get("name"),
        "run": run.get("id"),
        "stage": stage.get("name"),
        "result": result,
    }
    return _event(envelope, EventType.PIPELINE_STAGE_COMPLETED, f"pipeline/{identity}", data)


def _approval(envelope: Mapping[str, Any], resource: Mapping[str, Any]) -> Event:
    approval = _part(resource, "approval")
    identity = required_name(approval.get("id"), "approval id")
    steps = approval.get("steps")
    data = {
        "approval": identity,
        "status": str(approval.get("status") or "unknown"),
        "steps": [
            {
                "approver": _part(step, "assignedApprover").get("id"),
                "status": step.get("status"),
                "comment": step.get("comment"),
            }
            for step in (steps if isinstance(steps, list) else [])
            if isinstance(step, dict)
        ],
    }
    return _event(envelope, EventType.APPROVAL_GIVEN, f"approval/{identity}", data)


def _build(envelope: Mapping[str, Any], resource: Mapping[str, Any]) -> Event:
    definition = _part(resource, "definition")
    identity = required_name(definition.get("id"), "build definition id")
    data = {
        "pipeline": definition.get("name"),
        "run": resource.get("id"),
        "result": str(resource.get("result") or resource.get("status") or "unknown"),
    }
    return _event(envelope, EventType.PIPELINE_RUN_COMPLETED, f"pipeline/{identity}", data)


def _release(envelope: Mapping[str, Any], resource: Mapping[str, Any]) -> Event:
    environment = _part(resource, "environment")
    release = _part(environment, "release")
    identity = required_name(environment.get("definitionEnvironmentId"), "release definition")
    data = {
        "pipeline": release.get("name"),
        "run": release.get("id"),
        "stage": environment.get("name"),
        "result": str(environment.get("status") or "unknown"),
    }
    return _event(envelope, EventType.PIPELINE_STAGE_COMPLETED, f"release/{identity}", data)
