"""A client that wants a session: a named one or the next that is free, now or in a while."""

from dataclasses import dataclass
from datetime import datetime

from proton import Link, symbol

from tests.integration.service_bus.broker.links import Consumer
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.wire import described

FILTER = symbol("com.microsoft:session-filter")
TIMEOUT = symbol("com.microsoft:timeout")
LOCKED_UNTIL = symbol("com.microsoft:locked-until-utc")
_PATIENCE = 60.0
_EPOCH_IN_TICKS = 621355968000000000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionWish:
    """A link that is not attached before its session is there; `name` None is the next one."""

    link: Link
    queue: Queue
    name: str | None
    patience: float


def session_wish(link: Link, queue: Queue) -> SessionWish | None:
    """What the link's source filter asks, None without a filter for sessions."""
    filters = link.remote_source.filter
    filters.rewind()
    asked = filters.get_dict() if filters.next() else {}
    if FILTER not in asked:
        return None
    timeout = (link.remote_properties or {}).get(TIMEOUT)
    return SessionWish(
        link=link,
        queue=queue,
        name=described(asked[FILTER]),
        patience=_PATIENCE if timeout is None else timeout / 1000,
    )


def grant(wish: SessionWish) -> Consumer | None:
    """A consumer that holds the session, None while there is none free.

    Raises BrokerFault when a named session is held by another.
    """
    session = wish.name or wish.queue.free_session()
    if session is None:
        return None
    consumer = Consumer(wish.link, wish.queue, session=session)
    until = wish.queue.sessions.accept(session, consumer)
    filters = wish.link.source.filter
    filters.clear()
    filters.put_dict({FILTER: session})
    wish.link.properties = {LOCKED_UNTIL: _ticks(until)}
    return consumer


def _ticks(moment: datetime) -> int:
    return int(moment.timestamp() * 10_000_000) + _EPOCH_IN_TICKS
