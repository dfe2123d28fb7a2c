"""When to look again: as soon as a rule will know more, asked for once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decisions.routing.route import Judged
from shared.domain.event import Check, Event, check_due
from shared.domain.state import SubjectState


def next_look(
    event: Event, judged: Iterable[Judged], state: SubjectState, now: datetime
) -> tuple[tuple[Action, ...], datetime | None]:
    """The look to ask for, and what is then asked for; none when it was asked for before.

    The end of each reason is looked at when it comes, however far, so that no timer is needed.
    """
    times = [one.look_again for one in judged if one.look_again is not None]
    if not times:
        return (), state.asked
    soonest = min(times)
    if soonest == state.asked and soonest > now:
        return (), state.asked
    return (ScheduleCheck(event=check_due(Check.ROUTING, event.subject, soonest)),), soonest


def on_grid(begins: datetime, every: timedelta, after: datetime) -> datetime:
    """The next time after `after` on a grid from `begins` on: many looks ask for one next look."""
    return begins + every * ((after - begins) // every + 1)
