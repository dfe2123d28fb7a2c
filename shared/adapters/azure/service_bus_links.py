"""Links that receive from one Service Bus entity, each with one message under lock at a time."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.errors import Conflict
from shared.ports import Clock

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusReceivedMessage, ServiceBusReceiver

_LOG = logging.getLogger("driftgate.service_bus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A message under lock and the link it came over, on which alone it can be settled."""

    token: str
    link: "ServiceBusReceiver"
    received: "ServiceBusReceivedMessage"
    locked_until: datetime


class Links:
    """Opens links as they are needed and keeps them; safe for several threads.

    A link whose message is settled is used again by the next `receive`, since opening one costs
    the SDK half a second. A link to a session that finds nothing for `linger` seconds is closed,
    so that another receiver may have the session; an empty queue is waited at for `wait` seconds.
    """

    def __init__(
        self,
        open_link: "Callable[[], ServiceBusReceiver]",
        *,
        sessions: bool,
        wait: float,
        linger: float,
        clock: Clock,
    ) -> None:
        self._open = open_link
        self._sessions = sessions
        self._wait = wait
        self._linger = linger
        self._clock = clock
        self._idle: deque[ServiceBusReceiver] = deque()
        self._locked: dict[str, Locked] = {}
        self._guard = threading.Lock()

    def receive(self) -> Locked | None:
        """Lock the next message; None when there is none within the wait."""
        self._forget_lapsed()
        while (link := self._take_idle()) is not None:
            locked = self._receive_again(link)
            if locked is not None or not self._sessions:
                return locked
        return self._receive_over(self._open(), self._wait)

    def _receive_again(self, link: "ServiceBusReceiver") -> Locked | None:
        """Over a link in use before; a session is lost with its connection, and another taken."""
        from azure.servicebus.exceptions import ServiceBusConnectionError

        try:
            return self._receive_over(link, self._linger if self._sessions else self._wait)
        except ServiceBusConnectionError:
            if self._sessions:
                return None
            raise

    def settle(
        self,
        token: str,
        name: str,
        act: "Callable[[ServiceBusReceiver, ServiceBusReceivedMessage], Any]",
    ) -> None:
        """Settle a message on its link. Raises Conflict when its lock is lost."""
        with self._guard:
            locked = self._locked.pop(token, None)
        if locked is None:
            raise Conflict(f"The lock on message {name} is lost; it comes again.")
        try:
            act(locked.link, locked.received)
        except Exception as error:
            close_quietly(locked.link)
            if _says_lost(error, session=self._sessions):
                raise Conflict(f"The lock on message {name} is lost; it comes again.") from error
            raise
        with self._guard:
            self._idle.append(locked.link)

    def close(self) -> None:
        """Close every link; messages under lock come again when their locks run out."""
        with self._guard:
            links = [*self._idle, *(locked.link for locked in self._locked.values())]
            self._idle.clear()
            self._locked.clear()
        for link in links:
            close_quietly(link)

    def _take_idle(self) -> "ServiceBusReceiver | None":
        with self._guard:
            return self._idle.popleft() if self._idle else None

    def _receive_over(self, link: "ServiceBusReceiver", wait: float) -> Locked | None:
        from azure.servicebus.exceptions import OperationTimeoutError, SessionLockLostError

        try:
            received = link.receive_messages(1, max_wait_time=wait)
        except Exception as error:
            close_quietly(link)
            if self._sessions and isinstance(error, OperationTimeoutError | SessionLockLostError):
                return None
            raise
        if received:
            return self._keep_locked(link, received[0])
        if self._sessions:
            close_quietly(link)
        else:
            with self._guard:
                self._idle.append(link)
        return None

    def _keep_locked(
        self, link: "ServiceBusReceiver", received: "ServiceBusReceivedMessage"
    ) -> Locked:
        until = link.session.locked_until_utc if self._sessions else received.locked_until_utc
        locked = Locked(
            token=str(received.lock_token),
            link=link,
            received=received,
            locked_until=until or self._clock(),
        )
        with self._guard:
            self._locked[locked.token] = locked
        return locked

    def _forget_lapsed(self) -> None:
        """Close the links of messages that nobody settled in time."""
        now = self._clock()
        with self._guard:
            lapsed = [kept for kept in self._locked.values() if kept.locked_until <= now]
            for locked in lapsed:
                del self._locked[locked.token]
        for locked in lapsed:
            close_quietly(locked.link)


def _says_lost(error: Exception, *, session: bool) -> bool:
    """Whether the message comes again: a session is lost with the connection it was held over."""
    from azure.servicebus import exceptions as sdk

    lost = (sdk.MessageLockLostError, sdk.SessionLockLostError, sdk.MessageAlreadySettled)
    if isinstance(error, lost) or type(error) is ValueError:
        return True
    return session and isinstance(error, sdk.ServiceBusConnectionError)


def close_quietly(link: Any) -> None:
    """Give a link up, whatever its closing says."""
    try:
        link.close()
    except Exception as error:  # noqa: BLE001  nothing can be done with it any longer
        _LOG.info("a link did not close cleanly: %s", error)
