"""Sends one notice over its channel, and says what became of it.

When to try again is decided where the receiver's pace and its failures are known: here each order
is tried once. A message may come twice all the same; an order that is no longer the receiver's is
let be.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

import msgspec

from shared.domain.action import Deliver
from shared.domain.canonical import to_plain
from shared.domain.event import Event, EventType
from shared.domain.notices import Notice
from shared.domain.policy import ChannelKind, Fleet, ReceiverPolicy
from shared.domain.state import SubjectState
from shared.domain.wording import one_line
from shared.errors import (
    DriftgateError,
    InvalidPolicy,
    MalformedPayload,
    NotFound,
    Refused,
    Unavailable,
)
from shared.ports import Adapters, Sending
from shared.service.codec import decode
from shared.service.emergency import emergency_receiver
from shared.service.heard import say_what_was_kept
from shared.service.replayed import held_back
from shared.settings import Settings

_LOG = logging.getLogger("driftgate.alerts")
SOURCE = "driftgate/delivery"
_ADDRESS = re.compile(r"(https?://[^\s/?#@]+)[/?#][^\s\"'<>]*", re.IGNORECASE)
_WITH_NAME = re.compile(r"(https?://)[^\s/@]+@", re.IGNORECASE)
_MOST_SENTENCE = 500
_NEVER = frozenset({"gone", "not_allowed", "certificate", "refused"})
Say = Callable[[Event], object]


def deliver(
    body: Mapping[str, Any], *, adapters: Adapters, settings: Settings, say: Say, now: datetime
) -> None:
    """Send what one message of the topic orders, and say that it reached people or why it did not.

    What is replayed is only logged. Raises MalformedPayload for what is no such order; whatever
    the channel does is said in an event, never raised, since a message that comes again at once
    would tell people twice.
    """
    order = _read(body)
    if (replay := held_back(body)) is not None:
        _LOG.info("part of the replay %s, not sent: %s", replay, _title(order))
        return
    if not _is_wanted(order, adapters):
        _LOG.info("order %s is not the receiver's any more; not sent", order.order)
        _say_again(order, adapters, say)
        return
    try:
        reference, tokens = _send(order, adapters, settings)
    except DriftgateError as problem:
        _LOG.warning("%s was not told: %s", order.notice.receiver, harmless(str(problem)))
        _said(_undelivered(order, problem, now), say)
    except Exception as fault:  # noqa: BLE001  raised, it would have people told over and over
        _LOG.error("%s was not told: %s", order.notice.receiver, _place(fault))
        _said(_undelivered(order, _our_fault(fault), now), say)
    else:
        _said(_delivered(order, reference, tokens, now), say)


def is_delivery(body: Mapping[str, Any]) -> bool:
    """Whether a message of the topic orders a delivery; others tell of an alert."""
    data = body.get("data")
    return isinstance(data, Mapping) and data.get("action") == Deliver.kind


def harmless(sentence: str) -> str:
    """A sentence without what may be a secret: of an address, only its host is kept.

    >>> harmless("POST https://hooks.example.com/T0/B0/s3cret was answered 410")
    'POST https://hooks.example.com/… was answered 410'
    """
    return one_line(_ADDRESS.sub(r"\1/…", _WITH_NAME.sub(r"\1", sentence)), _MOST_SENTENCE)


def _read(body: Mapping[str, Any]) -> Deliver:
    if not is_delivery(body):
        raise MalformedPayload("A message for a channel is no order to deliver a notice.")
    try:
        return decode(body["data"], Deliver)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"An order to deliver cannot be read: {problem}.") from problem


def _is_wanted(order: Deliver, adapters: Adapters) -> bool:
    """Whether the receiver still waits for it; a repeat of what is said, or a try given up, is not.

    Where the ledger does not answer it is sent: told twice is better than not told.
    """
    try:
        stored = adapters.ledger.state(f"receiver/{order.notice.receiver}")
    except Unavailable:
        return True
    flight = decode(stored.state, SubjectState).receiver.flying.get(order.notice.group)
    return flight is not None and flight.order == order.order


def _send(order: Deliver, adapters: Adapters, settings: Settings) -> tuple[Mapping[str, Any], int]:
    receiver = _receiver(order, adapters)
    channel = adapters.channels.get(receiver.channel)
    if channel is None and receiver.channel is ChannelKind.LOG:
        _LOG.warning("%s: %s", order.notice.receiver, _title(order))
        return {}, 0
    if channel is None:
        raise NotFound(
            f"Nothing here sends over {receiver.channel.value}; set up that channel, or give "
            f"{receiver.name} another."
        )
    notice, tokens = _summarised(order, receiver, adapters)
    sending = Sending(
        notice=notice,
        receiver=receiver,
        order=order.order,
        reference=order.reference or {},
        public_url=settings.public_url,
        template=_template(receiver, adapters),
    )
    return channel.deliver(sending), tokens


def _title(order: Deliver) -> str:
    """As one line, so that nothing in it begins another in the log."""
    return one_line(order.notice.title, 300)


def _receiver(order: Deliver, adapters: Adapters) -> ReceiverPolicy:
    """The receiver as the fleet's file has it now. Raises NotFound and Unavailable."""
    name = order.notice.receiver
    try:
        fleet = adapters.policies.fleet() or Fleet()
        receiver = fleet.receiver(name)
    except InvalidPolicy as problem:
        receiver = emergency_receiver(name)
        if receiver is None:
            raise Unavailable(str(problem)) from problem
    if receiver is None:
        raise NotFound(f"The fleet's file names no receiver {name[:80]!r}.")
    if receiver.channel is not order.channel:
        raise Unavailable(
            f"{name} is told over {receiver.channel.value} since the fleet's file was changed, not "
            f"over {order.channel.value}; it is tried again there."
        )
    return receiver


