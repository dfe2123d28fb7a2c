"""When to look at a scope again, and what time it is there."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decisions.alerts.acknowledging import is_owned
from shared.domain.decisions.alerts.keeping import Memory
from shared.domain.decisions.alerts.members import Group
from shared.domain.event import Check, Event, check_due
from shared.domain.notices import AlertLife, GroupWatch, ScopeWatch

_MOMENT = timedelta(seconds=1)
_BELIEVED = timedelta(hours=1)


def the_time(watch: ScopeWatch, clock: datetime) -> tuple[datetime, ScopeWatch]:
    """The time of this look, never before that of the last one.

    A last look that is far ahead of the clock was made by a clock that was wrong: its times are
    taken back to now, or nobody would be told anything until they come.
    """
    if watch.looked is None or watch.looked <= clock:
        return clock, watch
    if watch.looked - clock <= _BELIEVED:
        return watch.looked, watch
    groups = {
        key: replace(
            group,
            began=min(group.began, clock),
            sent=None if group.sent is None else min(group.sent, clock),
            due=None,
        )
        for key, group in watch.groups.items()
    }
    return clock, replace(watch, groups=groups, looked=clock, asked=None)


def next_look(
    lives: Mapping[str, AlertLife],
    told: Mapping[str, GroupWatch],
    groups: Iterable[Group],
    memory: Memory,
) -> datetime | None:
    """The first moment at which something becomes of it all without an event."""
    now = memory.now
    times = [watch.due for watch in told.values()]
    held = [member.held for one in groups for member in one.members if member.held is not None]
    times += [one.until for one in held if one.until is not None and one.until > now]
    for life in lives.values():
        times.append(memory.wakes_at(life))
        if life.acknowledged is not None and is_owned(life, now):
            times.append(life.acknowledged.until)
    return min((time for time in times if time is not None), default=None)


def ask(
    event: Event, due: datetime | None, asked: datetime | None, now: datetime
) -> tuple[tuple[Action, ...], datetime | None]:
    """The look to ask for, and when the next one is asked for then.

    An earlier one that is on its way will ask again. A look that came too early asks for a moment
    later than its own, since one of the same time would be taken for it.
    """
    if due is None:
        return (), None
    due = now + _MOMENT if due <= now else due
    if asked is not None and now < asked <= due and asked != event.time:
        return (), asked
    if due == event.time:
        due += _MOMENT
    return (ScheduleCheck(event=check_due(Check.ALERTS, event.subject, due)),), due
