"""The five event types of an Azure Machine Learning workspace."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload
from shared.service.intake.fields import (
    Told,
    any_case,
    clean_text,
    is_name,
    number_of,
    required_name,
    text_map,
    workspace_of,
)

BREACH_TAG = "azureml_modelmonitor_threshold_breached"
ROOT_BREACH_TAG = "azureml.modelmonitor.threshold.breached."
_SIGNAL = re.compile(r"signal '([^']+)'")
_PIPELINE = "azureml.PipelineRun"
_ROOT = "azureml.pipelinerunid"
_MOST_SIGNALS = 20
_MOST_BREACHES = 100
_ODD = (ValueError, SyntaxError, KeyError, TypeError, AttributeError)


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
    properties = text_map(any_case(told.data, "runProperties"))
    data = {
        "run": run,
        "experiment": experiment,
        "status": str(any_case(told.data, "runStatus") or "Completed"),
        "tags": tags,
        "monitor": experiment if is_name(experiment) else None,
        "root": _root_of(run, any_case(told.data, "runType"), tags, properties),
        **_batch_of(tags, properties),
    }
    told_signals = _signals_of(tags)
    if told_signals:
        monitor = required_name(experiment or run, "experimentName")
        breach = {**data, **told_signals[0], "signals": told_signals}
        return _event(told, EventType.MONITOR_BREACHED, f"monitor/{monitor}", breach)
    completed = told.type.casefold().endswith("runcompleted")
    kind = EventType.RUN_COMPLETED if completed else EventType.RUN_STATUS_CHANGED
    return _event(told, kind, f"run/{run}", data)


def _root_of(
    run: str, kind: object, tags: Mapping[str, str], properties: Mapping[str, str]
) -> str | None:
    """The pipeline run a step belongs to, a pipeline run itself being its own; None for others."""
    if kind == _PIPELINE or properties.get("azureml.runsource") == _PIPELINE:
        return run
    return clean_text(tags.get(_ROOT) or properties.get(_ROOT), 255)


def _batch_of(tags: Mapping[str, str], properties: Mapping[str, str]) -> dict[str, Any]:
    """Whether a batch endpoint scored in this run, and which one as far as it is told."""
    endpoint = properties.get("azureml.endpointname") or tags.get("azureml.endpointname")
    batch = tags.get("azureml.batchrun", "").casefold() == "true"
    return {
        "batch": batch,
        "batch_endpoint": endpoint if batch and is_name(endpoint) else None,
    }


def _signals_of(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each signal that a run's tags call breached.

    The step that compared has one tag; the pipeline run has one a signal, when the monitor has
    mail addresses.
    """
    found = [read_breach(tags[BREACH_TAG])] if BREACH_TAG in tags else []
    for name in sorted(tags):
        if name.startswith(ROOT_BREACH_TAG) and len(found) < _MOST_SIGNALS:
            breach = read_breach(tags[name])
            signal = breach["signal"] or clean_text(name.removeprefix(ROOT_BREACH_TAG), 120)
            found.append({**breach, "signal": signal})
    return found


def read_breach(text: str) -> dict[str, Any]:
    """Signal and breached metrics of a monitor's tag; the text alone when it has another form.

    The tag holds the Python spelling of a list of JSON strings.
    """
    signal = _SIGNAL.search(text)
    breaches: list[dict[str, Any]] = []
    try:
        listed = ast.literal_eval(text[text.index("[") : text.rindex("]") + 1])
        for entry in listed[:_MOST_BREACHES]:
            metric = json.loads(entry)
            breaches.append(
                {
                    "metric": clean_text(metric["metric_name"], 80) or "an unnamed metric",
                    "value": number_of(metric["metric_value"]),
                    "threshold": number_of(metric["threshold_value"]),
                    "group": clean_text(metric.get("group"), 120),
                }
            )
    except (*_ODD, MemoryError, RecursionError):
        breaches = []
    return {
        "signal": clean_text(signal.group(1), 120) if signal is not None else None,
        "breaches": breaches,
        "text": clean_text(text, 1000) or "",
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
