"""Whether a model is trained again now, and how far the one that was asked for has come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decision import Outcome
from shared.domain.decisions.retraining.alerts import OURS, alerts_of, why_over
from shared.domain.decisions.retraining.asking import begin, go_on, returned
from shared.domain.decisions.retraining.causes import (
    known_as,
    still_there,
    together,
    without_lapsed,
)
from shared.domain.decisions.retraining.following import follow, stalls_at
from shared.domain.decisions.retraining.giving_up import stop_or_go_on
from shared.domain.decisions.retraining.holding import MOST_RETRAININGS, held
from shared.domain.decisions.retraining.look import Look, in_phase, noted, standing, wait
from shared.domain.decisions.retraining.said import hear, replaced, under_way
from shared.domain.decisions.retraining.trained import last_promoted
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, check_due
from shared.domain.evidence import RetrainingEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.retraining import (
    Retraining,
    RetrainingCause,
    RetrainingPhase,
    RetrainingWatch,
)
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import begin as as_sentence
from shared.domain.wording import spell_time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What is remembered after a step, and what was found and is to be done on the way."""

    watch: RetrainingWatch
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    again: datetime | None = None

    def then(
        self,
        watch: RetrainingWatch,
        findings: Sequence[Finding] = (),
        actions: Sequence[Action] = (),
        again: datetime | None = None,
    ) -> "_Course":
        return _Course(
            watch=watch,
            findings=(*self.findings, *findings),
            actions=(*self.actions, *actions),
            again=again if self.again is None else self.again,
        )


