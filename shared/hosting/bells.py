"""Who waits for messages of a queue is woken when one is sent; nobody asks again and again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Condition

from shared.ports import Adapters, Message, Sender


class Bell:
    """Rings for whoever waits, and for whoever comes to wait a moment too late."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it has rung: what to give to `wait` for the next time."""
        with self._condition:
            return self._rung

    def ring(self) -> None:
        """Wake whoever waits."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float | None = None) -> int:
        """Until it has rung more often than was `heard`, or so long; how often it has."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != heard, seconds)
            return self._rung


class Bells:
    """One a queue; `later` is for messages that are due some time from now."""

    def __init__(self, queues: Iterable[str]) -> None:
        self.queues = {queue: Bell() for queue in queues}
        self.later = Bell()

    def sent(self, messages: Sequence[Message]) -> None:
        """Ring for each queue that they may lie in: of a topic, for its subscriptions too."""
        for name in {message.queue for message in messages}:
            for queue, bell in self.queues.items():
                if queue == name or queue.startswith(f"{name}/"):
                    bell.ring()
        if any(message.scheduled is not None for message in messages):
            self.later.ring()

    def ring(self) -> None:
        """Ring all of them."""
        for bell in self.queues.values():
            bell.ring()
        self.later.ring()


class Listened:
    """Puts an ear at the way to the queues; `bells` are hung once it is known who consumes."""

    def __init__(self) -> None:
        self.bells: Bells | None = None

    def around(self, adapters: Adapters) -> Adapters:
        """The adapters with a sender that tells of what it sent."""
        return replace(adapters, sender=_Ringing(adapters.sender, self))


@dataclass(frozen=True, slots=True)
class _Ringing:
    sender: Sender
    listened: Listened

    def send(self, messages: Sequence[Message]) -> None:
        """Send them, then ring. Raises what the sender raises."""
        self.sender.send(messages)
        if self.listened.bells is not None:
            self.listened.bells.sent(messages)
