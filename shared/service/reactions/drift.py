"""Profiles the rows of one window against the baseline of the version that serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.collected import CollectedFile
from shared.domain.decisions.drift.deciding import decide_drift
from shared.domain.decisions.drift.windows import (
    last_border,
    look_at_windows,
    moves_by,
    taken_in_until,
)
from shared.domain.event import Event, EventType
from shared.domain.evidence import CollectedSpan, DriftEvidence, LookedWindow, WindowNews
from shared.domain.policy import DriftAlarm, Policy
from shared.domain.state import SubjectState
from shared.domain.world import Endpoint
from shared.errors import InvalidData, NotFound
from shared.service.collected import CollectedRows
from shared.service.predictions import look_at_predictions, unread_since
from shared.service.profiling.pieces import CUT_ELSEWHERE, periods_of
from shared.service.profiling.rows import Asked, Rows, rows_for, table_of, watched_another
from shared.service.profiling.waiting import Waited, waited_for
from shared.service.reactions import Reaction
from shared.service.world import World

if TYPE_CHECKING:
    from shared.statistics import Profile

MOST_PERIODS = 100
"""Periods that a watch which fell behind takes in; what is older is left out."""
_READ = frozenset({WindowNews.NEW, WindowNews.CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What every step of a look needs to know."""

    event: Event
    policy: Policy
    state: SubjectState
    world: World
    version: str
    base: "Profile"
    endpoint: Endpoint | None
    now: datetime
    waited: Waited

    @property
    def rows(self) -> Asked:
        """Whose rows these are."""
        return Asked(
            model=self.event.name,
            version=self.version,
            policy=self.policy,
            base=self.base,
            endpoint=self.endpoint,
            made=self.waited.made,
        )

    @property
    def settled(self) -> datetime:
        """The end of the last period whose rows can no longer come late."""
        drift, late = self.policy.drift, self.policy.collection.late
        return last_border(self.event.time - late, drift.every)


def _gather(
    event: Event, policy: Policy | None, state: SubjectState, world: World, now: datetime
) -> DriftEvidence:
    waited = waited_for(event, state.drift.ordered, world.profiles, now)
    at = event.time if waited.due is None else waited.due
    end = last_border(at, moves_by(policy.drift)) if policy is not None else at
    start = end - policy.drift.window if policy is not None else end
    nothing = DriftEvidence(taken=now, start=start, end=end, due=waited.due)
    if policy is None:
        return replace(nothing, problem=f"No policy names the model {event.name}.")
    if waited.order is not None or waited.failed is not None:
        return replace(nothing, ordered=waited.order, failed=waited.failed)
    if event.type is not EventType.CHECK_DUE and waited.due is None:
        return nothing
    endpoint = _endpoint(policy, world)
    version = _watched_version(event.name, endpoint, state, world)
    stored = None if version is None else world.profiles.load(f"model/{event.name}/{version}")
    if version is None or stored is None:
        problem = (
            f"{event.name} has no baseline; register a version whose training data can be read."
        )
        return replace(nothing, version=version, problem=problem)
    from shared.statistics import Profile

    asked = _Asked(
        event=replace(event, time=at),
        policy=policy,
        state=state,
        world=world,
        version=version,
        base=Profile.from_json(dict(stored)),
        endpoint=endpoint,
        now=now,
        waited=waited,
    )
    try:
        return _look(asked)
    except (NotFound, InvalidData) as problem:
        return replace(nothing, version=version, problem=str(problem))


def _look(asked: _Asked) -> DriftEvidence:
    """List the files, and have those counted whose window is new or has changed."""
    event, drift = asked.event, asked.policy.drift
    learnt = None
    if drift.alarm is DriftAlarm.SEQUENTIAL:
        learnt = asked.world.profiles.load(f"calibration/{event.name}/{asked.version}")
    since = _unwatched_since(asked)
    files = _listed(asked, since)
    looked = _looked(asked, files)
    latest = looked[-1]
    evidence = DriftEvidence(
        taken=asked.now,
        start=latest.start,
        end=latest.end,
        version=asked.version,
        looked=looked,
        due=asked.waited.due,
    )
    unwatched = learnt is not None and since < asked.settled
    if latest.news not in _READ and not (unwatched and latest.news is not WindowNews.WAITING):
        return evidence
    spans = [(look.start, look.end) for look in looked if look.news in _READ]
    spans.append((latest.start, latest.end))
    if unwatched:
        spans += periods_of(drift.every, since, _taken_in_until(asked, since))
    counted = rows_for(asked.rows, files, spans, asked.world)
    evidence = replace(evidence, engine=counted.choice)
    if counted.rows is None:
        return replace(evidence, ordered=counted.order, parts=counted.parts)
    return _counted(asked, evidence, counted.rows, learnt, since)


