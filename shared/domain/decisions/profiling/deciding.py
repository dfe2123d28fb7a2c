"""How far the profiles that are counted elsewhere for a model have come.

What is told of parts and jobs may come late, twice and in any order: each look takes in what lies
there, so that a lost message changes nothing but when it is seen.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.action import Action, RequestProfile, Tell
from shared.domain.canonical import content_hash
from shared.domain.decision import Outcome
from shared.domain.decisions.profiling.telling import (
    at_rest,
    named,
    of_before,
    standing,
    told_of,
    tries,
)
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import ProfilingEvidence
from shared.domain.finding import Finding
from shared.domain.policy import Engine, Policy
from shared.domain.profiling import (
    GIVEN_UP_AFTER,
    Profiling,
    ProfilingPhase,
    ProfilingWatch,
    bits,
    with_bits,
    without_bits,
)
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_bytes, spell_count, spell_duration, spell_time
from shared.domain.world import Job

MOST_ATTEMPTS = 3
STALLS_AFTER = timedelta(minutes=30)
"""Without a sign of life for so long, what is left is asked for once more."""
JOBS_REST_FOR = timedelta(hours=6)
"""After three jobs of an order failed no more are started for it: looks come hourly, jobs cost."""
_KEPT = 5
_FAILED = frozenset({"failed", "canceled", "cancelled", "notresponding"})
_MOST_SENTENCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A profiling after a look, what was found, and what is to be done."""

    one: Profiling
    finding: Finding
    actions: tuple[Action, ...] = ()


