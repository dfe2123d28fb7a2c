"""What the platform did not take is tried again later, for a day: an outage loses no request.

A message that fails is given back by the host ten times at once and then put aside, which outlasts
no outage of minutes. So the same message goes to the queue once more, to be delivered later.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.errors import Unavailable
from shared.ports import Message, Sender
from shared.service.messages import PROMOTION_REQUESTS

_LOG = logging.getLogger("driftgate.requests")
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(minutes=30)
_TRIED_FOR = timedelta(days=1)


def try_again_later(
    body: Mapping[str, Any], problem: Unavailable, *, sender: Sender, now: datetime
) -> None:
    """Send the message once more, after a pause that doubles up to half an hour.

    Each try has an id of its own, the same however often it is sent. Raises what was raised when a
    day is over: the message then ends among the dead letters.
    """
    tries = int(body.get("tries") or 0) + 1
    pause = min(_SOONEST * 2 ** min(tries - 1, 5), _LATEST)
    if now + pause > parse_time(body["time"]) + _TRIED_FOR:
        _LOG.error("given up after %d tries: %s", tries, problem)
        raise problem
    data = body["data"]
    again = Message(
        id=content_hash([body["id"], tries]),
        queue=PROMOTION_REQUESTS,
        session=str(body["subject"])[:128],
        body={**body, "tries": tries},
        properties={
            name: str(data[name])
            for name in ("action", "model", "version", "stage", "endpoint")
            if data.get(name) is not None
        },
    )
    _LOG.warning("tried again in %s: %s", pause, problem)
    sender.send([replace(again, scheduled=now + pause)])
