"""Profiles the rows of one window against the baseline of the version that serves."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.decisions.drift.deciding import decide_drift
from shared.domain.decisions.drift.windows import (
    last_border,
    look_at_windows,
    moves_by,
    taken_in_until,
)
from shared.domain.event import Event
from shared.domain.evidence import CollectedSpan, DriftEvidence, LookedWindow, WindowNews
from shared.domain.policy import DriftAlarm, Policy
from shared.domain.state import SubjectState
from shared.domain.world import Endpoint
from shared.errors import InvalidData, NotFound
from shared.service.collected import CollectedRows
from shared.service.predictions import look_at_predictions, unread_since
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

    @property
    def settled(self) -> datetime:
        """The end of the last period whose rows can no longer come late."""
        drift, late = self.policy.drift, self.policy.collection.late
        return last_border(self.event.time - late, drift.every)


def _gather(
    event: Event, policy: Policy | None, state: SubjectState, world: World, now: datetime
) -> DriftEvidence:
    end = last_border(event.time, moves_by(policy.drift)) if policy is not None else event.time
    start = end - policy.drift.window if policy is not None else end
    nothing = DriftEvidence(taken=now, start=start, end=end)
    if policy is None:
        return replace(nothing, problem=f"No policy names the model {event.name}.")
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
        event=event,
        policy=policy,
        state=state,
        world=world,
        version=version,
        base=Profile.from_json(dict(stored)),
        endpoint=endpoint,
        now=now,
    )
    try:
        return _look(asked)
    except (NotFound, InvalidData) as problem:
        return replace(nothing, version=version, problem=str(problem))


def _look(asked: _Asked) -> DriftEvidence:
    """List the files, and read those whose window is new or has changed."""
    event, drift, collection = asked.event, asked.policy.drift, asked.policy.collection
    learnt = None
    if drift.alarm is DriftAlarm.SEQUENTIAL:
        learnt = asked.world.profiles.load(f"calibration/{event.name}/{asked.version}")
    since = _unwatched_since(asked)
    end = last_border(event.time, moves_by(drift))
    starts = [window.start for window in asked.state.drift.windows]
    starts += unread_since(asked.state.predictions, asked.version, drift, asked.settled)
    files = asked.world.workspace.collected(
        event.name,
        asked.policy.endpoint,
        start=min([since, end - drift.window, *starts]),
        end=max(end, asked.settled),
    )
    looked = look_at_windows(
        asked.state.drift, asked.version, event.time, drift, collection.late, files
    )
    latest = looked[-1]
    rows = CollectedRows.of(asked.world.workspace, files, asked.version, asked.endpoint)
    looked = (*(_read(rows, asked.base, look) for look in looked[:-1]), latest)
    evidence = DriftEvidence(
        taken=asked.now,
        start=latest.start,
        end=latest.end,
        version=asked.version,
        looked=looked,
    )
    due = learnt is not None and since < asked.settled and latest.news is not WindowNews.WAITING
    until = taken_in_until(since, asked.settled, drift.every, len(asked.base.columns))
    if latest.news not in _READ and not due:
        return evidence
    read = rows.window(asked.base, latest.start, latest.end)
    steps = (
        rows.periods(asked.base, drift.every, since, until)
        if learnt is not None and since < asked.settled
        else []
    )
    evidence = replace(
        evidence,
        baseline=asked.base.to_json(),
        window=read.profile.to_json(),
        calibration=None if learnt is None else dict(learnt),
        steps=tuple(step.to_json() for step in steps),
        watched_until=max(until, since) if learnt is not None else None,
        collected=_with_sampling(read.span, asked),
    )
    return replace(
        evidence,
        predictions=look_at_predictions(
            evidence,
            read,
            rows,
            asked.state.predictions,
            drift,
            asked.settled,
            event.name,
            asked.world.profiles,
        ),
    )


def _read(rows: CollectedRows, base: "Profile", look: LookedWindow) -> LookedWindow:
    if look.news not in _READ:
        return look
    return replace(look, profile=rows.window(base, look.start, look.end).profile.to_json())


def _unwatched_since(asked: _Asked) -> datetime:
    """From where the watch ended, or the first window's start; not longer ago than is kept."""
    drift, watch = asked.policy.drift, asked.state.drift
    watched = watch.until if watch.version == asked.version else None
    first = last_border(last_border(asked.event.time, drift.every) - drift.window, drift.every)
    return max(watched or first, asked.settled - MOST_PERIODS * drift.every)


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
