"""What is said of retrainings: a start, a refusal, the budget's answer, that they are resumed."""

from dataclasses import dataclass, replace

from shared.domain.action import Action
from shared.domain.decisions.retraining.asking import not_needed
from shared.domain.decisions.retraining.causes import take_in
from shared.domain.decisions.retraining.look import Look, in_phase, noted, standing
from shared.domain.event import EventType
from shared.domain.finding import Finding
from shared.domain.retraining import Retraining, RetrainingPhase, RetrainingWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_time

_MOST_SENTENCE = 500
_MOST_NAME = 200
_NOT_BEGUN = frozenset({RetrainingPhase.ASKED, RetrainingPhase.REQUESTED})
_GIVEN_UP = frozenset({RetrainingPhase.NO_VERSION, RetrainingPhase.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is remembered after an event, with what follows from it at once."""

    watch: RetrainingWatch
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()


def hear(watch: RetrainingWatch, look: Look) -> Said:
    """Take in what the event says, in whatever order and however often it comes."""
    kind = look.event.type
    if kind is EventType.RETRAINING_WANTED:
        watch, finding = take_in(watch, look)
        return Said(watch=watch, findings=(finding,))
    if kind is EventType.RETRAINING_RESUMED:
        return _resumed(watch, look)
    if kind is EventType.CHECK_DUE:
        return Said(watch=watch)
    identity = look.event.data.get("retraining")
    if not isinstance(identity, str) or not identity:
        sentence = f"retraining of {look.event.id[:80]} is empty; name the retraining it is of."
        told = noted(look, "unreadable", sentence, verdict=Verdict.ERROR)
        return Said(watch=watch, findings=(told,))
    one = next((one for one in watch.retrainings if one.id == identity), None)
    match kind:
        case EventType.RETRAINING_STARTED:
            return _started(watch, one, identity, look)
        case EventType.RETRAINING_REFUSED:
            return _refused(watch, one, identity, look)
        case EventType.RETRAINING_GRANTED:
            return _granted(watch, one, identity, look)
        case _:
            return _delayed(watch, one, identity, look)


def replaced(watch: RetrainingWatch, one: Retraining) -> RetrainingWatch:
    """The watch with a retraining in the place of what it was, or as the newest."""
    known = [other.id for other in watch.retrainings]
    if one.id not in known:
        return replace(watch, retrainings=(*watch.retrainings, one))
    return replace(
        watch,
        retrainings=tuple(one if other.id == one.id else other for other in watch.retrainings),
    )


def under_way(watch: RetrainingWatch) -> Retraining | None:
    """The one retraining that is open."""
    return next((one for one in watch.retrainings if one.phase.is_open), None)


def _resumed(watch: RetrainingWatch, look: Look) -> Said:
    data = look.event.data
    author = one_line(str(data.get("author") or "somebody"), _MOST_NAME)
    reason = one_line(str(data.get("reason") or "no reason given"), _MOST_SENTENCE)
    before = f"stopped since {spell_time(watch.stopped)}" if watch.stopped else "not stopped"
    sentence = f"{author} resumes the retraining of {look.model}, {before}: {reason}"
    said = max(look.event.time, watch.resumed or look.event.time)
    watch = replace(watch, stopped=None, resumed=said, resumed_by=author)
    return Said(watch=watch, findings=(noted(look, "resumed", f"{sentence.rstrip('.')}."),))


def _started(watch: RetrainingWatch, one: Retraining | None, identity: str, look: Look) -> Said:
    """It is under way. One that is not known is taken in, unless another is under way."""
    other = under_way(watch)
    if one is None and other is None:
        one = _unknown(identity, look)
    may = one is not None and (
        one.phase in _NOT_BEGUN or (one.phase in _GIVEN_UP and one.job is None and other is None)
    )
    if one is None or not may:
        sentence = f"The start of {identity[:16]} is told, " + (
            f"which is {one.phase.value}." if one is not None else "while another is under way."
        )
        verdict = Verdict.PASS if one is not None else Verdict.INCONCLUSIVE
        told = noted(look, "started_again", sentence, verdict=verdict, retraining=identity)
        return Said(watch=watch, findings=(told,))
    data = look.event.data
    run, job = data.get("run"), _text(data.get("job"))
    pipeline = _text(data.get("pipeline"))
    what = f"job {job}" if job is not None else f"run {run} of its pipeline"
    one = in_phase(
        one,
        RetrainingPhase.RUNNING,
        f"{what} is under way",
        look,
        job=job,
        pipeline=pipeline,
        run=run if isinstance(run, int) else None,
        address=_text(data.get("address")),
        requested=one.requested or look.event.time,
        posted=False,
    )
    return Said(watch=replaced(watch, one), findings=(standing(one, look, reason="started"),))


def _refused(watch: RetrainingWatch, one: Retraining | None, identity: str, look: Look) -> Said:
    """It is not trained, and why; one that runs is not stopped by it."""
    if one is None:
        one = _unknown(identity, look)
    if one.phase not in _NOT_BEGUN:
        sentence = f"A refusal of {identity[:16]} is told, which is {one.phase.value}."
        return Said(
            watch=watch, findings=(noted(look, "refused_late", sentence, retraining=identity),)
        )
    sentence = one_line(str(look.event.data.get("sentence") or ""), _MOST_SENTENCE)
    because = sentence.rstrip(".") or "no reason was told"
    one = in_phase(one, RetrainingPhase.REFUSED, because, look)
    return Said(watch=replaced(watch, one), findings=(standing(one, look),))


def _granted(watch: RetrainingWatch, one: Retraining | None, identity: str, look: Look) -> Said:
    if one is None or (not one.phase.is_open and one.requested is None):
        findings, actions = not_needed(identity, look)
        return Said(watch=watch, findings=findings, actions=actions)
    told = noted(
        look, "granted", f"The fleet's budget grants {identity[:16]}.", retraining=identity
    )
    if one.phase is RetrainingPhase.ASKED:
        one = replace(one, granted=look.now, because=None)
    return Said(watch=replaced(watch, one), findings=(told,))


def _delayed(watch: RetrainingWatch, one: Retraining | None, identity: str, look: Look) -> Said:
    sentence = one_line(str(look.event.data.get("sentence") or ""), _MOST_SENTENCE)
    because = sentence.rstrip(".") or "the fleet's budget lets it wait"
    told = noted(look, "delayed", f"{because}.", retraining=identity)
    if one is not None and one.phase is RetrainingPhase.ASKED and one.granted is None:
        watch = replaced(watch, replace(one, because=because))
    return Said(watch=watch, findings=(told,))


def _unknown(identity: str, look: Look) -> Retraining:
    """One that others asked for, or whose request is not remembered any more."""
    return Retraining(
        id=one_line(identity, _MOST_NAME),
        phase=RetrainingPhase.REQUESTED,
        causes=(),
        asked=look.event.time,
        changed=look.now,
        requested=look.event.time,
    )


def _text(value: object) -> str | None:
    return one_line(value, 2000) if isinstance(value, str) and value else None
