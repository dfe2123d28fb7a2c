"""What has become of a model's retraining: its job or run, its version, that version's promotion.

Whatever cannot be read is a sentence among the problems and stops nothing: the next look is soon.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from shared.domain.action import RequestRetraining
from shared.domain.alert import AlertKind
from shared.domain.decisions.retraining import decide_retraining
from shared.domain.event import Event, EventType
from shared.domain.evidence import RetrainingEvidence, TrainedVersion
from shared.domain.pipelines import Approval, PipelineRun
from shared.domain.policy import Fleet, Policy
from shared.domain.retraining import Retraining, RetrainingPhase
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.world import Job
from shared.errors import DriftgateError, NotFound, Refused
from shared.service.codec import decode
from shared.service.reactions import Reaction
from shared.service.retraining.orders import job_name
from shared.service.world import World

_MOST_VERSIONS = 20
_SKEW = timedelta(minutes=2)
"""So far the workspace's clock may lie behind."""
_STARTS_WITHIN = timedelta(hours=1)
"""After that a start should have been told; its job is looked for by its name."""
_LOOKS = frozenset({EventType.CHECK_DUE, EventType.RETRAINING_WANTED})
"""What else is told is believed without a look, so that no fault of the world can lose it."""
_RUNS = frozenset({RetrainingPhase.RUNNING, RetrainingPhase.APPROVING})
_KINDS = {
    "drift": AlertKind.DRIFT,
    "batch_drift": AlertKind.DRIFT,
    "kpi": AlertKind.KPI_CHANGED,
}
"""The alert of the model that stands for a cause, by the word that it begins with."""

Read = TypeVar("Read")


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> RetrainingEvidence:
    """The fleet's file, what the model's own state says, and what trains as it is now."""
    problems: list[str] = []
    watch, model = state.retraining, event.name
    fleet, fleet_problem = Fleet(), None
    try:
        fleet = world.policies.fleet() or Fleet()
    except DriftgateError as fault:
        fleet_problem = str(fault)
    serving = _tried(lambda: _state_of(model, world), problems) or SubjectState()
    one = next((one for one in watch.retrainings if one.phase.is_open), None)
    looked = event.type in _LOOKS
    job, run, approvals = None, None, tuple[Approval, ...]()
    versions: tuple[TrainedVersion, ...] = ()
    if looked and one is not None:
        if one.phase in _RUNS and one.job is not None:
            job = _tried(lambda: _job(one, world), problems)
        if one.phase is RetrainingPhase.REQUESTED and not one.posted:
            job = _tried(lambda: _not_told(one, model, world, now), problems)
        if one.phase in _RUNS and one.pipeline is not None:
            run, approvals = _tried(lambda: _run(one, world), problems) or (None, ())
        if one.phase not in {RetrainingPhase.ASKED, RetrainingPhase.REGISTERED}:
            since = (one.requested or one.asked) - _SKEW
            versions = _tried(lambda: _versions(model, since, world), problems) or ()
    waiting = [*watch.causes, *(one.causes if one is not None else ())]
    return RetrainingEvidence(
        taken=now,
        fleet=fleet,
        job=job,
        run=run,
        approvals=approvals,
        versions=versions,
        promotions=serving.promotions,
        verdicts=serving.versions,
        over=_over((cause.cause for cause in waiting), serving),
        looked=looked,
        fleet_problem=fleet_problem,
        problems=tuple(problems),
    )


def _tried(read: Callable[[], Read], problems: list[str]) -> Read | None:
    """What could be read; else the sentence that says why is among the problems."""
    try:
        return read()
    except DriftgateError as problem:
        problems.append(str(problem))
        return None


def _state_of(model: str, world: World) -> SubjectState:
    return decode(world.ledger.state(f"model/{model}").state, SubjectState)


def _job(one: Retraining, world: World) -> Job:
    return world.jobs.job(one.job or "")


def _not_told(one: Retraining, model: str, world: World, now: datetime) -> Job | None:
    """The job of a request that was started without a word; None where there is none."""
    if now - (one.requested or one.asked) < _STARTS_WITHIN:
        return None
    request = RequestRetraining(model=model, cause=one.cause, window=one.window, retraining=one.id)
    try:
        return world.jobs.job(job_name(request))
    except NotFound:
        return None


def _run(one: Retraining, world: World) -> tuple[PipelineRun, tuple[Approval, ...]]:
    if world.pipelines is None:
        raise Refused(
            f"Run {one.run} of {one.pipeline} cannot be looked at: no delivery platform is named; "
            "set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN."
        )
    pipeline, number = one.pipeline or "", one.run or 0
    run = world.pipelines.run(pipeline, number)
    return run, tuple(world.pipelines.approvals(pipeline, number))


def _versions(model: str, since: datetime, world: World) -> tuple[TrainedVersion, ...]:
    """Those registered since then, oldest first; one that is gone meanwhile is left out."""
    found: list[TrainedVersion] = []
    for name in reversed(world.workspace.versions(model)[-_MOST_VERSIONS:]):
        try:
            version = world.workspace.model(model, name)
        except NotFound:
            continue
        if version.registered is not None and version.registered < since:
            break
        found.append(
            TrainedVersion(
                version=version.version,
                registered=version.registered,
                job=version.run,
                tags=dict(version.tags),
            )
        )
    return tuple(reversed(found))


def _over(causes: Iterable[str], serving: SubjectState) -> dict[str, datetime]:
    """When the alert of what a cause found ended, for those of which none fires any more."""
    over = {}
    for cause in set(causes):
        word, _, name = cause.partition("/")
        records = [
            record
            for record in serving.alerts.values()
            if record.alert.kind is _KINDS.get(word)
            and (
                name in record.alert.labels.values() if name else "batch" not in record.alert.labels
            )
        ]
        ends = [record.resolved for record in records if record.resolved is not None]
        if ends and not any(record.status is AlertStatus.FIRING for record in records):
            over[cause] = max(ends)
    return dict(sorted(over.items()))


REACTION = Reaction(evidence=RetrainingEvidence, gather=_gather, decide=decide_retraining)
