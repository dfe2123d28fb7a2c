"""A digest that is an incident stays open until the next one comes, or a day has passed."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from shared.domain.decisions.receivers.desk import Desk
from shared.domain.decisions.receivers.heads import bare
from shared.domain.notices import Flight, Last, Waiting
from shared.domain.policy import ChannelKind

OPEN = "digest_open"
_OPEN_FOR = timedelta(days=1)
_UNCERTAIN = frozenset({"lost", "timeout"})


def keep_open(desk: Desk, group: str, flight: Flight, reference: dict[str, Any]) -> None:
    """Remember a digest that people have, so that its incident is resolved in time.

    The one before has its turn now. Other channels have nothing to close.
    """
    if _is_incident(desk):
        for earlier, one in desk.waiting.items():
            if one.why == OPEN:
                desk.waiting[earlier] = replace(one, until=desk.now)
        _wait_open(desk, group, flight, reference)


def may_be_open(desk: Desk, group: str, flight: Flight, reason: str) -> None:
    """Remember a digest that people may have though nobody says so; the next one closes it too."""
    if reason in _UNCERTAIN and _is_incident(desk):
        _wait_open(desk, group, flight, {})


def _is_incident(desk: Desk) -> bool:
    return desk.rule.channel is ChannelKind.PAGERDUTY and desk.rule.resolved


def _wait_open(desk: Desk, group: str, flight: Flight, reference: dict[str, Any]) -> None:
    head = replace(bare(flight), resolved=True, kinds={})
    desk.waiting[group] = Waiting(
        **asdict(head), since=desk.now, until=desk.now + _OPEN_FOR, why=OPEN
    )
    desk.references[group] = reference
    desk.last[group] = Last(number=flight.number, made=flight.made, at=desk.now)


def let_go(desk: Desk) -> None:
    """The receiver has another channel, in which there is no digest to close."""
    for group in [group for group, one in desk.waiting.items() if one.why == OPEN]:
        del desk.waiting[group]
        desk.forget(group)