def decide_profiling(
    event: Event,
    evidence: ProfilingEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Take in what the event says of an order; ask for what is left, or tell that it is made."""
    watch = state.profiling
    order = evidence.order or str(event.data.get("order") or "")
    known = next((one for one in watch.profilings if one.order == order), None)
    if event.type is EventType.PROFILE_WANTED:
        step = _wanted(event, evidence, known, order, now)
    elif known is None or not known.phase.is_open:
        return Outcome(
            findings=(at_rest(event, known),), actions=(), state=_with(state, watch, event)
        )
    elif _is_of_another(event, known):
        step = _Step(one=known, finding=of_before(known))
    else:
        step = _advanced(event, evidence, known, now)
    kept = [one for one in watch.profilings if one.order != order]
    watch = ProfilingWatch(profilings=_shortened((*kept, step.one)))
    return Outcome(findings=(step.finding,), actions=step.actions, state=_with(state, watch, event))


def part_in(event: Event, one: Profiling) -> int | None:
    """The part that an event says was counted, None where it says so of none that there is."""
    number = event.data.get("part")
    if event.type is not EventType.PART_PROFILED or not isinstance(number, int):
        return None
    return number if 0 <= number < one.parts else None


def _is_of_another(event: Event, one: Profiling) -> bool:
    """Whether it tells of a try that is over: parts count whenever they were asked for."""
    if event.type not in {EventType.PROFILING_STARTED, EventType.PROFILING_REFUSED}:
        return False
    told = event.data.get("wanted", one.wanted), event.data.get("attempt", one.attempt)
    return told != (one.wanted, one.attempt)


def _wanted(
    event: Event, evidence: ProfilingEvidence, known: Profiling | None, order: str, now: datetime
) -> _Step:
    if known is not None and evidence.made:
        return _Step(
            one=known,
            finding=told_of(known, "made_before", f"{named(known)} is there already."),
            actions=(_tell(event, EventType.PROFILE_MADE, known, now),),
        )
    if known is not None and known.phase.is_open:
        return _Step(one=known, finding=standing(known))
    if known is not None and known.engine is Engine.SPARK and _rests(known, now):
        return _rested(event, known, now)
    size = event.data.get("size") or {}
    begun = Profiling(
        order=order,
        engine=Engine(event.data.get("engine") or Engine.LOCAL),
        phase=ProfilingPhase.WANTED,
        size=f"{spell_count(int(size.get('files', 0)), 'file')} of "
        f"{spell_bytes(float(size.get('bytes', 0)))}",
        asked=now,
        changed=now,
        wanted=content_hash([event.source, event.id])[:12],
        parts=int(event.data.get("parts") or 0),
    )
    return _asked_for(begun, event.name, "wanted", "is to be counted")


def _rests(one: Profiling, now: datetime) -> bool:
    failed = one.phase is ProfilingPhase.FAILED and one.attempt >= MOST_ATTEMPTS
    return failed and now < one.changed + JOBS_REST_FOR


def _rested(event: Event, one: Profiling, now: datetime) -> _Step:
    """Told as before, without another job: of other files or another Spark it is another order."""
    again = spell_time(one.changed + JOBS_REST_FOR)
    told = replace(one, because=f"{one.because} No job is started for it until {again}.")
    return _Step(
        one=one,
        finding=told_of(one, "failed_before", told.because, Verdict.ERROR),
        actions=(_tell(event, EventType.PROFILE_FAILED, told, now),),
    )


def _advanced(event: Event, evidence: ProfilingEvidence, one: Profiling, now: datetime) -> _Step:
    data = event.data
    if event.type is EventType.PROFILING_REFUSED:
        sentence = one_line(str(data.get("sentence") or "it was refused"), _MOST_SENTENCE)
        return _ended(event, one, ProfilingPhase.FAILED, sentence, now)
    if event.type is EventType.PROFILING_STARTED:
        job = data.get("job")
        one = replace(
            one,
            phase=ProfilingPhase.RUNNING,
            changed=now,
            job=one.job if job is None else str(job),
        )
    came = part_in(event, one)
    if came is not None and came not in one.counted:
        done = with_bits(one.done, [came])
        one = replace(one, phase=ProfilingPhase.RUNNING, changed=now, done=done)
    stalls = event.type is EventType.CHECK_DUE and one.changed + STALLS_AFTER <= now
    if evidence.problem is not None:
        if stalls:
            return _ended(event, one, ProfilingPhase.FAILED, evidence.problem, now)
        finding = told_of(one, "cannot_look", evidence.problem, Verdict.ERROR)
        return _Step(one=one, finding=finding)
    job = evidence.job
    if evidence.made:
        return _ended(event, one, ProfilingPhase.MADE, "", now)
    if event.type is EventType.CHECK_DUE and one.asked + GIVEN_UP_AFTER <= now:
        spelled, stands = spell_duration(GIVEN_UP_AFTER), "it is not there"
        if job is not None:
            stands = f"job {job.name} is {job.state}"
        return _ended(event, one, ProfilingPhase.FAILED, f"after {spelled} {stands}.", now)
    if lost := bits(evidence.lost):
        one = replace(one, done=without_bits(one.done, lost))
        return _again(event, one, f"{spell_count(len(lost), 'part')} of it cannot be read", now)
    if job is not None and (ended := _how_it_ended(job)) is not None:
        return _again(event, one, ended, now)
    if job is not None and one.job is None:
        one = replace(one, job=job.name, phase=ProfilingPhase.RUNNING, changed=now)
    if stalls and (one.engine is not Engine.SPARK or one.job is None):
        return _again(event, one, f"nothing came of it since {spell_time(one.changed)}", now)
    return _Step(one=one, finding=standing(one))


def _how_it_ended(job: Job) -> str | None:
    """How a job ended whose profile is not there; None while it runs."""
    if job.state.casefold() in _FAILED:
        return f"job {job.name} is {job.state}"
    if job.state.casefold() == "completed":
        return f"job {job.name} completed and wrote no profile"
    return None


def _again(event: Event, one: Profiling, because: str, now: datetime) -> _Step:
    """One more try of what is left, or the end of it."""
    if one.attempt >= MOST_ATTEMPTS:
        sentence = f"{named(one)} is given up after {one.attempt} tries: {because}."
        return _ended(event, one, ProfilingPhase.FAILED, sentence, now)
    one = replace(
        one,
        attempt=one.attempt + 1,
        job=None,
        phase=ProfilingPhase.WANTED,
        changed=now,
        because=because,
    )
    return _asked_for(one, event.name, "asked_again", f"is asked for again, since {because}")


def _asked_for(one: Profiling, model: str, reason: str, told: str) -> _Step:
    request = RequestProfile(
        model=model,
        order=one.order,
        engine=one.engine,
        wanted=one.wanted,
        attempt=one.attempt,
        left=with_bits("0", one.left),
    )
    sentence = f"{named(one)} {told}."
    return _Step(
        one=one,
        finding=told_of(one, reason, sentence, Verdict.INCONCLUSIVE),
        actions=(request,),
    )


def _ended(
    event: Event, one: Profiling, phase: ProfilingPhase, because: str, now: datetime
) -> _Step:
    one = replace(one, phase=phase, changed=now, because=because)
    if phase is ProfilingPhase.MADE:
        finding = told_of(one, "made", f"{named(one)} was counted in {tries(one)}.")
        return _Step(
            one=one, finding=finding, actions=(_tell(event, EventType.PROFILE_MADE, one, now),)
        )
    finding = told_of(one, "failed", f"{named(one)} cannot be counted: {because}", Verdict.ERROR)
    return _Step(
        one=one, finding=finding, actions=(_tell(event, EventType.PROFILE_FAILED, one, now),)
    )


def _tell(event: Event, kind: EventType, one: Profiling, now: datetime) -> Tell:
    told = Event(
        id=content_hash([kind.value, one.order, one.attempt, event.id])[:32],
        source=f"driftgate/{event.subject}",
        type=kind,
        subject=f"model/{event.name}",
        time=now,
        data={"order": one.order, "sentence": one.because},
        correlation_id=event.correlation_id or event.id,
    )
    return Tell(event=told)


def _with(state: SubjectState, watch: ProfilingWatch, event: Event) -> SubjectState:
    """The check is among those reported while something is open: its timer asks these alone."""
    name = Check.PROFILING.value
    checks = {check: time for check, time in state.checks.items() if check != name}
    if any(one.phase.is_open for one in watch.profilings):
        checks[name] = max(event.time, state.checks.get(name, event.time))
    return replace(state, profiling=watch, checks=checks)


def _shortened(profilings: tuple[Profiling, ...]) -> tuple[Profiling, ...]:
    ended = [one for one in profilings if not one.phase.is_open]
    forgotten = {one.order for one in ended[:-_KEPT]}
    return tuple(one for one in profilings if one.order not in forgotten)
