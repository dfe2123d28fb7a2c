"""Changes of traffic that were asked for: each once, and looked after until it is seen.

A change is asked for with the shares as they were read, so that whoever carries it out can refuse
it when they are others by then. It is good for a time; only when that is over and the shares are
still the old ones is it asked for again. So there are never two that could be carried out.
"""

from collections.abc import Iterable
from datetime import timedelta

from shared.domain.action import Action, ShiftTraffic
from shared.domain.alert import Alert, Severity
from shared.domain.canonical import content_hash
from shared.domain.decisions.promotion.rollout.commands import as_command
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Step
from shared.domain.finding import Finding
from shared.domain.promotion import Rollout, RolloutStatus, StopCause, TrafficStep
from shared.domain.splits import alike
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration

GOOD_FOR = timedelta(minutes=12)
"""So long a change may be carried out; its message may come late."""
ANSWERED = timedelta(minutes=15)
"""After that a change that is not seen was not made, and will not be."""
SLOW = timedelta(hours=1)
"""Asked for again and again for so long: told."""
_MOST_LETTERS = 1500


def move(
    look: Look, at: int, findings: Iterable[Finding] = (), alerts: Iterable[Alert] = ()
) -> Step:
    """Ask for the shares of step `at`; where they are so already it is in force at once."""
    rollout, total = look.rollout, len(look.rollout.steps)
    wanted = rollout.steps[at]
    if alike(look.live, wanted):
        return in_force(look.turned(at=at), findings)
    begun = look.turned(
        status=RolloutStatus.MOVING, at=at, since=look.now, cause=None, looks=0, tries=0
    )
    sentence = (
        f"The traffic of {rollout.endpoint} is moved to step {at + 1} of {total} of the rollout "
        f"of {look.named}: from {spell_split(look.live)} to {spell_split(wanted)}."
    )
    return _asked(begun, "moving", sentence, findings=findings, alerts=alerts)


def give_back(look: Look, why: str, findings: Iterable[Finding], alerts: Iterable[Alert]) -> Step:
    """Ask for the split there was before the first step; `why` is kept for when it is there."""
    if alike(look.live, look.rollout.before):
        return returned(look.turned(why=one_line(why, _MOST_LETTERS)), findings)
    begun = look.turned(
        status=RolloutStatus.RETURNING,
        since=look.now,
        cause=StopCause.GATES,
        tries=0,
        why=one_line(why, _MOST_LETTERS),
    )
    sentence = (
        f"The traffic of {look.rollout.endpoint} goes back from {spell_split(look.live)} to "
        f"{spell_split(look.rollout.before)}: {begun.rollout.why}"
    )
    return _asked(begun, "returning", sentence, findings=findings, alerts=alerts)


def wanted(rollout: Rollout) -> TrafficStep:
    """The shares that are asked for while a change is under way."""
    back = rollout.status is RolloutStatus.RETURNING
    return rollout.before if back else rollout.steps[rollout.at]


def in_force(look: Look, findings: Iterable[Finding] = ()) -> Step:
    """The step that was moved to is there: its bake begins."""
    rollout = look.rollout
    step = rollout.steps[rollout.at]
    baked = look.now + timedelta(seconds=step.bake)
    arrived = look.turned(
        status=RolloutStatus.BAKING,
        since=look.now,
        order=None,
        asked=None,
        tries=0,
        looks=0,
        again=None,
        cause=None,
        why="",
    )
    sentence = (
        f"Step {rollout.at + 1} of {len(rollout.steps)} of the rollout of {look.named} is in "
        f"force: {spell_split(step)}. It bakes for {spell_duration(baked - look.now)}."
    )
    return arrived.says(Verdict.PASS, "in_force", sentence, findings=findings, look_again=baked)


def ask_again(look: Look, alerts: Iterable[Alert] = ()) -> Step:
    """The same change once more, under a name of its own: the one before is not good any more."""
    lasted = look.now - (look.rollout.since or look.now)
    sentence = (
        f"{look.rollout.endpoint} still has {spell_split(look.live)} "
        f"{spell_duration(lasted)} after the change to {spell_split(wanted(look.rollout))} was "
        "asked for; it is asked for again."
    )
    return _asked(look, "asked_again", sentence, alerts=alerts)


