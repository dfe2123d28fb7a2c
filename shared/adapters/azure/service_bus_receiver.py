"""Receiving from Service Bus under locks, with sessions, and reading its dead letters.

In the cloud the Functions host receives; this is for `driftgate` on a machine, and for operators.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.service_bus_faults import RECEIVER_ROLE, told_of
from shared.adapters.azure.service_bus_links import Links, Locked
from shared.adapters.azure.service_bus_messages import from_service_bus
from shared.errors import Conflict, Refused
from shared.ports import Clock, DeadLetter, Delivery

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage
    from azure.servicebus import ServiceBusReceiver as SdkReceiver

_LOG = logging.getLogger("driftgate.service_bus")
_MOST_TEXT = 4096
_PAGE = 100
SESSIONS = frozenset({"checks"})
SUBSCRIPTIONS = MappingProxyType({"alerts": "log"})


def _now() -> datetime:
    return datetime.now(UTC)


class _Source:
    """Opens links to queues, to the subscription read of a topic, and to `topic/subscription`."""

    def __init__(self, client: "ServiceBusClient", subscriptions: Mapping[str, str]) -> None:
        self._client = client
        self._subscriptions = subscriptions

    def open(self, queue: str, **options: Any) -> "SdkReceiver":
        if queue in self._subscriptions:
            subscription = self._subscriptions[queue]
            return self._client.get_subscription_receiver(queue, subscription, **options)
        topic, _, named = queue.partition("/")
        if named:
            return self._client.get_subscription_receiver(topic, named, **options)
        return self._client.get_queue_receiver(queue, **options)


class _LinksByQueue:
    """The links of each queue, made when the queue is first named."""

    def __init__(self, make: Callable[[str], Links]) -> None:
        self._make = make
        self._links: dict[str, Links] = {}
        self._guard = threading.Lock()

    def of(self, queue: str) -> Links:
        with self._guard:
            if queue not in self._links:
                self._links[queue] = self._make(queue)
            return self._links[queue]

    def close(self) -> None:
        with self._guard:
            links = list(self._links.values())
        for each in links:
            each.close()


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
        self._source = _Source(client, subscriptions)
        self._sessions = sessions
        self._wait = wait.total_seconds()
        self._linger = linger.total_seconds()
        self._clock = clock
        self._links = _LinksByQueue(self._make)

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

    def abandon(self, delivery: Delivery, reason: str) -> None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedDeadLetter:
    """A dead letter under lock: complete it to remove it, abandon it to leave it there."""

    letter: DeadLetter
    delivery: Delivery


class ServiceBusDeadLetters:
    """Looks at the dead letters of queues and subscriptions, and takes them out one by one.

    Dead letters have no sessions, whatever their queue has; Service Bus keeps them for ever.
    """

    def __init__(
        self,
        client: "ServiceBusClient",
        *,
        subscriptions: Mapping[str, str] = SUBSCRIPTIONS,
        wait: timedelta = timedelta(seconds=5),
        clock: Clock = _now,
    ) -> None:
        self._source = _Source(client, subscriptions)
        self._wait = wait.total_seconds()
        self._clock = clock
        self._links = _LinksByQueue(self._make)

    def _make(self, queue: str) -> Links:
        return Links(
            lambda: self._source.open(queue, sub_queue="deadletter", max_wait_time=self._wait),
            sessions=False,
            wait=self._wait,
            linger=self._wait,
            clock=self._clock,
        )

    def dead_letters(self, queue: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """The oldest of them, without locking any; `at` is when the message was sent.

        A body that is no JSON object comes as one with the key `text`, for nothing is hidden.
        """
        letters: list[DeadLetter] = []
        with (
            told_of(queue, f"read the dead letters of {queue}", role=RECEIVER_ROLE),
            self._source.open(queue, sub_queue="deadletter") as link,
        ):
            number = 1
            while len(letters) < limit:
                most = min(_PAGE, limit - len(letters))
                page = link.peek_messages(most, sequence_number=number)
                if not page:
                    break
                letters.extend(_letter(received, queue) for received in page)
                number = (page[-1].sequence_number or number) + 1
        return letters

    def receive(self, queue: str) -> LockedDeadLetter | None:
        """Lock the oldest one that nobody holds; None when there is none within the wait."""
        with told_of(queue, f"receive the dead letters of {queue}", role=RECEIVER_ROLE):
            locked = self._links.of(queue).receive()
            if locked is None:
                return None
            letter = _letter(locked.received, queue)
            delivery = Delivery(
                message=letter.message,
                token=locked.token,
                delivery_count=(locked.received.delivery_count or 0) + 1,
                locked_until=locked.locked_until,
            )
            return LockedDeadLetter(letter=letter, delivery=delivery)

    def complete(self, dead: LockedDeadLetter) -> None:
        """Remove it. Raises Conflict when the lock is lost."""
        self._settle(dead, lambda link, received: link.complete_message(received))

    def abandon(self, dead: LockedDeadLetter) -> None:
        """Leave it where it is. Raises Conflict when the lock is lost."""
        self._settle(dead, lambda link, received: link.abandon_message(received))

    def _settle(
        self,
        dead: LockedDeadLetter,
        act: "Callable[[SdkReceiver, ServiceBusReceivedMessage], None]",
    ) -> None:
        message = dead.delivery.message
        with told_of(message.queue, f"settle dead letter {message.id}", role=RECEIVER_ROLE):
            self._links.of(message.queue).settle(dead.delivery.token, message.id, act)

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


def _letter(received: "ServiceBusReceivedMessage", queue: str) -> DeadLetter:
    return DeadLetter(
        message=from_service_bus(received, queue, strict=False),
        at=received.enqueued_time_utc or datetime.fromtimestamp(0, tz=UTC),
        reason=received.dead_letter_reason or "",
        sentence=received.dead_letter_error_description or "",
    )
