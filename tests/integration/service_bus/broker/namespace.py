"""The queues, topics and subscriptions of one broker, found by the paths clients use."""

from datetime import datetime
from typing import TypeVar

from shared.ports import Clock
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.repeats import Repeats
from tests.integration.service_bus.broker.settings import (
    NOT_FOUND,
    BrokerFault,
    Definitions,
    TopicSettings,
)
from tests.integration.service_bus.broker.stored import Envelope


class Topic:
    """Copies each message to the subscriptions whose rules it matches."""

    def __init__(self, path: str, settings: TopicSettings, clock: Clock) -> None:
        self.path = path
        self.queues = {
            name: Queue(f"{path}/Subscriptions/{name}", subscription.queue, clock)
            for name, subscription in settings.subscriptions.items()
        }
        self._settings = settings
        self._clock = clock
        self._number = 0
        self._repeats = Repeats(settings.duplicate_window)

    def put(self, envelope: Envelope) -> int | None:
        """Hand a message to the subscriptions; None for a repeat that is dropped."""
        if self._repeats.is_repeat(envelope.id, self._clock()):
            return None
        self._number += 1
        for name, subscription in self._settings.subscriptions.items():
            if any(rule(envelope.facts()) for rule in subscription.rules.values()):
                self.queues[name].put(envelope)
        return self._number


class Namespace:
    """Every entity of the broker; paths are compared in lower case."""

    def __init__(self, definitions: Definitions, clock: Clock) -> None:
        self._clock = clock
        self._targets: dict[str, Queue | Topic] = {}
        self._sources: dict[str, Queue] = {}
        for name, settings in definitions.items():
            if isinstance(settings, TopicSettings):
                topic = Topic(name, settings, clock)
                self._targets[name.lower()] = topic
                for queue in topic.queues.values():
                    self._add(queue)
            else:
                queue = Queue(name, settings, clock)
                self._targets[name.lower()] = queue
                self._add(queue)

    def _add(self, queue: Queue) -> None:
        self._sources[queue.path.lower()] = queue
        if queue.dead_letters is not None:
            self._sources[queue.dead_letters.path.lower()] = queue.dead_letters

    def now(self) -> datetime:
        """The broker's time."""
        return self._clock()

    def target(self, path: str) -> Queue | Topic:
        """What a client sends to. Raises BrokerFault when there is no such entity."""
        return _found(self._targets, path)

    def source(self, path: str) -> Queue:
        """What a client receives from. Raises BrokerFault when there is no such entity."""
        return _found(self._sources, path)

    def knows(self, path: str) -> bool:
        """Whether anything has this path."""
        return path.lower() in self._targets or path.lower() in self._sources


_Entity = TypeVar("_Entity")


def _found(entities: dict[str, _Entity], path: str) -> _Entity:
    entity = entities.get(path.lower())
    if entity is None:
        raise BrokerFault(NOT_FOUND, f"The messaging entity '{path}' could not be found.")
    return entity
