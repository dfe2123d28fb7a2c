"""A route that is quiet at some hours holds what it would tell until they are over."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.decisions.alerts.holding import Case, Held
from shared.domain.finding import Rule
from shared.domain.opening_hours import (
    next_closing,
    next_opening,
    read_days,
    read_hours,
    read_zone,
    within_hours,
)
from shared.domain.policy import CalendarGate, Fleet, Route
from shared.domain.wording import spell_moment

_TURNS = 100
"""Hours that follow each other so often without a gap are taken to have no end."""


def muted(case: Case) -> Held | None:
    """The stage: held in the hours that the route mutes, and outside those it is for.

    Hours that the fleet does not name, or that cannot be read, hold nothing back.
    """
    because = _because(case.route, case.fleet, case.now)
    if because is None:
        return None
    until = _until(case.route, case.fleet, case.now)
    word, name = because
    when = f"until {spell_moment(until)}" if until is not None else "and there is no end to them"
    told = "mutes the hours" if word == "mute" else "is for the hours"
    now = "" if word == "mute" else "; now is outside of them"
    return Held(
        rule=Rule.MUTE_TIME,
        by=f"{word} {name}",
        sentence=f"Its route {told} {name}{now}, {when}.",
        until=until,
    )


def _because(route: Route, fleet: Fleet, at: datetime) -> tuple[str, str] | None:
    """What holds it then: `mute` or `only`, and the names of the hours."""
    muting = [name for name, hours in _hours(route.mute, fleet) if within_hours(hours, at)]
    if muting:
        return "mute", muting[0]
    only = list(_hours(route.only, fleet))
    if only and not any(within_hours(hours, at) for _, hours in only):
        return "only", ", ".join(name for name, _ in only)
    return None


def _until(route: Route, fleet: Fleet, at: datetime) -> datetime | None:
    """The first moment at which nothing holds it, None when there is none."""
    for _ in range(_TURNS):
        because = _because(route, fleet, at)
        if because is None:
            return at
        if because[0] == "mute":
            moment = next_closing(dict(_hours(route.mute, fleet))[because[1]], at)
        else:
            opens = [next_opening(hours, at) for _, hours in _hours(route.only, fleet)]
            moment = min((one for one in opens if one is not None), default=None)
        if moment is None:
            return None
        at = moment
    return None


def _hours(names: list[str], fleet: Fleet) -> Iterator[tuple[str, CalendarGate]]:
    """Those that the fleet names and that can be read."""
    for name in names:
        hours = fleet.hours.get(name)
        if hours is None:
            continue
        calendar = CalendarGate(days=hours.days, hours=hours.hours, zone=hours.zone)
        if _is_readable(calendar):
            yield name, calendar


def _is_readable(calendar: CalendarGate) -> bool:
    try:
        read_days(calendar.days), read_hours(calendar.hours), read_zone(calendar.zone)
    except ValueError:
        return False
    return True
