"""Traffic that somebody else moved, a deployment that went away, a change that was refused.

The rollout stops and leaves what it finds: what people do in an incident is never undone by it. It
goes on when the shares are those of its step again, ends when they are those of before, and takes
it as finished by hand when the version has everything.
"""

from datetime import timedelta

from shared.domain.alert import Alert, Severity
from shared.domain.decisions.promotion.rollout.commands import as_command, ways_on
from shared.domain.decisions.promotion.rollout.judging import (
    being_given_back,
    still_failed,
    stopped_by_gates,
)
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look
from shared.domain.decisions.promotion.rollout.moving import (
    give_back,
    in_force,
    move,
    returned,
    wanted,
)
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Step
from shared.domain.policy import OnFail
from shared.domain.promotion import RolloutStatus, StopCause
from shared.domain.splits import alike
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration

RETRY = timedelta(hours=1)
"""What Azure refused is asked for again, since a missing role may have been given."""
_MOST_LETTERS = 1500
_RETURNS = frozenset({StopCause.NO_WAY_BACK, StopCause.NOT_GIVEN_BACK})
_BY_PEOPLE = frozenset({StopCause.CHANGED, StopCause.UNDONE})
_BY_GATES = _RETURNS | {StopCause.GATES}


def stop(look: Look, cause: StopCause, why: str) -> Step:
    """Stop where the endpoint is; the step in force is the one before a change that failed."""
    rollout = look.rollout
    at = rollout.at - 1 if rollout.status is RolloutStatus.MOVING else rollout.at
    stopped = look.turned(
        status=RolloutStatus.STOPPED,
        at=at,
        since=look.now,
        order=None,
        asked=None,
        tries=0,
        cause=cause,
        why=one_line(why, _MOST_LETTERS),
    )
    return _stays(stopped)


def moved_by_others(look: Look, *, to: str | None = None) -> Step:
    """The shares are neither those of the step nor those that were asked for."""
    planned, found = spell_split(look.in_force), to or spell_split(look.live)
    sentence = (
        f"{_who(look)} changed the traffic of {look.rollout.endpoint} from {planned} to {found}; "
        f"the rollout of {look.named} stops and leaves it."
    )
    back = look.rollout.status is RolloutStatus.RETURNING
    cause = StopCause.NOT_GIVEN_BACK if back else StopCause.CHANGED
    return stop(look, cause, _with_failure(look, sentence))


def undone_by_others(look: Look) -> Step:
    """A change that was asked for is not to be seen, yet the endpoint was written.

    Its step counts as the one in force: giving the endpoint these shares lets the rollout go on.
    """
    sentence = (
        f"{look.rollout.endpoint} was written after {spell_split(wanted(look.rollout))} was asked "
        f"for and has {spell_split(look.live)}: somebody undid it or wrote something else; the "
        f"rollout of {look.named} stops and leaves it."
    )
    if look.rollout.status is RolloutStatus.RETURNING:
        return stop(look, StopCause.GATES, _with_failure(look, sentence))
    return stop(look.turned(status=RolloutStatus.BAKING), StopCause.UNDONE, sentence)


def deployment_gone(look: Look) -> Step:
    """What was to get the traffic is not there any more, or is another version by now."""
    what = "carries another version" if look.has(look.rollout.deployment) else "is gone"
    return stop(
        look,
        StopCause.GONE,
        f"Deployment {look.rollout.deployment} of {look.rollout.endpoint} {what} in the middle "
        f"of the rollout of {look.named}; the endpoint has {spell_split(look.live)}.",
    )


def endpoint_gone(look: Look) -> Step:
    """Where the traffic was moved there is nothing any more."""
    gone = f"Endpoint {look.rollout.endpoint} is gone in the middle of the rollout of {look.named}."
    return stop(look, StopCause.GONE, gone)


