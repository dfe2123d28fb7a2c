"""What came in and was never queued: whoever died between the two, and a sender that gave up.

Every event is archived before it is queued. Event Grid sends again what got no receipt; a hook does
not, and Event Grid gives up after a day. So the sweep goes through the archive behind the present
and queues what nobody decided and nobody put aside. Each event is looked at once: what is known to
have been looked at is kept as a time. What merely waits is queued a second time at most, under the
same id, and decided once.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic

from shared.domain.canonical import format_time, parse_time
from shared.domain.event import Event
from shared.errors import Refused
from shared.ports import Adapters, ArchivedEvent
from shared.service.dead_letters.letters import of_source
from shared.service.messages import CHECKS, work_message

_LOG = logging.getLogger("driftgate.archive")
_PROGRESS = "sweep/archive"
RESTS = timedelta(minutes=10)
"""So long an event may be on its way: an older one is waited for by nobody."""
BACK = timedelta(days=1)
"""So far the first sweep of an installation goes back."""
MOST = 5_000
_BUDGET_SECONDS = 15.0


def queue_unqueued(
    adapters: Adapters, now: datetime, timer: Callable[[], float] = monotonic
) -> int:
    """Queue what came in since the last look and at least ten minutes ago; returns how many.

    A look goes through 5,000 events at most, or for 15 seconds; the next goes on behind it.
    Raises Unavailable, after which the next look begins where this one did.
    """
    until = now - RESTS
    since = _looked_until(adapters, now)
    if since >= until:
        return 0
    end, forgotten = until, list[Event]()
    began = timer()
    for count, archived in enumerate(adapters.archive.walk(since=since, until=until)):
        at = archived.received
        if at > since and (count >= MOST or timer() - began > _BUDGET_SECONDS):
            end = at
            break
        event = _undecided(archived, adapters)
        if event is not None:
            forgotten.append(event)
    queued = _queue(forgotten, adapters) if forgotten else 0
    adapters.profiles.save(_PROGRESS, {"until": format_time(end)})
    return queued


def _looked_until(adapters: Adapters, now: datetime) -> datetime:
    kept = adapters.profiles.load(_PROGRESS)
    return now - BACK if kept is None else parse_time(kept["until"])


def _undecided(archived: ArchivedEvent, adapters: Adapters) -> Event | None:
    """The event, None where it is decided or is none that can be read today."""
    if archived.event is None:
        return None
    try:
        event = Event.from_cloud_event(archived.event)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return event if adapters.ledger.decision(event.subject, event.key) is None else None


def _queue(events: list[Event], adapters: Adapters) -> int:
    """Queue them, but for those that lie among the dead letters: these are for somebody."""
    aside = set(_aside(adapters))
    queued = 0
    for event in (one for one in events if one.key not in aside):
        try:
            adapters.sender.send([work_message(event)])
        except Refused as problem:
            _LOG.error("event %s of %s cannot be queued: %s", event.id, event.subject, problem)
            continue
        queued += 1
        _LOG.warning("event %s of %s was not decided; queued again", event.id, event.subject)
        adapters.telemetry.count("events.queued_again")
    return queued


def _aside(adapters: Adapters) -> Iterator[str]:
    for letter in of_source(adapters, CHECKS):
        try:
            yield Event.from_cloud_event(letter.message.body).key
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
