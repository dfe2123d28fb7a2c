"""Which scopes look at their alerts again, so many at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.event import Check, Event, check_due
from shared.domain.notices import Silence

MOST_AT_ONCE = 90
"""One commit takes a hundred rows; the others are asked by a look that follows."""
_AFTER = timedelta(seconds=5)
_MOST_NAMED = 20


def asked_of(
    silences: Sequence[Silence],
    scopes: Iterable[str],
    event: Event,
    now: datetime,
    after: str = "",
) -> tuple[list[str], tuple[Action, ...]]:
    """The scopes that these silences may concern, from behind `after` on, and what asks them."""
    found = [one for one in _concerned(silences, scopes) if one > after]
    now_asked = found[:MOST_AT_ONCE]
    because = {"because": event.id}
    looks = [check_due(Check.ALERTS, scope, now, because) for scope in now_asked]
    if len(found) > MOST_AT_ONCE:
        named = [one.id for one in silences] if len(silences) <= _MOST_NAMED else []
        rest = {"after": now_asked[-1], "silences": named, **because}
        looks.append(check_due(Check.ALERTS, event.subject, now + _AFTER, rest))
    return now_asked, tuple(ScheduleCheck(event=look) for look in looks)


def asked_on(
    moved: Sequence[Silence],
    silences: Sequence[Silence],
    scopes: Sequence[str],
    event: Event,
    now: datetime,
) -> tuple[list[str], tuple[Action, ...]]:
    """What a look asks: about those that moved; where it goes on with another, first the rest."""
    if "after" not in event.data:
        return asked_of(moved, scopes, event, now)
    named = set(event.data.get("silences", ()))
    rest = [one for one in silences if not named or one.id in named]
    going_on, looks = asked_of(rest, scopes, event, now, str(event.data["after"]))
    if not moved:
        return going_on, looks
    ids = [one.id for one in moved] if len(moved) <= _MOST_NAMED else []
    afresh = {"after": "", "silences": ids, "because": event.id}
    look = check_due(Check.ALERTS, event.subject, now, afresh)
    return going_on, (*looks, ScheduleCheck(event=look))


def _concerned(silences: Sequence[Silence], scopes: Iterable[str]) -> list[str]:
    """Scopes by what the matchers say of the model alone; what else they say only alerts tell."""
    return sorted(
        scope for scope in set(scopes) if any(_may_concern(one, scope) for one in silences)
    )


def _may_concern(silence: Silence, scope: str) -> bool:
    values = {"model": scope.partition("/")[2]}
    of_model = (one for one in silence.matchers if one.field == "model")
    return bool(silence.matchers) and all(one.matches(values) for one in of_model)