def _template(receiver: ReceiverPolicy, adapters: Adapters) -> str | None:
    """The receiver's own text; where it cannot be had the built-in one has to do."""
    if receiver.template is None:
        return None
    try:
        return adapters.policies.template(receiver.template)
    except Refused as problem:
        _LOG.warning("%s is told in the built-in words: %s", receiver.name, problem)
        return None


def _summarised(order: Deliver, receiver: ReceiverPolicy, adapters: Adapters) -> tuple[Notice, int]:
    """The notice with a summary, where one is to be had; nobody waits for that or goes without."""
    if not order.summarise or adapters.summaries is None:
        return order.notice, 0
    from shared.service.delivering.summarising import summarised

    try:
        notice, tokens = summarised(order.notice, receiver, adapters)
    except DriftgateError as problem:
        _LOG.warning("no summary: %s", harmless(str(problem)))
        return order.notice, 0
    return notice, int(tokens)


def _said(event: Event, say: Say) -> None:
    """Say it, or leave it at a line in the log: the receiver then finds the try lost.

    Raised, it would bring the message back at once, and people would be told over and over.
    """
    try:
        say(event)
    except DriftgateError:
        _LOG.exception("the outcome %s could not be said", event.id)


def _say_again(order: Deliver, adapters: Adapters, say: Say) -> None:
    """What was kept of its outcome; where that cannot be looked up, the sweep finds it later."""
    outcomes = [f"delivered-{order.order}", f"undelivered-{order.order}"]
    try:
        say_what_was_kept(adapters.archive, SOURCE, outcomes, lambda event: _said(event, say))
    except Unavailable as problem:
        _LOG.warning("the outcome of order %s cannot be looked up: %s", order.order, problem)


def _our_fault(fault: Exception) -> Refused:
    """What nobody foresaw, without its words: they may hold an address. No other try can help."""
    return Refused(
        f"Driftgate failed to send it ({_place(fault)}); whether people have it is not known."
    )


def _place(fault: Exception) -> str:
    """What was raised and where, for whoever mends it."""
    frame = extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {PurePath(frame.filename).name}, line {frame.lineno}"


def _delivered(order: Deliver, reference: Mapping[str, Any], tokens: int, now: datetime) -> Event:
    told = {"reference": dict(reference), "tokens": tokens}
    return _event(order, EventType.NOTICE_DELIVERED, f"delivered-{order.order}", told, now)


def _undelivered(order: Deliver, problem: DriftgateError, now: datetime) -> Event:
    reason = problem.reason
    final = reason in _NEVER
    told = {
        "final": final,
        "after": getattr(problem, "after", None),
        "reason": reason,
        "sentence": harmless(str(problem)),
        **({"whole": to_plain(order.notice)} if final else {}),
    }
    return _event(order, EventType.NOTICE_UNDELIVERED, f"undelivered-{order.order}", told, now)


def _event(
    order: Deliver, kind: EventType, identity: str, told: Mapping[str, Any], now: datetime
) -> Event:
    notice = order.notice
    return Event(
        id=identity,
        source=SOURCE,
        type=kind,
        subject=f"receiver/{notice.receiver}",
        time=now,
        data={"notice": notice.id, "group": notice.group, "order": order.order, **told},
    )
