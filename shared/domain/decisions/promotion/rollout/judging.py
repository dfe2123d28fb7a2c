"""A step of the traffic after its bake: on to the next, wait, or back.

While it bakes only gates that a few minutes can decide are asked, so that a version that answers
errors does not keep its traffic to the end of the bake. All of them have to pass after it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.alert import Alert, Severity
from shared.domain.decisions.gates import run_gates
from shared.domain.decisions.gates.running import Gated
from shared.domain.decisions.promotion.rollout.commands import as_command, ways_on
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look
from shared.domain.decisions.promotion.rollout.moving import give_back, move
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Step
from shared.domain.event import EventType
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Enforcement, OnFail
from shared.domain.promotion import Rollout, RolloutStatus, StopCause
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import one_line, spell_duration, spell_list, spell_time

EARLY = frozenset({"deployment", "errors"})
"""Gates that are asked while a step bakes."""
BEFORE_A_MOVE = frozenset({"calendar"})
"""Gates that are asked before the first step, when there is no traffic to judge by."""
_MOST_LETTERS = 1500
_OVERRIDES = frozenset({EventType.OVERRIDE_GIVEN, EventType.OVERRIDE_WITHDRAWN})


def judge(look: Look) -> Step:
    """A step that is in force: the verdict of its gates decides what comes of it.

    Inconclusive pauses where it stands, and is not judged in full before that may have changed:
    each such look costs the canary some of its certainty. A fail gives the traffic back or stops,
    by the policy.
    """
    rollout = look.rollout
    due = due_of(rollout, look.now)
    if look.now < due or _said_already(look):
        early = _gated(look, EARLY)
        if early.verdict is Verdict.FAIL:
            return _failed(look, early)
        return _bakes(look, early, due) if look.now < due else _waits(look, early, due)
    gated = _gated(look)
    look = look.turned(looks=rollout.looks + 1, again=gated.look_again)
    if gated.verdict is Verdict.FAIL:
        return _failed(look, gated)
    if gated.verdict is not Verdict.PASS:
        why = one_line(_told(gated), _MOST_LETTERS)
        return _waits(look.turned(status=RolloutStatus.PAUSED, why=why), gated, due)
    return go_on(look, gated.findings)


def due_of(rollout: Rollout, now: datetime) -> datetime:
    """When the bake of the step in force is over."""
    return (rollout.since or now) + timedelta(seconds=rollout.steps[rollout.at].bake)


def _said_already(look: Look) -> bool:
    """Whether the last judgement still stands; what people let pass is judged at once.

    Without a canary a look costs nothing, so each one judges.
    """
    again, gates = look.rollout.again, look.scene.policy.gates_of(look.scene.stage)
    if gates.canary.mode is Enforcement.OFF:
        return False
    return again is not None and look.now < again and look.scene.event.type not in _OVERRIDES


def go_on(look: Look, findings: Iterable[Finding]) -> Step:
    """The step passed: the next one, or the end."""
    rollout, last = look.rollout, len(look.rollout.steps) - 1
    if rollout.at < last:
        return move(look, rollout.at + 1, findings)
    done = look.turned(status=RolloutStatus.COMPLETE, cause=None, why="")
    sentence = (
        f"The rollout of {look.named} at {rollout.endpoint} is complete: "
        f"{spell_split(look.live)} passed {rollout.looks} "
        f"{'look' if rollout.looks == 1 else 'looks'} of its last step."
    )
    return done.says(Verdict.PASS, "complete", sentence, findings=findings)


def may_begin(look: Look) -> Gated:
    """Whether the first step may be made now: by the gates that need no traffic."""
    return _gated(look, BEFORE_A_MOVE)


def held_up(look: Look, gated: Gated, findings: Iterable[Finding]) -> Step:
    """The first step may not be made yet; the plan stands."""
    again = gated.look_again or look.now + AGAIN
    sentence = (
        f"The rollout of {look.named} at {look.rollout.endpoint} does not begin: {_told(gated)}"
    )
    return look.says(
        Verdict.INCONCLUSIVE,
        "held_up",
        sentence,
        findings=(*findings, *gated.findings),
        look_again=again,
    )


def still_failed(look: Look) -> Step | None:
    """A step that failed and was only stopped: it goes on when somebody let its gates pass since.

    None while nobody did. A verdict that mends itself is not heeded: it failed with traffic.
    """
    stopped = look.rollout.since
    new = [
        one
        for one in look.scene.overrides
        if one.version == look.promotion.version
        and one.holds(look.now)
        and (stopped is None or one.since >= stopped)
    ]
    if not new:
        return None
    gated = _gated(look)
    if gated.verdict is not Verdict.PASS:
        return None
    return go_on(look.turned(looks=look.rollout.looks + 1), gated.findings)


def stopped_by_gates(look: Look) -> Alert:
    """A version that fails and keeps its traffic: as the policy says, or for want of a way back."""
    rollout, failed = look.rollout, look.rollout.why
    no_way = rollout.cause is StopCause.NO_WAY_BACK
    title = (
        f"{look.named} fails at step {rollout.at + 1} of {len(rollout.steps)} and "
        f"{'there is no way back' if no_way else 'its rollout stopped'}"
    )
    back = as_command(rollout.endpoint, rollout.before, look.live)
    first = f"Give the traffic back: {back}"
    if no_way:
        first = (
            f"Deploy what served before, then give it the traffic: {back}; or, if the failure can "
            f"be borne, let the gates pass with an override of {look.named}."
        )
    return look.alert(
        rollout.cause.value if rollout.cause is not None else StopCause.GATES.value,
        Severity.CRITICAL,
        title,
        f"{failed} {rollout.endpoint} has {spell_split(look.live)}.",
        first,
    )


def being_given_back(look: Look) -> Alert:
    """A version that fails and whose traffic is on its way back."""
    rollout = look.rollout
    return look.alert(
        StopCause.GATES.value,
        Severity.CRITICAL,
        f"{look.named} fails at step {rollout.at + 1} of {len(rollout.steps)}; its traffic of "
        f"{rollout.endpoint} is being given back",
        f"{rollout.why} The traffic goes back to {spell_split(rollout.before)}.",
        f"Nothing, if it is back within minutes. By hand: "
        f"{as_command(rollout.endpoint, rollout.before, look.live)}",
    )


def _gated(look: Look, only: frozenset[str] | None = None) -> Gated:
    candidate = look.scene.evidence.candidate
    if candidate is None:
        unread = Finding(
            rule=Rule.READABLE,
            thing=f"model/{look.scene.policy.model}",
            verdict=Verdict.ERROR,
            reason="cannot_look",
            sentence=look.scene.evidence.problem or f"{look.named} could not be read.",
        )
        return Gated(findings=(unread,), verdict=Verdict.ERROR, look_again=look.now + AGAIN)
    gated = run_gates(look.case(candidate), look.scene.overrides, only)
    return gated if not candidate.archived else _with_archived(look, gated)


def _with_archived(look: Look, gated: Gated) -> Gated:
    """What was archived in the middle gets no more traffic, whatever is let pass; people decide."""
    archived = Finding(
        rule=Rule.GOVERNANCE_GATE,
        thing=f"model/{look.scene.policy.model}",
        verdict=Verdict.INCONCLUSIVE,
        reason="archived",
        sentence=(
            f"{look.named} was archived in the middle of its rollout; restore it, or give the "
            "traffic back by hand."
        ),
    )
    return Gated(
        findings=(*gated.findings, archived),
        verdict=worst([gated.verdict, archived.verdict]),
        look_again=None,
    )


def _bakes(look: Look, early: Gated, due: datetime) -> Step:
    rollout = look.rollout
    sentence = (
        f"Step {rollout.at + 1} of {len(rollout.steps)} of the rollout of {look.named} bakes "
        f"until {spell_time(due)} with {spell_split(look.live)}."
    )
    return look.says(
        Verdict.PASS,
        "baking",
        sentence,
        findings=early.findings,
        look_again=due,
    )


def _waits(look: Look, gated: Gated, due: datetime) -> Step:
    """Paused at its step; told when that lasts, or when only people can end it."""
    rollout, lasted = look.rollout, look.now - due
    waited = f"for {spell_duration(lasted)}" if lasted else "from now on"
    sentence = (
        f"The rollout of {look.named} waits at step {rollout.at + 1} of {len(rollout.steps)} "
        f"({spell_split(look.live)}) {waited}: {rollout.why}"
    )
    told = lasted >= look.policy.patience or rollout.again is None
    return look.says(
        Verdict.INCONCLUSIVE,
        "paused",
        sentence,
        alerts=[_pause_alert(look, lasted)] if told else [],
        findings=gated.findings,
        look_again=max(rollout.again or look.now + AGAIN, look.now + timedelta(minutes=1)),
    )


def _pause_alert(look: Look, lasted: timedelta) -> Alert:
    rollout = look.rollout
    return look.alert(
        "paused",
        Severity.WARNING,
        f"the rollout of {look.named} waits at step {rollout.at + 1} of {len(rollout.steps)} and "
        "cannot be decided",
        f"{rollout.endpoint} has {spell_split(look.live)} since its step is in force, and nothing "
        f"was decided for {spell_duration(lasted)} after its bake. {rollout.why}",
        "See what is missing; more requests, or an override of the gate if it can never be "
        f"decided here. {ways_on(rollout, look.live, look.in_force)}",
    )


def _failed(look: Look, gated: Gated) -> Step:
    """Back to the split of before where the policy and the endpoint let it; else stop and tell."""
    rollout = look.rollout
    why = one_line(f"Failed at {spell_split(look.live)}: {_told(gated)}", _MOST_LETTERS)
    missing = [name for name in rollout.before.traffic if not look.has(name)]
    if look.policy.on_fail is OnFail.RETURN and not missing:
        failing = look.turned(why=why)
        return give_back(failing, why, gated.findings, [being_given_back(failing)])
    if missing:
        why += f" No way back: {rollout.endpoint} has no deployment {spell_list(missing)} any more."
    stopped = look.turned(
        status=RolloutStatus.STOPPED,
        since=look.now,
        cause=StopCause.NO_WAY_BACK if missing else StopCause.GATES,
        why=why,
    )
    return stopped.says(
        Verdict.FAIL,
        stopped.rollout.cause.value if stopped.rollout.cause else "gates",
        f"The rollout of {look.named} stopped at step {rollout.at + 1}: {why}",
        alerts=[stopped_by_gates(stopped)],
        findings=gated.findings,
        look_again=look.now + AGAIN,
    )


def _told(gated: Gated) -> str:
    """What stands in the way: what failed, or where nothing did, errors before what waits."""
    failed = [finding for finding in gated.missing if finding.verdict is Verdict.FAIL]
    others = sorted(gated.missing, key=lambda finding: finding.verdict is not Verdict.ERROR)
    return " ".join(finding.sentence for finding in failed or others)
