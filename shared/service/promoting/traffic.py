"""Carries out a change of traffic that a rollout asked for, and says what became of it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.action import ShiftTraffic
from shared.domain.decisions.routing.route import is_unfinished
from shared.domain.event import Event, EventType
from shared.errors import ChangedMeanwhile, MalformedPayload, NotFound, Refused
from shared.ports import Adapters, Traffic
from shared.service.codec import decode
from shared.service.heard import say_what_was_kept

_LOG = logging.getLogger("driftgate.requests")
SOURCE = "driftgate/promotion"
Say = Callable[[Event], object]


def shift_traffic(data: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime) -> None:
    """Change the shares where they are still the expected ones, and say so in an event.

    However often its message comes, it is done once: shares that are so already count as changed.
    One whose time is over is let be, since it may have been asked for anew, but what was kept of
    its outcome is said; one that Azure took and has not finished is seen by the next look. Raises
    Unavailable, so that it comes again, and MalformedPayload for what is no such order.
    """
    order = _read(data)
    if order.until is not None and now > order.until:
        outcomes = [f"shifted-{order.order}", f"not-shifted-{order.order}"]
        if not say_what_was_kept(adapters.archive, SOURCE, outcomes, say):
            _LOG.warning("order %s for %s came too late; not done", order.order, order.endpoint)
        return
    try:
        found = _traffic(order, adapters).change(
            order.endpoint,
            traffic=order.traffic,
            mirror=order.mirror,
            expected=order.expected,
            expected_mirror=order.expected_mirror,
        )
    except ChangedMeanwhile as problem:
        shares = {"traffic": problem.traffic, "mirror": problem.mirror}
        say(_refused(order, "changed", problem, now, shares))
    except NotFound as problem:
        say(_refused(order, "gone", problem, now))
    except Refused as problem:
        say(_refused(order, "refused", problem, now))
    else:
        if is_unfinished(found.provisioning_state):
            _LOG.info("order %s is taken; %s is being written", order.order, order.endpoint)
            return
        shares = {"traffic": found.traffic, "mirror": found.mirror_traffic}
        say(_event(order, EventType.TRAFFIC_SHIFTED, f"shifted-{order.order}", shares, now))


def _read(data: Mapping[str, Any]) -> ShiftTraffic:
    try:
        return decode(data, ShiftTraffic)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"An order to shift traffic cannot be read: {problem}.") from problem


def _traffic(order: ShiftTraffic, adapters: Adapters) -> Traffic:
    """What writes in the workspace of the stage."""
    name = order.workspace
    if name is None:
        return adapters.traffic
    if name not in adapters.traffic_of:
        raise Refused(
            f"The settings name no workspace {name[:80]!r}, where the traffic of "
            f"{order.endpoint} is to be moved; name it there, or mend the stage's `workspace`."
        )
    return adapters.traffic_of[name]


def _refused(
    order: ShiftTraffic,
    reason: str,
    problem: Refused,
    now: datetime,
    shares: Mapping[str, Any] | None = None,
) -> Event:
    told = {"reason": reason, "sentence": str(problem), **(shares or {"traffic": {}, "mirror": {}})}
    name = f"not-shifted-{order.order}"
    return _event(order, EventType.TRAFFIC_SHIFT_REFUSED, name, told, now)


def _event(
    order: ShiftTraffic, kind: EventType, name: str, told: Mapping[str, Any], now: datetime
) -> Event:
    return Event(
        id=name,
        source=SOURCE,
        type=kind,
        subject=f"model/{order.model}",
        time=now,
        data={"order": order.order, "endpoint": order.endpoint, **told},
        correlation_id=order.promotion or None,
    )
