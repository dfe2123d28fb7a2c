"""What keeps causes from becoming a retraining now, and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.decisions.retraining.look import Look
from shared.domain.retraining import RetrainingWatch
from shared.domain.wording import spell_duration, spell_time

MOST_RETRAININGS = 20
"""So many are remembered, so that no more than these can be counted in a span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Why nothing is asked for now; `until` None when only another event can change it."""

    reason: str
    sentence: str
    until: datetime | None = None


Hold = Callable[[RetrainingWatch, Look], Held | None]


def held(watch: RetrainingWatch, look: Look) -> Held | None:
    """The first of the rules that holds it, in the order people would ask; None when none does."""
    rules: tuple[Hold, ...] = (_no_policy, _stopped, _blackout, _cool_down, _most, _fleet)
    return next((found for rule in rules if (found := rule(watch, look)) is not None), None)


def held_again(look: Look) -> Held | None:
    """What holds one that was asked for already: what may have begun since."""
    watch = RetrainingWatch()
    return _no_policy(watch, look) or _blackout(watch, look) or _fleet(watch, look)


def _no_policy(watch: RetrainingWatch, look: Look) -> Held | None:  # noqa: ARG001  as all of them
    if look.policy is not None:
        return None
    sentence = f"no policy that can be read names {look.model}"
    return Held(reason="no_policy", sentence=sentence)


def _stopped(watch: RetrainingWatch, look: Look) -> Held | None:  # noqa: ARG001  as all of them
    if watch.stopped is None:
        return None
    sentence = f"retraining is stopped since {spell_time(watch.stopped)}, until somebody resumes it"
    return Held(reason="stopped", sentence=sentence)


def _blackout(watch: RetrainingWatch, look: Look) -> Held | None:  # noqa: ARG001  as all of them
    spans = [one for one in look.rules.blackout if one.start <= look.now < one.end]
    if not spans:
        return None
    last = max(spans, key=lambda one: one.end)
    return Held(
        reason="blackout",
        sentence=f"nothing is trained until {spell_time(last.end)}: {last.reason.rstrip('.')}",
        until=last.end,
    )


def _cool_down(watch: RetrainingWatch, look: Look) -> Held | None:
    """Counted from the request: it bounds how often money is spent, however long a gate takes.

    That one at a time is under way is a rule of its own.
    """
    last = max(_requests(watch), default=None)
    if last is None or last + look.rules.cool_down <= look.now:
        return None
    until = last + look.rules.cool_down
    sentence = (
        f"the last retraining was asked for at {spell_time(last)}, and "
        f"{spell_duration(look.rules.cool_down)} have to be between two, until {spell_time(until)}"
    )
    return Held(reason="cooling_down", sentence=sentence, until=until)


def _most(watch: RetrainingWatch, look: Look) -> Held | None:
    most, per = min(look.rules.most, MOST_RETRAININGS), look.rules.per
    counted = sorted(time for time in _requests(watch) if time > look.now - per)
    if len(counted) < most:
        return None
    until = counted[len(counted) - most] + per if most > 0 else None
    sentence = f"{len(counted)} retrainings were asked for within {spell_duration(per)}, of " + (
        f"{most} at most; the next may be at {spell_time(until)}"
        if until is not None
        else "none at all; raise retraining.most"
    )
    return Held(reason="most_reached", sentence=sentence, until=until)


def _fleet(watch: RetrainingWatch, look: Look) -> Held | None:  # noqa: ARG001  as all of them
    problem = look.evidence.fleet_problem
    if problem is None:
        return None
    sentence = f"what the fleet may spend is not known: {problem.rstrip('.')}"
    return Held(reason="fleet_unread", sentence=sentence, until=look.now + timedelta(minutes=10))


def _requests(watch: RetrainingWatch) -> list[datetime]:
    return [one.requested for one in watch.retrainings if one.requested is not None]
