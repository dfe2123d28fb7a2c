"""What goes over queues and topics, and who sends, receives and looks at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes over a queue or topic.

    `id` makes a repeat harmless, `session` keeps the order of one subject, `scheduled` delays the
    delivery, `properties` are what subscribers filter on. `body` holds plain JSON values. Nobody
    who has not read it `lives` seconds after it was due ever does. The body may hold a secret, so
    it is not shown.
    """

    id: str
    queue: str
    session: str
    body: Mapping[str, Any] = field(repr=False)
    scheduled: datetime | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    lives: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message under lock: settle it with its token before `locked_until`, or it comes again."""

    message: Message
    token: str
    delivery_count: int
    locked_until: datetime


class Sender(Protocol):
    """Sends messages; a repeat of a message id within the duplicate window is dropped."""

    def send(self, messages: Sequence[Message]) -> None:
        """Accept all of them or raise `Unavailable`."""


class Receiver(Protocol):
    """Receives messages under a lock. In Azure the Functions host is the receiver."""

    def receive(self, queue: str) -> Delivery | None:
        """The next due message of a session nobody holds, in order within the session."""

    def receive_some(self, queue: str, most: int) -> Sequence[Delivery]:
        """Up to so many due messages, each of another session; fewer where that is faster."""

    def complete(self, delivery: Delivery) -> None:
        """Remove it. Raises `Conflict` when the lock is lost."""

    def complete_all(self, deliveries: Sequence[Delivery]) -> None:
        """Remove them; one whose lock is lost is left to whoever has it now."""

    def release(self, deliveries: Sequence[Delivery]) -> None:
        """Give back what nobody began with: where the broker can, it counts as no try."""

    def abandon(self, delivery: Delivery, reason: str) -> None:
        """Give it back; after the queue's tries it goes to the dead letters.

        Their sentence is the broker's own where it keeps no reason of ours, which is then logged.
        """

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        """Put it aside for good, with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message put aside, with why, and when where the broker keeps that, else when it was sent.

    `message` is what was sent, without what the broker added.
    """

    message: Message
    at: datetime
    reason: str
    sentence: str


class DeadLetters(Protocol):
    """Looks at what receivers and the broker have put aside."""

    def dead_letters(self, queue: str) -> Sequence[DeadLetter]:
        """What was put aside and is still there, oldest first."""


class Broker(Sender, Receiver, DeadLetters, Protocol):
    """A broker within reach: what waits in it can be looked at."""

    def peek(self, queue: str, limit: int = 100) -> Sequence[Message]:
        """Messages that wait, due or not, in the order they were sent."""

    def next_due(self) -> datetime | None:
        """The earliest time at which a waiting message of any queue is due, None without any."""
