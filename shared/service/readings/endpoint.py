"""Reads an endpoint: what is deployed, declared and answered, and what the watch of it knows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.decisions.gates.observed.answers import answers_window
from shared.domain.decisions.routing.counting import counted_from
from shared.domain.decisions.routing.route import FAILED, model_of
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Gates
from shared.domain.state import AlertStatus, DeploymentWatch, SubjectState
from shared.domain.world import Deployment, DeploymentHealth, Endpoint, ModelVersion, Served
from shared.errors import NotFound, Refused
from shared.ports import Ledger, Workspace
from shared.service.codec import decode
from shared.service.container_logs import kept_logs

_AHEAD = timedelta(minutes=5)


def answers_since(gates: Gates, now: datetime, begun: datetime | None = None) -> datetime:
    """From when on answers count: the longest window of the gates, not before a step has begun."""
    start = now - answers_window(gates)
    return start if begun is None else min(max(start, begun), now)


def read_endpoint(
    name: str,
    workspace: Workspace,
    ledger: Ledger | None,
    now: datetime,
    *,
    since: datetime,
    slow_ms: float | None = None,
    models: Collection[str] = (),
) -> EndpointReading:
    """The endpoint as it is, with its answers in [since, now) and its memory in the ledger.

    Of the deployments that carry one of the `models`, by name, the version is read too, and the log
    where they failed. What may not be read becomes a sentence in its place. `ledger` is None for an
    endpoint of another workspace than the one that is watched: its name may be there too.
    Raises Unavailable, so that whoever asked is asked again.
    """
    stored = {} if ledger is None else ledger.state(f"endpoint/{name}").state
    state = decode(stored, SubjectState)
    reading = _remembered(EndpointReading(name=name, taken=now, slow_ms=slow_ms), state)
    try:
        endpoint = workspace.endpoint(name)
    except NotFound as problem:
        return replace(reading, problem=str(problem), gone=_is_gone(name, workspace))
    except Refused as problem:
        return replace(reading, problem=str(problem))
    carriers = [one for one in endpoint.deployments if one.model in models]
    asked = _Asked(
        workspace=workspace,
        endpoint=endpoint,
        written=_written_later(carriers, state, since, now),
        since=min(since, now),
        now=now,
        slow_ms=slow_ms,
    )
    reading = _with_requests(replace(reading, endpoint=endpoint), asked, state)
    reading = _with_versions(_with_health(reading, asked), workspace, carriers)
    failed = [one.name for one in carriers if one.provisioning_state.casefold() in FAILED]
    logs, log_problems = kept_logs(workspace, name, failed)
    return replace(reading, logs=logs, log_problems=log_problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of the sources of answers; `written` is by deployment, where after `since`."""

    workspace: Workspace
    endpoint: Endpoint
    written: dict[str, datetime]
    since: datetime
    now: datetime
    slow_ms: float | None

    def health(
        self, names: Collection[str], start: datetime
    ) -> Mapping[str, DeploymentHealth] | None:
        """What deployments answered in [start, now); nothing where that has no length."""
        if start >= self.now:
            return {name: DeploymentHealth(served=Served(requests=0)) for name in names}
        return self.workspace.health(
            self.endpoint.name, start, self.now, slow_ms=self.slow_ms, deployments=names
        )


def _remembered(reading: EndpointReading, state: SubjectState) -> EndpointReading:
    """With what the watch of the endpoint knows; nothing where it was never looked at."""
    firing: dict[str, set[str]] = {}
    for record in state.alerts.values():
        if record.status is AlertStatus.FIRING:
            about = record.alert.labels.get("deployment", "")
            firing.setdefault(about, set()).add(record.alert.kind.value)
    return replace(
        reading,
        watches=state.deployments,
        shifts=state.traffic,
        firing={about: tuple(sorted(kinds)) for about, kinds in sorted(firing.items())},
        checked=state.checks,
    )


def _is_gone(name: str, workspace: Workspace) -> bool:
    """Whether it is listed no more; where nothing may be listed it cannot be said."""
    try:
        return name not in workspace.endpoints()
    except Refused:
        return False


def _written_later(
    carriers: list[Deployment], state: SubjectState, since: datetime, now: datetime
) -> dict[str, datetime]:
    """When deployments were written that were so after `since`.

    What they answered before is that of another version, or of another environment.
    """
    times = {one.name: _written(one, state.deployments.get(one.name)) for one in carriers}
    return {
        name: min(time, now)
        for name, time in times.items()
        if time is not None and since < time <= now + _AHEAD
    }


def _written(deployment: Deployment, watch: DeploymentWatch | None) -> datetime | None:
    """The watch knows a change from mere scaling, but may not have seen the last one."""
    if watch is not None and watch.carries == model_of(deployment):
        return watch.completed
    return deployment.changed or deployment.created


def _with_requests(reading: EndpointReading, asked: _Asked, state: SubjectState) -> EndpointReading:
    latest = max(asked.written.values(), default=asked.since)
    since = counted_from(asked.endpoint, state, latest, asked.now)
    reading = replace(reading, requests_since=since)
    if since >= asked.now:
        return replace(reading, requests={})
    try:
        requests = asked.workspace.requests(reading.name, since, asked.now)
    except Refused as problem:
        return replace(reading, requests_problem=str(problem))
    return replace(reading, requests=None if requests is None else dict(requests))


def _with_health(reading: EndpointReading, asked: _Asked) -> EndpointReading:
    """Everybody's answers since then; those that were written later once more, since they were."""
    reading = replace(reading, health_since=asked.since)
    try:
        found = asked.health([one.name for one in asked.endpoint.deployments], asked.since)
        if found is None:
            return reading
        health = dict(found)
        for start in sorted(set(asked.written.values())):
            names = [name for name, time in asked.written.items() if time == start]
            health.update({**_unanswered(health, names), **(asked.health(names, start) or {})})
    except Refused as problem:
        return replace(reading, health_problem=str(problem))
    return replace(reading, health=health, counted_from=asked.written)


def _unanswered(
    health: Mapping[str, DeploymentHealth], names: Collection[str]
) -> dict[str, DeploymentHealth]:
    """As they are where nothing was counted since they were written."""
    return {
        name: replace(health.get(name, DeploymentHealth()), served=Served(requests=0))
        for name in names
    }


def _with_versions(
    reading: EndpointReading, workspace: Workspace, carriers: list[Deployment]
) -> EndpointReading:
    versions: dict[str, ModelVersion] = {}
    problems: dict[str, str] = {}
    for one in carriers:
        if one.model is None or one.version is None:
            continue
        try:
            versions[one.name] = workspace.model(one.model, one.version)
        except Refused as problem:
            problems[one.name] = str(problem)
    return replace(reading, models=versions, model_problems=problems)
