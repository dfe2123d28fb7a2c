"""How long each deployment was there, and when it had a share: out of an endpoint's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.service.history import Mark, MarkKind, TrafficHistory
from shared.service.history.traffic import SharesStep
from shared.web.console.charts.axes import Reach

MOST_LIVES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A deployment from one time to another, with a share of the traffic or without."""

    deployment: str
    begin: datetime
    end: datetime
    has_share: bool


def lives_of(history: TrafficHistory, reach: Reach) -> tuple[Stretch, ...]:
    """The stretches of every deployment by name; of very many, of those that were there last."""
    lives = {
        name: _there(name, history.marks, _seen_first(name, history), reach)
        for name in history.deployments
    }
    last = sorted(
        (name for name, there in lives.items() if there),
        key=lambda name: max(end for _, end in lives[name]),
    )
    return tuple(
        stretch
        for name in sorted(last[-MOST_LIVES:])
        for begin, end in lives[name]
        for stretch in _shared(name, begin, end, history.declared)
    )


def without_share(history: TrafficHistory, reach: Reach) -> tuple[Stretch, ...]:
    """What is there at the end and has no share."""
    return tuple(
        stretch
        for stretch in lives_of(history, reach)
        if not stretch.has_share and stretch.end == reach.end
    )


def _seen_first(name: str, history: TrafficHistory) -> datetime | None:
    """When a deployment was first spoken of, where nothing tells that it was made."""
    steps = [step.at for step in history.declared if name in step.shares]
    counted = [look.at for look in history.observed if name in look.observed]
    return min([*steps, *counted], default=None)


def _there(
    name: str, marks: Sequence[Mark], first: datetime | None, reach: Reach
) -> list[tuple[datetime, datetime]]:
    """From when to when it was there; it was from the beginning where nothing says it was made."""
    spans: list[tuple[datetime, datetime]] = []
    came: datetime | None = None
    told = False
    for mark in marks:
        if mark.about != name:
            continue
        if mark.kind is MarkKind.DEPLOYMENT_CREATED:
            came, told = came or mark.at, True
        elif mark.kind is MarkKind.DEPLOYMENT_DELETED:
            spans.append((came or (reach.begin if not told else mark.at), mark.at))
            came, told = None, True
    if came is not None:
        spans.append((came, reach.end))
    elif not told:
        spans.append((first or reach.begin, reach.end))
    within = [(reach.within(begin), reach.within(end)) for begin, end in spans]
    return [(begin, end) for begin, end in within if begin < end]


def _shared(
    name: str, begin: datetime, end: datetime, steps: Sequence[SharesStep]
) -> list[Stretch]:
    """A life cut where its share came or went."""
    cuts = [(step.at, step.shares.get(name, 0.0) > 0) for step in steps]
    before = [has for at, has in cuts if at <= begin]
    has_share = before[-1] if before else False
    found: list[Stretch] = []
    since = begin
    for at, has in cuts:
        if not begin < at < end or has is has_share:
            continue
        found.append(Stretch(deployment=name, begin=since, end=at, has_share=has_share))
        since, has_share = at, has
    return [*found, Stretch(deployment=name, begin=since, end=end, has_share=has_share)]
