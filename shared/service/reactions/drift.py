"""Profiles the rows of one window against the baseline of the version that serves."""

from datetime import UTC, datetime, timedelta

from shared.domain.decisions.drift import decide_drift
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidData, NotFound
from shared.service.reactions import Reaction
from shared.service.world import World

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_MOST_PERIODS = 100


def _gather(
    event: Event, policy: Policy | None, state: SubjectState, world: World, now: datetime
) -> DriftEvidence:
    from shared.profiles import window
    from shared.profiles.calibrating import windows_of_time
    from shared.statistics import Profile

    end = event.time
    start = end - policy.drift.window if policy is not None else end
    if policy is None:
        problem = f"No policy names the model {event.name}."
        return DriftEvidence(taken=now, start=start, end=end, problem=problem)
    version = _watched_version(event.name, policy, state, world)
    stored = None if version is None else world.profiles.load(f"model/{event.name}/{version}")
    if version is None or stored is None:
        problem = (
            f"{event.name} has no baseline; register a version whose training data can be read."
        )
        return DriftEvidence(taken=now, start=start, end=end, version=version, problem=problem)
    base = Profile.from_json(dict(stored))
    learnt = world.profiles.load(f"calibration/{event.name}/{version}")
    every = policy.drift.every
    since, until = _unwatched(state, version, start, end, every)
    steps: list[Profile] = []
    try:
        files = world.workspace.inference(
            event.name,
            policy.endpoint,
            start=start if learnt is None else min(start, since),
            end=end,
        )
        profile = window(
            list(files.paths), base, start=start, end=end, time_column=files.time_column
        )
        if learnt is not None and files.time_column is not None and since < until:
            steps = windows_of_time(
                list(files.paths), base, every, files.time_column, start=since, end=until
            )
    except (NotFound, InvalidData) as problem:
        return DriftEvidence(taken=now, start=start, end=end, version=version, problem=str(problem))
    return DriftEvidence(
        taken=now,
        start=start,
        end=end,
        version=version,
        baseline=base.to_json(),
        window=profile.to_json(),
        calibration=None if learnt is None else dict(learnt),
        steps=tuple(step.to_json() for step in steps),
        watched_until=until if learnt is not None else None,
    )


def _unwatched(
    state: SubjectState, version: str, start: datetime, end: datetime, every: timedelta
) -> tuple[datetime, datetime]:
    """From where the watch ended, or the window's start, to the end of the last whole period."""
    until = end - (end - _MONDAY) % every
    watched = state.drift.until if state.drift.version == version else None
    since = watched or start - (start - _MONDAY) % every
    return max(since, until - _MOST_PERIODS * every), until


def _watched_version(model: str, policy: Policy, state: SubjectState, world: World) -> str | None:
    """The serving version when it has a baseline, else the newest version that has one."""
    if policy.endpoint is not None:
        try:
            serving = world.workspace.endpoint(policy.endpoint).serving()
        except NotFound:
            serving = None
        if serving is not None and serving.model == model and serving.version in state.baselines:
            return serving.version
    known = [version for version in world.workspace.versions(model) if version in state.baselines]
    return known[-1] if known else next(reversed(state.baselines), None)


REACTION = Reaction(evidence=DriftEvidence, gather=_gather, decide=decide_drift)
