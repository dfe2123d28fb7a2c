"""How far a replay has come, and when its next step is taken."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.action import Action, StepReplay
from shared.domain.decision import Outcome
from shared.domain.decisions.replay.telling import begun, counted, told_step
from shared.domain.event import Event, EventType
from shared.domain.evidence import NoEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.people.replay import selection_from
from shared.domain.policy import Policy
from shared.domain.replay import ReplayPhase, ReplayWatch
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict

_OVER = frozenset({ReplayPhase.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What an event makes of a replay."""

    watch: ReplayWatch | None
    reason: str
    sentence: str
    verdict: Verdict = Verdict.PASS
    step_at: datetime | None = None


def decide_replay(
    event: Event,
    evidence: NoEvidence,  # noqa: ARG001  every decision has this signature
    policy: Policy | None,  # noqa: ARG001
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Take in what is said of a replay, in whatever order and however often it comes."""
    heard = _hear(event, state.replay, now)
    finding = Finding(
        rule=Rule.REPLAY,
        thing=event.subject,
        verdict=heard.verdict,
        reason=heard.reason,
        sentence=heard.sentence,
    )
    actions: tuple[Action, ...] = ()
    if heard.step_at is not None and heard.watch is not None:
        actions = (StepReplay(replay=event.name, step=heard.watch.step, at=heard.step_at),)
    return Outcome(findings=(finding,), actions=actions, state=replace(state, replay=heard.watch))


def _hear(event: Event, watch: ReplayWatch | None, now: datetime) -> _Heard:
    if event.type is EventType.REPLAY_ASKED:
        return _asked(event, watch, now)
    if watch is None:
        sentence = f"Nobody asked for a replay {event.name}; nothing follows."
        return _Heard(watch=None, reason="unknown", sentence=sentence, verdict=Verdict.ERROR)
    match event.type:
        case EventType.REPLAY_ADVANCED:
            return _advanced(event, watch, now)
        case EventType.REPLAY_RESUMED:
            return _resumed(event, watch, now)
        case _:
            return _stopped(event, watch, now)


def _asked(event: Event, watch: ReplayWatch | None, now: datetime) -> _Heard:
    if watch is not None:
        sentence = f"There is a replay {event.name} already; this one needs another name."
        return _Heard(watch=watch, reason="known", sentence=sentence)
    data = event.data
    begins = ReplayWatch(
        phase=ReplayPhase.RUNNING,
        selection=selection_from(data["selection"]),
        again=bool(data["again"]),
        rate=float(data["rate"]),
        by=str(data["author"]),
        because=str(data["reason"]),
        asked=event.time,
        changed=now,
        expected=data["expected"],
    )
    return _Heard(watch=begins, reason="asked", sentence=begun(event.name, begins), step_at=now)


def _advanced(event: Event, watch: ReplayWatch, now: datetime) -> _Heard:
    """A step that was ordered anew meanwhile counts once, and it is the newer one that does."""
    data, step = event.data, event.data["step"]
    if step != watch.step or watch.phase in _OVER:
        sentence = f"Step {step} of {event.name} is not the one that is waited for; it is let be."
        return _Heard(watch=watch, reason="out_of_step", sentence=sentence)
    came = replace(
        watch,
        step=watch.step + 1,
        cursor=data["cursor"] or watch.cursor,
        told=watch.told + data["told"],
        skipped=watch.skipped + data["skipped"],
        refused=watch.refused + data["refused"],
        advanced=now,
    )
    if data["done"]:
        came = replace(came, phase=ReplayPhase.DONE, changed=now)
        return _Heard(watch=came, reason="done", sentence=f"{event.name} is done: {counted(came)}.")
    if came.phase is not ReplayPhase.RUNNING:
        sentence = f"{told_step(event)}; {event.name} is {came.phase.value}."
        return _Heard(watch=came, reason=came.phase.value, sentence=sentence)
    at = now + timedelta(minutes=data["told"] / watch.rate)
    return _Heard(watch=came, reason="advanced", sentence=f"{told_step(event)}.", step_at=at)


def _stopped(event: Event, watch: ReplayWatch, now: datetime) -> _Heard:
    data, failed = event.data, event.data.get("failed")
    if watch.phase is not ReplayPhase.RUNNING or (
        failed is not None and data["step"] != watch.step
    ):
        sentence = f"{event.name} is {watch.phase.value}; there is nothing to stop."
        return _Heard(watch=watch, reason="not_running", sentence=sentence)
    if failed is not None:
        ends = replace(watch, phase=ReplayPhase.FAILED, changed=now, said_by=None, said=str(failed))
        sentence = f"{event.name} cannot go on after {counted(watch)}: {failed}"
        return _Heard(watch=ends, reason="failed", sentence=sentence, verdict=Verdict.ERROR)
    by, why = str(data["author"]), str(data["reason"])
    stops = replace(watch, phase=ReplayPhase.STOPPED, changed=now, said_by=by, said=why)
    sentence = f"{by} stopped {event.name} after {counted(watch)}: {why}"
    return _Heard(watch=stops, reason="stopped", sentence=sentence)


def _resumed(event: Event, watch: ReplayWatch, now: datetime) -> _Heard:
    """A step with a new number: one that is lost or late is waited for no more."""
    if watch.phase in _OVER:
        sentence = f"{event.name} is {watch.phase.value}; there is nothing to resume."
        return _Heard(watch=watch, reason="over", sentence=sentence)
    by, why = str(event.data["author"]), str(event.data["reason"])
    goes_on = replace(
        watch,
        phase=ReplayPhase.RUNNING,
        step=watch.step + 1,
        changed=now,
        said_by=by,
        said=why,
    )
    sentence = f"{by} lets {event.name} go on after {counted(watch)}: {why}"
    return _Heard(watch=goes_on, reason="resumed", sentence=sentence, step_at=now)