def _looked(asked: _Asked, files: Sequence[CollectedFile]) -> tuple[LookedWindow, ...]:
    """What is new of the windows; of a look that waited, what was new when it asked.

    Raises InvalidData where the windows or the version are others by now.
    """
    looked = look_at_windows(
        asked.state.drift,
        asked.version,
        asked.event.time,
        asked.policy.drift,
        asked.policy.collection.late,
        files,
    )
    made, waiting = asked.waited.made, asked.state.drift.ordered
    if made is None or waiting is None or not waiting.looked:
        return looked
    if made.order.version != asked.version:
        raise InvalidData(watched_another(asked.event.name))
    if [(one.start, one.end) for one in waiting.looked] != [(one.start, one.end) for one in looked]:
        raise InvalidData(CUT_ELSEWHERE)
    return waiting.looked


def _counted(
    asked: _Asked,
    evidence: DriftEvidence,
    rows: Rows,
    learnt: Mapping[str, Any] | None,
    since: datetime,
) -> DriftEvidence:
    """The same with the profiles of its windows and periods."""
    drift, latest = asked.policy.drift, evidence.looked[-1]
    looked = (*(_read(rows, asked.base, look) for look in evidence.looked[:-1]), latest)
    read = rows.window(asked.base, latest.start, latest.end)
    until = _taken_in_until(asked, since)
    unwatched = learnt is not None and since < asked.settled
    steps = rows.periods(asked.base, drift.every, since, until) if unwatched else []
    evidence = replace(
        evidence,
        looked=looked,
        baseline=asked.base.to_json(),
        window=read.profile.to_json(),
        calibration=None if learnt is None else dict(learnt),
        steps=tuple(step.to_json() for step in steps),
        watched_until=max(until, since) if learnt is not None else None,
        collected=_with_sampling(read.span, asked),
    )
    if not isinstance(rows, CollectedRows):
        return evidence
    return replace(
        evidence,
        predictions=look_at_predictions(
            evidence,
            read,
            rows,
            asked.state.predictions,
            drift,
            asked.settled,
            asked.event.name,
            asked.world.profiles,
        ),
    )


def _listed(asked: _Asked, since: datetime) -> Sequence[CollectedFile]:
    """The files of all that may be read, or the table's hours; of an order those it was made of."""
    if asked.waited.made is not None:
        order = asked.waited.made.order
        return (*order.inputs, *order.outputs)
    event, drift = asked.event, asked.policy.drift
    end = last_border(event.time, moves_by(drift))
    starts = [window.start for window in asked.state.drift.windows]
    starts += unread_since(asked.state.predictions, asked.version, drift, asked.settled)
    start, until = min([since, end - drift.window, *starts]), max(end, asked.settled)
    table = table_of(asked.policy)
    if table is not None:
        column = asked.policy.profiles.time_column
        return asked.world.logged_rows.listed(table, column, start=start, end=until)
    return asked.world.workspace.collected(
        event.name, asked.policy.endpoint, start=start, end=until
    )


def _read(rows: Rows, base: "Profile", look: LookedWindow) -> LookedWindow:
    if look.news not in _READ:
        return look
    return replace(look, profile=rows.window(base, look.start, look.end).profile.to_json())


def _unwatched_since(asked: _Asked) -> datetime:
    """From where the watch ended, or the first window's start; not longer ago than is kept."""
    drift, watch = asked.policy.drift, asked.state.drift
    watched = watch.until if watch.version == asked.version else None
    first = last_border(last_border(asked.event.time, drift.every) - drift.window, drift.every)
    return max(watched or first, asked.settled - MOST_PERIODS * drift.every)


def _taken_in_until(asked: _Asked, since: datetime) -> datetime:
    """Of many columns one look takes in fewer periods; the next ones go on."""
    columns = len(asked.base.columns)
    return taken_in_until(since, asked.settled, asked.policy.drift.every, columns)


def _with_sampling(span: CollectedSpan | None, asked: _Asked) -> CollectedSpan | None:
    if span is None or asked.endpoint is None:
        return span
    carrying = [d for d in asked.endpoint.deployments if d.model in {None, asked.event.name}]
    return replace(
        span,
        sampling={d.name: d.sampling for d in carrying if d.sampling is not None},
        outputs_sampling={
            d.name: d.outputs_sampling for d in carrying if d.outputs_sampling is not None
        },
    )


def _endpoint(policy: Policy, world: World) -> Endpoint | None:
    if policy.endpoint is None:
        return None
    try:
        return world.workspace.endpoint(policy.endpoint)
    except NotFound:
        return None


def _watched_version(
    model: str, endpoint: Endpoint | None, state: SubjectState, world: World
) -> str | None:
    """The serving version when it has a baseline, else the newest version that has one."""
    serving = endpoint.serving() if endpoint is not None else None
    if serving is not None and serving.model == model and serving.version in state.baselines:
        return serving.version
    known = [version for version in world.workspace.versions(model) if version in state.baselines]
    return known[-1] if known else next(reversed(state.baselines), None)


REACTION = Reaction(evidence=DriftEvidence, gather=_gather, decide=decide_drift)