def wait(look: Look, alerts: Iterable[Alert] = ()) -> Step:
    """A change is under way, and time for it is not over."""
    rollout = look.rollout
    asked = rollout.asked or look.now
    again = max(look.now + AGAIN, asked)
    sentence = (
        f"The change of {rollout.endpoint} to {spell_split(wanted(rollout))} was asked for "
        f"{spell_duration(look.now - asked)} ago and is not seen yet."
    )
    return look.says(Verdict.INCONCLUSIVE, "under_way", sentence, alerts=alerts, look_again=again)


def unanswered(look: Look) -> Alert:
    """A change that does not come: somebody should see why."""
    rollout = look.rollout
    back = rollout.status is RolloutStatus.RETURNING
    lasted = spell_duration(look.now - (rollout.since or look.now))
    title = (
        f"{look.named} fails at {rollout.endpoint} and its traffic could not be given back "
        f"for {lasted}"
        if back
        else f"the rollout of {look.named} waits for a change of the traffic of "
        f"{rollout.endpoint} for {lasted}"
    )
    return look.alert(
        "not_given_back" if back else "unanswered",
        Severity.CRITICAL if back else Severity.WARNING,
        title,
        f"{spell_split(wanted(rollout))} was asked for {rollout.tries} times; the endpoint has "
        f"{spell_split(look.live)}. {rollout.why}".strip(),
        "See whether the queue promotion-requests is consumed; or do it by hand: "
        f"{as_command(rollout.endpoint, wanted(rollout), look.live)}",
    )


def written_since(look: Look) -> bool:
    """Whether the endpoint was written since a change was asked for that is not to be seen.

    It was made and undone then, or somebody wrote something else: which, nobody can tell, and an
    undone change is not made again.
    """
    reading, asked = look.scene.evidence.target, look.rollout.asked or look.now
    changed = look.endpoint.changed
    if changed is not None and changed > asked:
        return True
    made = TrafficStep(traffic=wanted(look.rollout).traffic)
    shifts = reading.shifts if reading is not None else ()
    return any(
        (shift.seen or shift.time) > asked and alike(TrafficStep(traffic=shift.shares), made)
        for shift in shifts
        if shift.shares != look.live.traffic
    )


def _asked(
    look: Look,
    reason: str,
    sentence: str,
    *,
    findings: Iterable[Finding] = (),
    alerts: Iterable[Alert] = (),
) -> Step:
    rollout = look.rollout
    named = [look.promotion.identity(look.scene.policy.model), rollout.status, rollout.at]
    tries = rollout.tries + 1
    order = content_hash([*named, tries, look.now])[:16]
    change: Action = ShiftTraffic(
        model=look.scene.policy.model,
        endpoint=rollout.endpoint,
        order=order,
        traffic=dict(wanted(rollout).traffic),
        mirror=dict(wanted(rollout).mirror),
        expected=dict(look.live.traffic),
        expected_mirror=dict(look.live.mirror),
        workspace=look.scene.stage.workspace,
        promotion=look.promotion.identity(look.scene.policy.model),
        until=look.now + GOOD_FOR,
    )
    asked = look.turned(order=order, asked=look.now, tries=tries)
    return asked.says(
        Verdict.FAIL if rollout.status is RolloutStatus.RETURNING else Verdict.PASS,
        reason,
        sentence,
        actions=[change],
        findings=findings,
        alerts=alerts,
        look_again=look.now + AGAIN,
    )


def returned(look: Look, findings: Iterable[Finding] = ()) -> Step:
    """The split of before is there again: the promotion is rolled back."""
    rollout = look.rollout
    done = look.turned(status=RolloutStatus.RETURNED, order=None, asked=None)
    sentence = (
        f"{look.named} was taken out of the traffic of {rollout.endpoint} at step "
        f"{rollout.at + 1} of {len(rollout.steps)}; it has {spell_split(rollout.before)} again. "
        f"{rollout.why}".strip()
    )
    alert = done.alert(
        "returned",
        Severity.WARNING,
        f"{look.named} failed at step {rollout.at + 1} of {len(rollout.steps)} and "
        f"{rollout.endpoint} has its traffic of before again",
        sentence,
        f"See what failed: driftgate rollout {look.scene.policy.model} {look.promotion.version}; "
        "mend it and register a new version.",
    )
    return done.says(Verdict.FAIL, "returned", sentence, alerts=[alert], findings=findings)
