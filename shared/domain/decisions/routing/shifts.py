"""The shares an endpoint had, since when, and who changed them as far as an event tells."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.routing.memory import CLOCKS, last_look, looked_at
from shared.domain.decisions.routing.route import model_of
from shared.domain.event import Event, EventType
from shared.domain.state import SubjectState, TrafficShift
from shared.domain.world import Endpoint

_MOST_SHIFTS = 50
_MOST_LETTERS = 200
_OR = " or "


def shifts_after(
    event: Event, endpoint: Endpoint, state: SubjectState, now: datetime
) -> tuple[tuple[TrafficShift, ...], bool]:
    """The shares the endpoint had, with those it has now; whether they are new.

    The first shares ever seen are no change. An event of a change names who made it and when,
    also when the change was seen before the event came. Of several between two looks nobody can
    tell which of them made what is seen, so that all are named.
    """
    shares = {name: share for name, share in endpoint.traffic.items() if share > 0}
    last = state.traffic[-1] if state.traffic else None
    if last is not None and last.shares == shares:
        if not _tells_of(event, last.after, last.seen):
            return state.traffic, False
        latest = event.time if last.told is None else max(last.told, event.time)
        named = replace(last, time=latest, by=_both(last.by, _by(event)), told=latest)
        return (*state.traffic[:-1], named), False
    read = (last_look(state), last.seen if last is not None else None)
    after, seen = max(filter(None, read), default=None), max(looked_at(event, state), now)
    told = event.time if _tells_of(event, after, seen) else None
    carried = {d.name: model_of(d) for d in endpoint.deployments}
    shift = TrafficShift(
        time=told or _written(endpoint, after, seen) or seen,
        shares=shares,
        models={name: model for name in shares if (model := carried.get(name)) is not None},
        by=_by(event) if told is not None else None,
        planned=last is None,
        after=after,
        seen=seen,
        told=told,
        instances={
            d.name: d.instances
            for d in endpoint.deployments
            if d.name in shares and d.instances is not None
        },
    )
    return (*state.traffic, shift)[-_MOST_SHIFTS:], last is not None


def _tells_of(event: Event, after: datetime | None, seen: datetime | None) -> bool:
    """Whether this is the event of a change between two looks, and not of an attempt that failed.

    A shift remembered by an older version does not know when it was seen.
    """
    return (
        event.type is EventType.TRAFFIC_CHANGED
        and event.data.get("outcome", "success") == "success"
        and seen is not None
        and (after is None or event.time > after - CLOCKS)
        and event.time <= seen + CLOCKS
    )


def _by(event: Event) -> str | None:
    by = event.data.get("by")
    return by[:_MOST_LETTERS] if isinstance(by, str) and by else None


def _both(one: str | None, other: str | None) -> str | None:
    names = sorted({name for by in (one, other) if by for name in by.split(_OR)})
    return _OR.join(names)[:_MOST_LETTERS] or None


def _written(endpoint: Endpoint, after: datetime | None, seen: datetime) -> datetime | None:
    """When the endpoint was last written, if that was since the look before."""
    written = endpoint.changed
    if written is None or after is None or not after < written <= seen:
        return None
    return written
