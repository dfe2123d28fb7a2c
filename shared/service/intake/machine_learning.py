"""The five event types of an Azure Machine Learning workspace."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload
from shared.service.intake.fields import Told, any_case, required_name, text_map, workspace_of

BREACH_TAG = "azureml_modelmonitor_threshold_breached"
_SIGNAL = re.compile(r"signal '([^']+)'")


def _event(told: Told, kind: EventType, subject: str, data: Mapping[str, Any]) -> Event:
    return Event(
        id=told.id,
        source=told.source,
        type=kind,
        subject=subject,
        time=told.time,
        data={**data, "workspace": workspace_of(told.source)},
    )


def _model_registered(told: Told) -> Event:
    model = required_name(any_case(told.data, "ModelName"), "ModelName")
    version = required_name(any_case(told.data, "ModelVersion"), "ModelVersion")
    data = {
        "model": model,
        "version": version,
        "tags": text_map(any_case(told.data, "ModelTags")),
        "properties": text_map(any_case(told.data, "ModelProperties")),
    }
    return _event(told, EventType.MODEL_REGISTERED, f"model/{model}", data)


def _model_deployed(told: Told) -> Event:
    service = required_name(any_case(told.data, "ServiceName"), "ServiceName")
    models = []
    for entry in str(any_case(told.data, "ModelIds") or "").split(","):
        model, _, version = entry.strip().partition(":")
        if model:
            models.append({"model": model, "version": version})
    data = {
        "service": service,
        "compute_type": str(any_case(told.data, "ServiceComputeType") or ""),
        "models": models,
    }
    return _event(told, EventType.MODEL_DEPLOYED, f"endpoint/{service}", data)


def _run(told: Told) -> Event:
    run = required_name(any_case(told.data, "runId"), "runId")
    experiment = str(any_case(told.data, "experimentName") or "")
    tags = text_map(any_case(told.data, "runTags"))
    data = {
        "run": run,
        "experiment": experiment,
        "status": str(any_case(told.data, "runStatus") or "Completed"),
        "tags": tags,
    }
    if BREACH_TAG in tags:
        monitor = required_name(experiment or run, "experimentName")
        breach = {**data, **read_breach(tags[BREACH_TAG])}
        return _event(told, EventType.MONITOR_BREACHED, f"monitor/{monitor}", breach)
    completed = told.type.casefold().endswith("runcompleted")
    kind = EventType.RUN_COMPLETED if completed else EventType.RUN_STATUS_CHANGED
    return _event(told, kind, f"run/{run}", data)


def read_breach(text: str) -> dict[str, Any]:
    """Signal and breached metrics of a monitor's tag; the text alone when it has another form.

    The tag holds the Python spelling of a list of JSON strings.
    """
    signal = _SIGNAL.search(text)
    breaches: list[dict[str, Any]] = []
    try:
        listed = ast.literal_eval(text[text.index("[") : text.rindex("]") + 1])
        for entry in listed:
            metric = json.loads(entry)
            breaches.append(
                {
                    "metric": metric["metric_name"],
                    "value": metric["metric_value"],
                    "threshold": metric["threshold_value"],
                    "group": metric.get("group"),
                }
            )
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        breaches = []
    return {
        "signal": signal.group(1) if signal is not None else None,
        "breaches": breaches,
        "text": text,
    }


def _dataset_drift(told: Told) -> Event:
    name = any_case(told.data, "DataDriftName") or any_case(told.data, "DataDriftId")
    monitor = required_name(name, "DataDriftName")
    coefficient = any_case(told.data, "DriftCoefficient")
    if not isinstance(coefficient, int | float):
        raise MalformedPayload("DatasetDriftDetected has no DriftCoefficient; send it as a number.")
    data = {
        "monitor": monitor,
        "coefficient": coefficient,
        "start": any_case(told.data, "StartTime"),
        "end": any_case(told.data, "EndTime"),
    }
    return _event(told, EventType.DATASET_DRIFT_DETECTED, f"monitor/{monitor}", data)


READERS: Mapping[str, Callable[[Told], Event]] = {
    f"Microsoft.MachineLearningServices.{name}".casefold(): reader
    for name, reader in {
        "ModelRegistered": _model_registered,
        "ModelDeployed": _model_deployed,
        "RunCompleted": _run,
        "RunStatusChanged": _run,
        "DatasetDriftDetected": _dataset_drift,
    }.items()
}
