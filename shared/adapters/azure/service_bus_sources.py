"""Where links to queues, subscriptions and their dead letters come from."""

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.service_bus_links import Links

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusClient
    from azure.servicebus import ServiceBusReceiver as SdkReceiver

SUBSCRIPTIONS = MappingProxyType({"alerts": "log"})


class Source:
    """Opens links to queues, to the subscription read of a topic, and to `topic/subscription`."""

    def __init__(self, client: "ServiceBusClient", subscriptions: Mapping[str, str]) -> None:
        self._client = client
        self._subscriptions = subscriptions

    def open(self, queue: str, **options: Any) -> "SdkReceiver":
        """A link that receives from it."""
        if queue in self._subscriptions:
            subscription = self._subscriptions[queue]
            return self._client.get_subscription_receiver(queue, subscription, **options)
        topic, _, named = queue.partition("/")
        if named:
            return self._client.get_subscription_receiver(topic, named, **options)
        return self._client.get_queue_receiver(queue, **options)


class LinksByQueue:
    """The links of each queue, made when the queue is first named."""

    def __init__(self, make: Callable[[str], Links]) -> None:
        self._make = make
        self._links: dict[str, Links] = {}
        self._guard = threading.Lock()

    def of(self, queue: str) -> Links:
        """Its links."""
        with self._guard:
            if queue not in self._links:
                self._links[queue] = self._make(queue)
            return self._links[queue]

    def close(self) -> None:
        """Close them all; the next call opens them again."""
        with self._guard:
            links = list(self._links.values())
        for each in links:
            each.close()