def stopped(look: Look) -> Step:
    """A rollout that stopped: whether what people did since lets it go on or ends it."""
    rollout = look.rollout
    there = look.is_carried
    lasted = look.now - (rollout.since or look.now)
    if rollout.at >= 0 and alike(look.live, rollout.before):
        if rollout.cause is StopCause.UNDONE and lasted < look.policy.patience:
            return _stays(look)
        return returned(look.turned(why=f"Ended by hand. {rollout.why}"))
    if there and alike(look.live, rollout.steps[-1]) and rollout.cause in _BY_PEOPLE:
        return finished(look)
    if not there or not alike(look.live, look.in_force):
        return _stays(look)
    if rollout.cause in _RETURNS and _may_return(look):
        return give_back(look, rollout.why, (), [being_given_back(look)])
    if rollout.cause in _BY_GATES:
        return still_failed(look) or _stays(look)
    if rollout.cause is StopCause.REFUSED:
        if lasted < RETRY:
            return _stays(look)
        return move(look, rollout.at + 1, alerts=[alert_of(look)])
    if rollout.at < 0:
        return look.turned(status=RolloutStatus.PLANNED, since=None, cause=None, why="").says(
            Verdict.PASS,
            "as_planned",
            f"{rollout.endpoint} has {spell_split(look.live)} again, as the rollout of "
            f"{look.named} planned; it goes on.",
            look_again=look.now + timedelta(minutes=1),
        )
    return in_force(look)


def finished(look: Look) -> Step:
    """Somebody gave the version everything: that is for its watch to judge, not to be undone."""
    rollout = look.rollout
    done = look.turned(status=RolloutStatus.COMPLETE, at=len(rollout.steps) - 1, cause=None, why="")
    sentence = f"{look.named} was given all the traffic of {rollout.endpoint} by hand."
    return done.says(Verdict.PASS, "finished_by_hand", sentence)


def alert_of(look: Look) -> Alert:
    """The alert of a rollout that stands still, by what stopped it."""
    rollout = look.rollout
    cause = rollout.cause or StopCause.CHANGED
    if cause in _BY_GATES:
        return stopped_by_gates(look)
    titles = {
        StopCause.CHANGED: f"somebody changed the traffic of {rollout.endpoint}; the rollout of "
        f"{look.named} stops and leaves it",
        StopCause.UNDONE: f"a change of the traffic of {rollout.endpoint} was undone; the rollout "
        f"of {look.named} stops",
        StopCause.REFUSED: f"the traffic of {rollout.endpoint} cannot be moved to {look.named}",
        StopCause.GONE: f"what the rollout of {look.named} needs at {rollout.endpoint} is gone",
    }
    first = ways_on(rollout, look.live, look.in_force)
    if cause is StopCause.REFUSED:
        following = rollout.steps[min(rollout.at + 1, len(rollout.steps) - 1)]
        first = (
            f"Mend what Azure names; it is tried again every {spell_duration(RETRY)}. By hand: "
            f"{as_command(rollout.endpoint, following, look.live)}"
        )
    has = f"; the endpoint has {spell_split(look.live)}"
    if cause is StopCause.GONE:
        first, has = _mend_gone(look), ""
    return look.alert(
        cause.value,
        Severity.WARNING,
        titles[cause],
        f"{rollout.why} The step in force set {spell_split(look.in_force)}{has}.",
        first,
    )


def _mend_gone(look: Look) -> str:
    """No share can be given to what is not there: it has to be made again first."""
    rollout, endpoint = look.rollout, look.rollout.endpoint
    reading = look.scene.evidence.target
    if reading is not None and reading.endpoint is not None and not look.has(rollout.deployment):
        end = as_command(endpoint, rollout.before, look.live)
        return (
            f"Deploy {look.named} as {rollout.deployment} of {endpoint} again and give it its "
            f"share, and the rollout goes on: {as_command(endpoint, look.in_force, look.live)}; "
            f"to end it: {end}"
        )
    return (
        f"If nobody meant to delete {endpoint}, make it again with what served before "
        f"({spell_split(rollout.before)}), and the rollout ends there."
    )


def _stays(look: Look) -> Step:
    rollout = look.rollout
    cause = rollout.cause or StopCause.CHANGED
    return look.says(
        Verdict.FAIL,
        cause.value,
        rollout.why,
        alerts=[alert_of(look)],
        look_again=look.now + AGAIN,
    )


def _with_failure(look: Look, sentence: str) -> str:
    """What failed is not forgotten when the way back was crossed."""
    back = look.rollout.status is RolloutStatus.RETURNING
    return f"{look.rollout.why} {sentence}" if back else sentence


def _may_return(look: Look) -> bool:
    back = look.policy.on_fail is OnFail.RETURN
    return back and all(look.has(name) for name in look.rollout.before.traffic)


def _who(look: Look) -> str:
    """Who made the shares that are found, where the watch of the endpoint knows."""
    reading = look.scene.evidence.target
    last = reading.shifts[-1] if reading is not None and reading.shifts else None
    known = last is not None and last.by is not None and last.shares == look.live.traffic
    return last.by if known and last is not None and last.by is not None else "Somebody"
