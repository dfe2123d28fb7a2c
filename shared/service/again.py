"""What the platform did not take is tried again later, for a day: an outage loses no request.

A message that fails is given back by the host ten times at once and then put aside, which outlasts
no outage of minutes. So the same message goes to the queue once more, to be delivered later.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.errors import Unavailable
from shared.ports import Message, Sender

_LOG = logging.getLogger("driftgate.requests")
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(minutes=30)
_TRIED_FOR = timedelta(days=1)


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
    pause = min(_SOONEST * 2 ** min(tries - 1, 5), _LATEST)
    if now + pause > parse_time(body["time"]) + _TRIED_FOR:
        _LOG.error("given up after %d tries: %s", tries, problem)
        raise problem
    data = body["data"]
    again = Message(
        id=content_hash([body["id"], tries]),
        queue=queue,
        session=str(body["subject"])[:128],
        body={**body, "tries": tries},
        properties={name: str(data[name]) for name in named if data.get(name) is not None},
        scheduled=now + pause,
    )
    _LOG.warning("tried again in %s: %s", pause, problem)
    sender.send([again])
