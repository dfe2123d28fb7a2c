"""Receiving from Service Bus under locks, with sessions.

In the cloud the Functions host receives; this is for `driftgate` on a machine.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.service_bus_faults import RECEIVER_ROLE, told_of
from shared.adapters.azure.service_bus_links import Links, Locked
from shared.adapters.azure.service_bus_messages import from_service_bus
from shared.adapters.azure.service_bus_sources import SUBSCRIPTIONS, LinksByQueue, Source
from shared.errors import Conflict, Refused
from shared.ports import NO_PAUSE, Clock, Delivery

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage
    from azure.servicebus import ServiceBusReceiver as SdkReceiver

_LOG = logging.getLogger("driftgate.service_bus")
_MOST_TEXT = 4096
SESSIONS = frozenset({"checks"})


def _now() -> datetime:
    return datetime.now(UTC)


class ServiceBusReceiver:
    """Receives one message at a time from queues and subscriptions; safe for several threads.

    `sessions` are the queues with sessions, `subscriptions` names the subscription to read of
    each topic. `wait` is how long an empty queue is waited at, `linger` how long the session of
    the last message is. A lock is not renewed: settle a message before it runs out.
    """

    def __init__(
        self,
        client: "ServiceBusClient",
        *,
        sessions: frozenset[str] = SESSIONS,
        subscriptions: Mapping[str, str] = SUBSCRIPTIONS,
        wait: timedelta = timedelta(seconds=5),
        linger: timedelta = timedelta(seconds=1),
        clock: Clock = _now,
    ) -> None:
        self._source = Source(client, subscriptions)
        self._sessions = sessions
        self._wait = wait.total_seconds()
        self._linger = linger.total_seconds()
        self._clock = clock
        self._links = LinksByQueue(self._make)

    def _make(self, queue: str) -> Links:
        from azure.servicebus import NEXT_AVAILABLE_SESSION

        options: dict[str, Any] = {"max_wait_time": self._wait}
        if queue in self._sessions:
            options["session_id"] = NEXT_AVAILABLE_SESSION
        return Links(
            lambda: self._source.open(queue, **options),
            sessions=queue in self._sessions,
            wait=self._wait,
            linger=self._linger,
            clock=self._clock,
        )

    def receive(self, queue: str) -> Delivery | None:
        """The next due message of a session nobody holds, in order within the session.

        A message that is no JSON object goes to the dead letters and the next one is received.
        Raises NotFound, NoPermission and Unavailable naming the queue.
        """
        with told_of(queue, f"receive from {queue}", role=RECEIVER_ROLE):
            while (locked := self._links.of(queue).receive()) is not None:
                try:
                    return _delivery(locked, queue)
                except Refused as error:
                    self._bury(queue, locked.token, str(locked.received.message_id), error)
        return None

    def _bury(self, queue: str, token: str, name: str, error: Refused) -> None:
        def act(link: "SdkReceiver", received: "ServiceBusReceivedMessage") -> None:
            link.dead_letter_message(received, type(error).__name__, str(error)[:_MOST_TEXT])

        self._links.of(queue).settle(token, name, act)

    def receive_some(self, queue: str, most: int) -> Sequence[Delivery]:  # noqa: ARG002
        """One at most: each is of another session, and a session is a link of its own."""
        delivery = self.receive(queue)
        return [] if delivery is None else [delivery]

    def complete_all(self, deliveries: Sequence[Delivery]) -> None:
        """Remove them; one whose lock is lost is left to whoever has it now."""
        for delivery in deliveries:
            with suppress(Conflict):
                self.complete(delivery)

    def release(self, deliveries: Sequence[Delivery]) -> None:
        """Give them back at once; Service Bus counts each as tried."""
        for delivery in deliveries:
            self.abandon(delivery, "It was not begun with.")

    def complete(self, delivery: Delivery) -> None:
        """Remove it. Raises Conflict when the lock is lost."""
        self._settle(delivery, "complete", lambda link, received: link.complete_message(received))

    def abandon(
        self,
        delivery: Delivery,
        reason: str,
        pause: timedelta = NO_PAUSE,  # noqa: ARG002  Service Bus has none
    ) -> None:
        """Give it back at once; after the queue's tries Service Bus puts it with the dead letters.

        Service Bus keeps no reason for it, so that the reason is logged.
        Raises Conflict when the lock is lost.
        """
        _LOG.warning(
            "message %s of %s is given back after try %d: %s",
            delivery.message.id,
            delivery.message.queue,
            delivery.delivery_count,
            reason,
        )
        self._settle(delivery, "give back", lambda link, received: link.abandon_message(received))

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        """Put it aside for good, with why. Raises Conflict when the lock is lost."""
        self._settle(
            delivery,
            "put aside",
            lambda link, received: link.dead_letter_message(
                received, reason[:_MOST_TEXT], sentence[:_MOST_TEXT]
            ),
        )

    def _settle(
        self,
        delivery: Delivery,
        doing: str,
        act: "Callable[[SdkReceiver, ServiceBusReceivedMessage], None]",
    ) -> None:
        message = delivery.message
        with told_of(message.queue, f"{doing} message {message.id}", role=RECEIVER_ROLE):
            self._links.of(message.queue).settle(delivery.token, message.id, act)

    def close(self) -> None:
        """Close every link; the next call opens them again."""
        self._links.close()


def _delivery(locked: Locked, queue: str) -> Delivery:
    return Delivery(
        message=from_service_bus(locked.received, queue),
        token=locked.token,
        delivery_count=(locked.received.delivery_count or 0) + 1,
        locked_until=locked.locked_until,
    )
