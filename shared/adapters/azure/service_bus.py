"""Sending to Service Bus queues and topics over connections that stay open."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.adapters.azure.service_bus_faults import SENDER_ROLE, told_of
from shared.adapters.azure.service_bus_links import close_quietly
from shared.adapters.azure.service_bus_messages import check, to_service_bus, too_large
from shared.errors import Refused
from shared.ports import Message

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.servicebus import ServiceBusClient, ServiceBusMessageBatch
    from azure.servicebus import ServiceBusSender as SdkSender

# The SDK repeats the first message's id and session on the batch without counting them.
_ENVELOPE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """The SDK's own retry policy: tries after the first, their backoff, the time of one try.

    Seconds. The SDK's default for `try_timeout` is none, so that one silent gateway could hold a
    worker for ever; these defaults give up after about 90 seconds.
    """

    retry_total: int = 3
    retry_backoff_factor: float = 0.8
    retry_backoff_max: float = 10.0
    try_timeout: float = 20.0


def connect(
    fully_qualified_namespace: str, credential: "TokenCredential", *, retries: Retries | None = None
) -> "ServiceBusClient":
    """The SDK's client of a namespace, such as `sb-x.servicebus.windows.net`; opens nothing yet."""
    from azure.servicebus import ServiceBusClient

    options = asdict(retries or Retries())
    return ServiceBusClient(fully_qualified_namespace, credential, **options)


def connect_to_local_broker(
    connection_string: str, *, retries: Retries | None = None
) -> "ServiceBusClient":
    """The same for an emulator or test broker on this machine.

    Raises Refused for a connection string that is not of one: in the cloud there are no keys.
    """
    from azure.servicebus import ServiceBusClient

    if "UseDevelopmentEmulator=true" not in connection_string:
        raise Refused(
            "A Service Bus connection string is for a local broker only and has "
            "UseDevelopmentEmulator=true; name the namespace to use its identity instead."
        )
    options = asdict(retries or Retries())
    return ServiceBusClient.from_connection_string(connection_string, **options)


class ServiceBusSender:
    """Sends messages; safe for several threads.

    Opening a link costs the SDK half a second, so there is one for each queue, opened with the
    first message and kept. The SDK opens it again after a dropped connection; after an error that
    its retries did not mend it is opened anew with the next message.
    """

    def __init__(
        self,
        client: "ServiceBusClient",
        *,
        topics: frozenset[str] = frozenset({"alerts"}),
        patience: timedelta = timedelta(seconds=90),
    ) -> None:
        self._client = client
        self._topics = topics
        self._patience = patience.total_seconds()
        self._links: dict[str, SdkSender] = {}
        self._guards: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them, in as few transfers as their sizes allow, in order for each queue.

        Several queues are no transaction: after an error send all of them again, for the queues
        drop what they have already by its message id.
        Raises Refused for a message that no queue would take, before anything is sent; NotFound,
        NoPermission and Unavailable naming the queue.
        """
        for message in messages:
            check(message)
        for queue, mine in _by_queue(messages).items():
            with told_of(queue, f"send to {queue}", role=SENDER_ROLE), self._link(queue) as link:
                for batch in list(_batches(link, mine)):
                    link.send_messages(batch, timeout=self._patience)

    @contextmanager
    def _link(self, queue: str) -> "Iterator[SdkSender]":
        with self._guard:
            guard = self._guards.setdefault(queue, threading.Lock())
        with guard:
            if queue not in self._links:
                self._links[queue] = self._open(queue)
            try:
                yield self._links[queue]
            except Refused:
                raise
            except Exception:
                # Whatever it is, the link may be broken: it goes, and the fault goes on.
                close_quietly(self._links.pop(queue))
                raise

    def _open(self, queue: str) -> "SdkSender":
        if queue in self._topics:
            return self._client.get_topic_sender(queue)
        return self._client.get_queue_sender(queue)

    def close(self) -> None:
        """Close every link; the next message opens them again."""
        with self._guard:
            queues = list(self._guards)
        for queue in queues:
            with self._guards[queue]:
                link = self._links.pop(queue, None)
                if link is not None:
                    close_quietly(link)


def _by_queue(messages: Sequence[Message]) -> Mapping[str, list[Message]]:
    grouped: dict[str, list[Message]] = {}
    for message in messages:
        grouped.setdefault(message.queue, []).append(message)
    return grouped


def _batches(link: "SdkSender", messages: Sequence[Message]) -> "Iterator[ServiceBusMessageBatch]":
    """Fill transfers in order, each up to what the link takes."""
    from azure.servicebus.exceptions import MessageSizeExceededError

    waiting = [(message, to_service_bus(message)) for message in messages]
    while waiting:
        most = link.create_message_batch().max_size_in_bytes
        batch = link.create_message_batch(most - _ENVELOPE)
        taken = 0
        try:
            for _, encoded in waiting:
                batch.add_message(encoded)
                taken += 1
        except MessageSizeExceededError as error:
            if taken == 0:
                how = f"is with its headers over the limit of {most} bytes"
                raise too_large(waiting[0][0], how) from error
        yield batch
        waiting = waiting[taken:]
