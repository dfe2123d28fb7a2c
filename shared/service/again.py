"""What the platform did not take is tried again later, for a day: an outage loses no request.

A message that fails is given back by the host ten times at once and then put aside, which outlasts
no outage of minutes. So the same message goes to the queue once more, to be delivered later: a
request by who carries it out, an event's message where its world does not answer.

While an event waits so, its subject's others may overtake it, as they may on their way here. It
keeps its own time, by which it is known to be late; nothing is decided twice, for the ledger knows
its key under whatever id its message comes.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.errors import Conflict, DriftgateError, Throttled, Unavailable
from shared.ports import Message, Sender
from shared.service.messages import CHECKS, as_sent

_LOG = logging.getLogger("driftgate.requests")
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(minutes=30)
_TRIED_FOR = timedelta(days=1)
AT_ONCE = 5
"""So many tries of an event are the broker's, which keep its turn; then it is put off."""
PUT_OFF = "putoff"
"""The property that counts how often a message was put off."""
MOST_PUT_OFF = 52
"""A day: half an hour until the pauses are of half an hour, then 47 of them."""

Later = Callable[[Message, Exception, int], bool]
"""Puts off a message that failed so many times; False where it has to take its usual way."""


def try_again_later(
    body: Mapping[str, Any],
    problem: Unavailable,
    *,
    queue: str,
    named: Sequence[str],
    sender: Sender,
    now: datetime,
) -> None:
    """Send the message to its queue once more, after a pause that doubles up to half an hour.

    What its data says of `named` becomes properties again. Each try has an id of its own, the same
    however often it is sent. Raises what was raised when a day is over: the message then ends among
    the dead letters.
    """
    tries = int(body.get("tries") or 0) + 1
    pause = _pause(tries)
    if now + pause > parse_time(body["time"]) + _TRIED_FOR:
        _LOG.error("given up after %d tries: %s", tries, problem)
        raise problem
    data = body["data"]
    again = Message(
        id=content_hash([body["id"], tries]),
        queue=queue,
        session=str(body["subject"])[:128],
        body={**as_sent(body), "tries": tries},
        properties={name: str(data[name]) for name in named if data.get(name) is not None},
        scheduled=now + pause,
    )
    _LOG.warning("tried again in %s: %s", pause, problem)
    sender.send([again])


def put_off(
    message: Message, problem: Exception, tries: int, *, sender: Sender, now: datetime
) -> bool:
    """Send an event's message once more for later, where the world still does not answer.

    Its id is made of the one it had, the same however often it is sent. False where it is none of
    these, where a day is over, and where the broker does not take it: then it takes its usual way
    and ends among the dead letters. Who is told a time to wait is not asked again before it.
    """
    away = isinstance(problem, Unavailable) and not isinstance(problem, Conflict)
    asked = _asked_for(problem)
    if message.queue != CHECKS or not away or (tries < AT_ONCE and not asked):
        return False
    count = _count(message) + 1
    if count > MOST_PUT_OFF:
        _LOG.error("event message %s is put off no more: %s", message.id, problem)
        return False
    pause = max(_pause(count), asked)
    again = replace(
        message,
        id=content_hash([message.id, count]),
        properties={**message.properties, PUT_OFF: str(count)},
        scheduled=now + pause,
    )
    try:
        sender.send([again])
    except DriftgateError as refusal:
        _LOG.warning("event message %s cannot be put off: %s", message.id, refusal)
        return False
    _LOG.warning("event message %s is put off by %s: %s", message.id, pause, problem)
    return True


def _asked_for(problem: Exception) -> timedelta:
    """How long a service asks to be left alone; no time where it does not."""
    after = problem.after if isinstance(problem, Throttled) else None
    return timedelta(seconds=after or 0)


def _count(message: Message) -> int:
    told = message.properties.get(PUT_OFF, "")
    return int(told) if told.isdecimal() and len(told) < 4 else 0


def _pause(count: int) -> timedelta:
    """A minute, twice as long each time, at most half an hour."""
    return min(_SOONEST * (1 << min(count - 1, 5)), _LATEST)
