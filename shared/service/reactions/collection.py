"""Reads what the deployments of a model collected lately, and how many requests they served."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.domain.collected import CollectedFile, Collection, ColumnSeen, RowsSeen
from shared.domain.decisions.collection import decide_collection
from shared.domain.decisions.collection.stream import latest
from shared.domain.event import Event
from shared.domain.evidence import CollectionEvidence, DeploymentCollected, TableSeen
from shared.domain.policy import CollectionPolicy, Policy
from shared.domain.state import CollectionWatch, Stream, SubjectState
from shared.domain.world import Deployment
from shared.errors import InvalidData, NotFound
from shared.service.collected import rows_seen
from shared.service.profiling.rows import table_of
from shared.service.reactions import Reaction
from shared.service.world import World

if TYPE_CHECKING:
    from shared.profiles.survey import Survey

_HOUR = timedelta(hours=1)
_COUNTED_BACK = timedelta(days=14)
_WHOLE_SECONDS = timedelta(seconds=1)
"""Times of rows are cut to whole seconds."""
_CLOCKS_DIFFER = timedelta(minutes=2)
"""Requests are counted by another clock than rows, some of them a minute at a time."""


def _gather(
    event: Event, policy: Policy | None, state: SubjectState, world: World, now: datetime
) -> CollectionEvidence:
    rules = policy.collection if policy is not None else CollectionPolicy()
    settled = event.time - rules.late
    nothing = CollectionEvidence(
        taken=now, start=settled - rules.silence, settled=settled, end=event.time
    )
    if policy is None or not rules.expected:
        return nothing
    table = table_of(policy)
    if table is not None:
        return _of_table(event, policy, table, nothing, world)
    if policy.endpoint is None:
        return nothing
    try:
        endpoint = world.workspace.endpoint(policy.endpoint)
    except NotFound:
        return nothing
    carrying = [d for d in endpoint.deployments if d.model in {None, event.name}]
    files = _files(event, policy.endpoint, nothing, world) if carrying else []
    try:
        look = _Look(nothing, policy.endpoint, state.collection, files, world)
        deployments = tuple(look.at(deployment) for deployment in carrying)
    except InvalidData as problem:
        return replace(nothing, endpoint=policy.endpoint, problem=str(problem))
    return replace(
        nothing,
        endpoint=policy.endpoint,
        deployments=deployments,
        bodies=_bodies(files),
    )


def _of_table(
    event: Event, policy: Policy, table: str, nothing: CollectionEvidence, world: World
) -> CollectionEvidence:
    """Which hours of the span have rows, and how many requests there were meanwhile."""
    span, requests = (nothing.start, nothing.settled), None
    if policy.endpoint is not None:
        try:
            endpoint = world.workspace.endpoint(policy.endpoint)
        except NotFound:
            return nothing
        carrying = {d.name for d in endpoint.deployments if d.model in {None, event.name}}
        counted = world.workspace.requests(policy.endpoint, *span)
        if counted is not None:
            requests = sum(number for name, number in counted.items() if name in carrying)
    evidence = replace(nothing, endpoint=policy.endpoint)
    try:
        column = policy.profiles.time_column
        listed = world.logged_rows.listed(table, column, start=span[0], end=nothing.end)
    except (NotFound, InvalidData) as problem:
        return replace(evidence, problem=str(problem))
    return replace(
        evidence,
        table=TableSeen(
            name=table,
            hours=sum(hour.may_hold(*span) for hour in listed),
            last=latest(*(hour.end for hour in listed)),
            requests=requests,
        ),
    )


def _files(
    event: Event, endpoint: str, span: CollectionEvidence, world: World
) -> Sequence[CollectedFile]:
    """Nothing at all is collected: that is no failure to look, but what is looked for."""
    try:
        return world.workspace.collected(event.name, endpoint, start=span.start, end=span.end)
    except NotFound:
        return []


def _bodies(files: Sequence[CollectedFile]) -> tuple[str, ...]:
    rows = {Collection.INPUTS, Collection.OUTPUTS}
    return tuple(sorted({f.deployment or "" for f in files if f.collection not in rows}))


class _Look:
    """Reads one deployment after the other; requests are counted once a span."""

    def __init__(
        self,
        span: CollectionEvidence,
        endpoint: str,
        watch: CollectionWatch,
        files: Sequence[CollectedFile],
        world: World,
    ) -> None:
        self._span = span
        self._endpoint = endpoint
        self._watch = watch
        self._files = files
        self._world = world
        self._counted: dict[tuple[datetime, datetime], Mapping[str, int] | None] = {}

    def at(self, deployment: Deployment) -> DeploymentCollected:
        """What a deployment served and collected. Raises InvalidData."""
        from shared.profiles.joining import join

        span, name = self._span, deployment.name
        asked, inputs = self._survey(name, Collection.INPUTS)
        answered, outputs = self._survey(name, Collection.OUTPUTS)
        last_asked = latest(inputs.last, _last(self._watch.inputs, name))
        last_answer = latest(outputs.last, _last(self._watch.outputs, name))
        since, left = self._after(name, last_asked)
        steady = asked.steady_since(_HOUR, span.settled)
        beyond = span.start if last_answer is None else last_answer + _WHOLE_SECONDS
        return DeploymentCollected(
            deployment=deployment,
            inputs=inputs,
            outputs=outputs,
            joined=join(asked, answered, span.settled) if outputs.rows else None,
            requests=self._requests(name, span.start, span.settled),
            since_last=since,
            hour_left=left,
            steady=steady,
            steady_rows=0 if steady is None else asked.rows_between(steady, span.settled),
            steady_requests=(
                None if steady is None else self._requests(name, steady, span.settled)
            ),
            inputs_since=asked.rows_between(max(span.start, beyond), span.settled),
        )

    def _survey(self, deployment: str, collection: Collection) -> "tuple[Survey, RowsSeen]":
        from shared.profiles.reading import read_parts
        from shared.profiles.sources.unread import Faults
        from shared.profiles.survey import Survey

        survey = Survey(start=self._span.start, end=self._span.end)
        files = [
            file
            for file in self._files
            if file.deployment == deployment and file.collection is collection
        ]
        paths = list(self._world.workspace.fetch(files).paths)
        for _ in survey.noting(read_parts(paths, faults=Faults.COUNT)):
            pass
        columns = {
            name: ColumnSeen(filled=one.rows, last=one.last, after=one.after)
            for name, one in survey.columns().items()
        }
        return survey, replace(rows_seen(survey, len(files), self._span.settled), columns=columns)

    def _after(self, name: str, last: datetime | None) -> tuple[int | None, int | None]:
        """Requests since the last row, and of these in the hour it was in; None before any row."""
        settled = self._span.settled
        if last is None or last >= settled:
            return (None, None) if last is None else (0, 0)
        begun = max(last + _CLOCKS_DIFFER, settled - _COUNTED_BACK)
        hour = last.replace(minute=0, second=0, microsecond=0) + _HOUR
        cut = last + _CLOCKS_DIFFER == begun < hour <= settled
        left = self._requests(name, begun, hour) if cut else None
        return self._requests(name, begun, settled) if begun < settled else 0, left

    def _requests(self, name: str, start: datetime, end: datetime) -> int | None:
        if (start, end) not in self._counted:
            self._counted[start, end] = self._world.workspace.requests(self._endpoint, start, end)
        counted = self._counted[start, end]
        return None if counted is None else counted.get(name, 0)


def _last(streams: Mapping[str, Stream], name: str) -> datetime | None:
    return streams[name].last if name in streams else None


REACTION = Reaction(evidence=CollectionEvidence, gather=_gather, decide=decide_collection)
