"""Reads the call of an environment's check and puts it where it waits; nothing is decided here."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.domain.pipelines import EnvironmentCheck
from shared.errors import MalformedPayload, Refused
from shared.policies.durations import parse_duration
from shared.ports import Adapters
from shared.service.environment_checks.waiting import WaitingCheck
from shared.service.intake.fields import required_name

LONGEST = timedelta(hours=47)
_MOST_TOKEN = 8192
_HEADERS = {
    "address": "PlanUrl",
    "project": "ProjectId",
    "hub": "HubName",
    "plan": "PlanId",
    "job": "JobId",
    "timeline": "TimelineId",
    "task": "TaskInstanceId",
    "token": "AuthToken",
}


def read_call(headers: Mapping[str, str], query: Mapping[str, str], now: datetime) -> WaitingCheck:
    """A check out of the default headers and the query of its call.

    `model`, `version` and `stage` may stand in the query; a check cannot use the variables of a
    pipeline, so without them the headers BuildId and DefinitionId have to name the run.
    Raises MalformedPayload naming the header or parameter, and the fix; never its secret.
    """
    given = {field: _header(headers, name) for field, name in _HEADERS.items()}
    run = _number(headers, "BuildId", "$(Build.BuildId)")
    definition = _number(headers, "DefinitionId", "$(System.DefinitionId)")
    model, version, stage = (_name(query, name) for name in ("model", "version", "stage"))
    if (model is None or version is None) and (run is None or definition is None):
        raise MalformedPayload(
            "The check names no version: add the headers BuildId $(Build.BuildId) and DefinitionId "
            "$(System.DefinitionId), or model and version to its query."
        )
    return WaitingCheck(
        check=EnvironmentCheck(**given),
        asked=now,
        due=now,
        model=model,
        version=version,
        stage=stage,
        run=run,
        pipeline=None if definition is None else str(definition),
        timeout=_timeout(query.get("timeout")),
    )


def take_in(
    headers: Mapping[str, str], query: Mapping[str, str], *, adapters: Adapters, now: datetime
) -> WaitingCheck:
    """Read the call and let it wait; a call that comes twice waits once.

    Raises MalformedPayload, Refused where nobody could answer it, Unavailable for the queue.
    """
    waiting = read_call(headers, query, now)
    if adapters.environment_checks is None:
        raise Refused("No check can be answered: set DRIFTGATE_DEVOPS_URL to the project.")
    adapters.environment_checks.accept(waiting.check)
    adapters.sender.send([waiting.message()])
    return waiting


def _header(headers: Mapping[str, str], name: str) -> str:
    value = (headers.get(name) or "").strip()
    if not value or value.startswith("$("):
        raise MalformedPayload(f"The check's header {name} is missing; keep its default headers.")
    if len(value) > _MOST_TOKEN or not value.isascii() or not value.isprintable():
        raise MalformedPayload(f"The check's header {name} is none; keep its default headers.")
    return value


def _name(query: Mapping[str, str], name: str) -> str | None:
    return required_name(query[name], name) if query.get(name) else None


def _number(headers: Mapping[str, str], name: str, written: str) -> int | None:
    value = (headers.get(name) or "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise MalformedPayload(
            f"The check's header {name} is {value[:40]!r}; write {written} there."
        )
    return int(value)


def _timeout(value: str | None) -> float | None:
    if not value:
        return None
    try:
        wanted = parse_duration(value)
    except (ValueError, OverflowError) as problem:
        raise MalformedPayload(f"The check's timeout: {problem}.") from problem
    if wanted > LONGEST:
        raise MalformedPayload(
            f"The check's timeout is {value[:40]!r}; give 47h at most, a job's token lasts 48."
        )
    return wanted.total_seconds()
