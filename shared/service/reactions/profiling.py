"""How far the profile of an order has come: its job as it is now, or the parts that lie there."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.canonical import content_hash
from shared.domain.decisions.profiling.deciding import decide_profiling, part_in
from shared.domain.event import Event, EventType
from shared.domain.evidence import ProfilingEvidence
from shared.domain.policy import Engine, Policy
from shared.domain.profiling import Profiling, ProfilingPhase, profile_name
from shared.domain.state import SubjectState
from shared.errors import NotFound, Refused
from shared.service.profiling import job_name
from shared.service.profiling.orders import load_order
from shared.service.profiling.sums import add_parts
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> ProfilingEvidence:
    """How the order that is meant stands."""
    if event.type is EventType.PROFILE_WANTED:
        return _wanted(str(event.data.get("order")), state, world, now)
    one = _meant(event, [one for one in state.profiling.profilings if one.phase.is_open])
    if one is None or event.type is EventType.PROFILING_REFUSED:
        return ProfilingEvidence(taken=now, order=None if one is None else one.order)
    try:
        if one.engine is Engine.SPARK:
            return _job(event, one, world, now)
        return _parts(event, one, world, now)
    except Refused as problem:
        return ProfilingEvidence(taken=now, order=one.order, problem=str(problem))


def _meant(event: Event, open_ones: Sequence[Profiling]) -> Profiling | None:
    """The order that the event names, or whose job it names; else each has its turn.

    The turns are by chance: one that runs for hours keeps no other from being looked at.
    """
    order, run = event.data.get("order"), event.data.get("run")
    if order or not open_ones:
        return next((one for one in open_ones if one.order == order), None)
    of_run = (one for one in open_ones if run is not None and _job_of(event, one) == run)
    turn = int(content_hash(event.id)[:8], 16) % len(open_ones)
    return next(of_run, open_ones[turn])


def _job_of(event: Event, one: Profiling) -> str:
    return one.job or job_name(event.name, one.order, one.wanted, one.attempt)


def _wanted(order: str, state: SubjectState, world: World, now: datetime) -> ProfilingEvidence:
    """Whether what was made before is there still: it is kept for some days alone."""
    made = any(
        one.order == order and one.phase is ProfilingPhase.MADE
        for one in state.profiling.profilings
    )
    there = made and world.profiles.load(profile_name(order, "made")) is not None
    return ProfilingEvidence(taken=now, order=order, made=there)


def _job(event: Event, one: Profiling, world: World, now: datetime) -> ProfilingEvidence:
    """The job as it is; where it has ended well, what it wrote is kept under the order's name."""
    name = _job_of(event, one)
    try:
        job = world.jobs.job(name)
    except NotFound:
        return ProfilingEvidence(taken=now, order=one.order)
    made = False
    if job.state.casefold() == "completed":
        ordered = load_order(world.profiles, event.name, one.order)
        found = world.profiling_jobs.made(ordered.order, name)
        if found is not None:
            world.profiles.save(profile_name(one.order, "made"), found)
            made = True
    return ProfilingEvidence(taken=now, order=one.order, job=job, made=made)


def _parts(event: Event, one: Profiling, world: World, now: datetime) -> ProfilingEvidence:
    came = part_in(event, one)
    counted = one.counted if came is None else one.counted | {came}
    ordered = load_order(world.profiles, event.name, one.order)
    added = add_parts(ordered, counted, came, world.profiles)
    return ProfilingEvidence(taken=now, order=one.order, lost=added.lost, made=added.made)


REACTION = Reaction(evidence=ProfilingEvidence, gather=_gather, decide=decide_profiling)
