"""Payloads as Azure sends them, for what happens in a scenario."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.domain.canonical import format_time

_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_GROUP = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-ml"
_PROVIDER = "Microsoft.MachineLearningServices"
WORKSPACE = f"{_GROUP}/providers/{_PROVIDER}/workspaces/ws-prod"
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_APPLICATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def resource_event(
    operation: str,
    outcome: str,
    endpoint: str,
    deployment: str | None,
    *,
    at: datetime,
    by: str | None = None,
) -> bytes:
    """Azure Resource Manager's event on an endpoint or a deployment; `outcome` is in its type.

    `by` is a user principal name, or an application's id.
    """
    below = f"onlineEndpoints/{endpoint}" + (f"/deployments/{deployment}" if deployment else "")
    kind = "onlineEndpoints/deployments" if deployment else "onlineEndpoints"
    action = f"{_PROVIDER}/workspaces/{kind}/{operation.lower()}"
    resource = f"{WORKSPACE}/{below}"
    claims = {} if by is None else {"appid" if _APPLICATION.fullmatch(by) else _UPN: by}
    data = {
        "authorization": {"scope": resource, "action": action, "evidence": {"role": "Contributor"}},
        "claims": {"aud": "https://management.azure.com", "ver": "1.0", **claims},
        "correlationId": _identity("correlation", resource, at),
        "resourceProvider": _PROVIDER,
        "resourceUri": resource,
        "operationName": action,
        "status": "Succeeded",
        "subscriptionId": _SUBSCRIPTION,
        "tenantId": "00000000-0000-0000-0000-000000000004",
    }
    return _event(
        f"Microsoft.Resources.Resource{operation}{outcome}", _GROUP, resource, at, data, "2"
    )


def model_registered(model: str, version: str, *, at: datetime) -> bytes:
    """Azure Machine Learning's event on a new version."""
    data = {
        "ModelName": model,
        "ModelVersion": version,
        "ModelTags": {},
        "ModelProperties": {},
    }
    return _event(
        f"{_PROVIDER}.ModelRegistered", WORKSPACE, f"models/{model}:{version}", at, data, ""
    )


def run_ended(
    run: str,
    state: str,
    *,
    at: datetime,
    experiment: str,
    tags: Mapping[str, str] | None = None,
    step_of: str | None = None,
) -> bytes:
    """The event on a run: completed, or of another state; a step's names its pipeline run."""
    completed = state == "Completed"
    subject = f"experiments/{_identity('experiment', experiment)}/runs/{run}"
    data: dict[str, Any] = {
        "experimentId": _identity("experiment", experiment),
        "experimentName": experiment,
        "runId": run,
        "runType": "azureml.StepRun" if step_of else "azureml.PipelineRun",
        "runTags": dict(tags or {}),
        "runProperties": {"azureml.pipelinerunid": step_of} if step_of else {},
    }
    if not completed:
        data["runStatus"] = state
    kind = "RunCompleted" if completed else "RunStatusChanged"
    return _event(f"{_PROVIDER}.{kind}", WORKSPACE, subject, at, data, "2")


def breach_text(signal: str, breaches: Sequence[Mapping[str, object]]) -> str:
    """The tag that Azure's own monitor leaves on its run, with the spelling it has there."""
    listed = [json.dumps(dict(breach), separators=(",", ":")) for breach in breaches]
    return (
        f"The signal '{signal}' has failed due to one or more features violating metric "
        "thresholds.\nThe feature names and their corresponding computed metric values violating "
        f"the threshold are \n{listed!r}\n"
    )


def monitor_alert(
    rule: str, target: str, *, fired: datetime, resolved: datetime | None, severity: str
) -> bytes:
    """Azure Monitor's common alert schema."""
    identity = _identity("alert", rule, target, fired)
    essentials = {
        "alertId": f"/subscriptions/{_SUBSCRIPTION}/providers/Microsoft.AlertsManagement"
        f"/alerts/{identity}",
        "alertRule": rule,
        "severity": severity,
        "signalType": "Metric",
        "monitorCondition": "Fired" if resolved is None else "Resolved",
        "monitoringService": "Platform",
        "alertTargetIDs": [f"{WORKSPACE}/onlineEndpoints/{target}".lower()],
        "configurationItems": [target],
        "firedDateTime": format_time(fired),
        "description": "",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    if resolved is not None:
        essentials["resolvedDateTime"] = format_time(resolved)
    alert = {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": essentials, "alertContext": {}},
    }
    return json.dumps(alert).encode()


def _event(
    kind: str, topic: str, subject: str, at: datetime, data: Mapping[str, Any], version: str
) -> bytes:
    envelope = {
        "topic": topic,
        "subject": subject,
        "eventType": kind,
        "eventTime": format_time(at),
        "id": _identity(kind, subject, at, sorted(data.get("runTags", {}))),
        "data": data,
        "dataVersion": version,
        "metadataVersion": "1",
    }
    return json.dumps([envelope]).encode()


def _identity(*parts: object) -> str:
    """The same thing at the same time has the same id, whoever tells it."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))
