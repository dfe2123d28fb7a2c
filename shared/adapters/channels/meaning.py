"""What it means when a channel's service answers anything but yes."""

from datetime import datetime

from shared.adapters.channels.exchange import Answer
from shared.adapters.channels.hidden import Hidden
from shared.adapters.retry_after import seconds_of
from shared.errors import (
    DriftgateError,
    NoPermission,
    NotAllowed,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
)

_LATER = {408, 425}
_GONE = {404, 410}


def meaning(answer: Answer, host: str, what: str, hidden: Hidden, now: datetime) -> DriftgateError:
    """The error of an answer other than 2xx; `what` says whose the address is.

    The service's own first words are told, without what is hidden.
    """
    status = answer.status
    said = hidden.first_words(answer.body)
    told = f"{host} answered {status} ({said})" if said else f"{host} answered {status}"
    if 300 <= status < 400:
        return NotAllowed(
            f"{host} sends on to another address ({status}), which is not followed; make {what} "
            "the final one."
        )
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        after = seconds_of(answer.headers.get("retry-after"), now)
        return Throttled(f"{host} asks to wait ({status}).", after)
    if status >= 500 or status in _LATER:
        return Unavailable(f"{told}.")
    if status in _GONE:
        return NotFound(f"{told}: {what} leads to nothing any more; make a new one.")
    if status in {401, 403}:
        return NoPermission(f"{told}: {what} is not let in; renew it.")
    if status == 413:
        return Refused(f"{told}: the message is too large for it.")
    return Refused(f"{told}: it does not take the message.")