def decide_retraining(
    event: Event,
    evidence: RetrainingEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Take in what the event says, follow what is under way, and ask for the next where it is time.

    Each look does all of it, so that a message which is lost, late or told twice changes nothing
    but when it is seen. One retraining at most is under way; it is followed to its end also where
    no policy names the model any more.
    """
    look = Look(event=event, evidence=evidence, policy=policy, now=now)
    said = hear(state.retraining, look)
    course = _Course(watch=said.watch, findings=said.findings, actions=said.actions)
    course = _followed(course, look)
    course = _next(course, look)
    course = _advanced(course, look)
    course = _given_back(course, state.retraining, look)
    watch = replace(course.watch, retrainings=_kept(course.watch, look), looked=now)
    told, records = settle(
        state.alerts,
        alerts_of(watch, look),
        covered=lambda alert: alert.kind in OURS,
        over=lambda alert: why_over(alert, watch),
        now=now,
    )
    firing = any(record.status is AlertStatus.FIRING for record in records.values())
    rests = not firing and not watch.causes and under_way(watch) is None
    asked, scheduled = _look_again(course, watch, look)
    problems = tuple(_problem(event, sentence) for sentence in evidence.problems)
    findings = (*course.findings, *problems)
    return Outcome(
        findings=findings or (_at_rest(watch, look),),
        actions=(*course.actions, *told, *scheduled),
        state=replace(
            state,
            alerts=records,
            retraining=replace(watch, asked=asked),
            checks=_reported(event, state.checks, rests=rests),
        ),
    )


def _followed(course: _Course, look: Look) -> _Course:
    """The one under way as far as it has come, and what its end means for the next."""
    one = under_way(course.watch)
    if one is not None and look.evidence.looked:
        one, findings = follow(one, look)
        course = course.then(replaced(course.watch, one), findings)
    promoted = last_promoted(course.watch.promoted, look)
    course = course.then(*stop_or_go_on(course.watch, promoted, look))
    causes, gone = still_there(course.watch.causes, course.watch.promoted, look)
    return course.then(replace(course.watch, causes=causes), gone)


def _next(course: _Course, look: Look) -> _Course:
    """Make one retraining of the causes that wait, unless something holds it.

    A request that was posted for others keeps other problems from nothing, since nobody told that
    they took it; the same problem is posted again only once it ended.
    """
    watch = course.watch
    ripe = together(watch.causes, look.rules)
    causes, lapsed = without_lapsed(watch.causes, ripe, look)
    watch = replace(watch, causes=causes)
    course = course.then(watch, lapsed)
    one = under_way(watch)
    if not causes or (one is not None and not _posted_for_another(one, causes)):
        waits = "" if not causes else f"{wait(len(causes))} until it ends."
        return course.then(watch, [noted(look, "under_way", waits)] if waits else [])
    hold = held(watch, look)
    if ripe is None:
        sentence = (
            f"{len(causes)} of {look.rules.causes} causes that a retraining takes are there."
            if hold is None or look.policy is not None
            else f"{as_sentence(hold.sentence)}."
        )
        return course.then(watch, (noted(look, "collecting", sentence),))
    if hold is not None:
        told = noted(look, hold.reason, f"{as_sentence(hold.sentence)}.", until=hold.until)
        return course.then(watch, (told,), again=hold.until)
    if ripe.due > look.now:
        sentence = f"{wait(len(causes))}; others may come until "
        told = noted(look, "debounced", f"{sentence}{spell_time(ripe.due)}.", until=ripe.due)
        return course.then(watch, (told,), again=ripe.due)
    made = begin(ripe, look)
    watch = replace(watch, causes=())
    if known_as(made.id, watch.retrainings):
        sentence = f"{as_sentence(made.cause)} in {made.window} was asked for already."
        return course.then(watch, (noted(look, "repeated", sentence, retraining=made.id),))
    if one is not None:
        because = "no version came of it before the next was asked for"
        one = in_phase(one, RetrainingPhase.NO_VERSION, because, look)
        course = course.then(replaced(watch, one), (standing(one, look),))
        watch = course.watch
    return course.then(replaced(watch, made))


def _posted_for_another(one: Retraining, causes: tuple[RetrainingCause, ...]) -> bool:
    asked_for = {cause.cause for cause in one.causes}
    posted = one.posted and one.phase is RetrainingPhase.REQUESTED
    return posted and any(cause.cause not in asked_for for cause in causes)


def _advanced(course: _Course, look: Look) -> _Course:
    one = under_way(course.watch)
    if one is None or one.phase is not RetrainingPhase.ASKED:
        return course
    asked = go_on(one, course.watch.promoted, look)
    return course.then(replaced(course.watch, asked.retraining), asked.findings, asked.actions)


def _given_back(course: _Course, before: RetrainingWatch, look: Look) -> _Course:
    """The place in the fleet's budget of each that ended, or was posted, in this look."""
    were = {one.id: one for one in before.retrainings}
    actions = [
        action
        for one in course.watch.retrainings
        if _rests(one) and not _rests(were.get(one.id))
        for action in returned(one, look)
    ]
    return course.then(course.watch, actions=actions)


def _rests(one: Retraining | None) -> bool:
    return one is not None and (not one.phase.is_open or one.posted)


def _kept(watch: RetrainingWatch, look: Look) -> tuple[Retraining, ...]:
    """The last ones; those that count towards the most in a span go last of all."""
    kept = list(watch.retrainings)
    while len(kept) > MOST_RETRAININGS:
        ended = [one for one in kept if not one.phase.is_open]
        counts = look.now - look.rules.per
        idle = [one for one in ended if one.requested is None or one.requested <= counts]
        kept.remove((idle or ended)[0])
    return tuple(kept)


def _look_again(
    course: _Course, watch: RetrainingWatch, look: Look
) -> tuple[datetime | None, tuple[Action, ...]]:
    """One look is asked for at a time, at the first moment at which something changes by itself."""
    one = under_way(watch)
    times = [course.again]
    if one is not None:
        times.append(stalls_at(one, look))
    due = min((time for time in times if time is not None and time > look.now), default=None)
    asked = watch.asked if watch.asked is not None and watch.asked > look.now else None
    if due is None or (asked is not None and asked <= due):
        return asked, ()
    event = check_due(Check.RETRAINING, look.event.subject, due)
    return due, (ScheduleCheck(event=event),)


def _reported(event: Event, checks: dict[str, datetime], *, rests: bool) -> dict[str, datetime]:
    """The check is among those reported while there is something to look at: its timer asks it."""
    name = Check.RETRAINING.value
    others = {check: time for check, time in checks.items() if check != name}
    if rests:
        return others
    return {**others, name: max(event.time, checks.get(name, event.time))}


def _at_rest(watch: RetrainingWatch, look: Look) -> Finding:
    one = under_way(watch)
    if one is not None:
        return standing(one, look)
    return noted(look, "at_rest", f"Nothing asks for a retraining of {look.model}.")


def _problem(event: Event, sentence: str) -> Finding:
    return Finding(
        rule=Rule.READABLE,
        thing=event.subject,
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=sentence,
    )
