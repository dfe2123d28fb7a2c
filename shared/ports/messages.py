"""What goes over queues and topics, and who sends, receives and looks at it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes over a queue or topic.

    `id` makes a repeat harmless, `session` keeps the order of one subject, `scheduled` delays the
    delivery, `properties` are what subscribers filter on. `body` holds plain JSON values. Nobody
    who has not read it `lives` seconds after it was due ever does. `headers` holds what its
    subject, correlation_id and content_type are where they are not those of the body. The body may
    hold a secret, so it is not shown.
    """

    id: str
    queue: str
    session: str
    body: Mapping[str, Any] = field(repr=False)
    scheduled: datetime | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    lives: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


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


NO_PAUSE = timedelta()


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

    def abandon(self, delivery: Delivery, reason: str, pause: timedelta = NO_PAUSE) -> None:
        """Give it back; after the queue's tries it goes to the dead letters.

        Where the broker can, it comes again after the `pause` and its session waits with it.
        Their sentence is the broker's own where it keeps no reason of ours, which is then logged.
        """

    def dead_letter(self, delivery: Delivery, reason: str, sentence: str) -> None:
        """Put it aside for good, with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message put aside, with why, and when where the broker keeps that, else when it was sent.

    `message` is what was sent, without what the broker added; `original` is its body as it came,
    which may be no JSON: then `message.body` has it under the key `text`. `number` is the broker's,
    the same for as long as it lies there; `tries` is how often it was delivered, 0 if not known.
    """

    message: Message
    at: datetime
    reason: str
    sentence: str
    number: int = 0
    tries: int = 0
    original: bytes = field(default=b"", repr=False)


class DeadLetters(Protocol):
    """Looks at what receivers and the broker have put aside, and takes it away."""

    def dead_letters(self, queue: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """What was put aside and is still there, oldest first; `undelivered` is all of that kind.

        Raises NotFound for no such queue.
        """

    def remove(self, queue: str, numbers: Collection[int]) -> Collection[int]:
        """Take these away for good; returns those that were there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What Driftgate keeps of a message that was put aside.

    A `whole` one is the dead letter itself, for the broker has the message no longer; any other
    goes with one of the broker's, of the same queue and message id. `body` is as it came, None
    where it may hold a secret; `edited` is what somebody wants to be sent in its place.
    """

    queue: str
    message_id: str
    number: int
    at: datetime
    reason: str
    sentence: str
    tries: int
    whole: bool
    session: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lives: float | None = None
    body: bytes | None = field(default=None, repr=False)
    edited: bytes | None = field(default=None, repr=False)


class Notes(Protocol):
    """Keeps notes of what was put aside, one a queue, message id and number."""

    def keep(self, note: Note) -> None:
        """Keep it in place of the one there may be. Raises Unavailable."""

    def notes(self, queue: str, limit: int = 1000) -> Sequence[Note]:
        """Those of one queue, oldest first."""

    def note(self, queue: str, message_id: str, number: int) -> Note | None:
        """The one of one message, None when there is none."""

    def drop(self, note: Note) -> None:
        """Remove it; harmless when it is gone."""

    def count(self) -> int:
        """How many whole ones there are, without reading any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEvent:
    """An event that Event Grid gave up, with the envelope it could not deliver.

    `place` is the file it lies in, `id` tells it apart from the others there.
    """

    id: str
    place: str
    at: datetime
    reason: str
    sentence: str
    tries: int
    envelope: bytes = field(repr=False)


class DeadEvents(Protocol):
    """Looks at what Event Grid could not deliver, and takes it away."""

    def dead_events(self, limit: int = 1000) -> Sequence[DeadEvent]:
        """Those that are still there, oldest first; a file that cannot be read is one too."""

    def remove_event(self, event: DeadEvent) -> None:
        """Take it out of its file; harmless when it is gone."""

    def count_events(self) -> int:
        """How many files there are, without reading any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many messages of a queue could be taken now or are being, and since when the oldest."""

    queue: str
    messages: int
    since: datetime


class Broker(Sender, Receiver, DeadLetters, Protocol):
    """A broker within reach: what waits in it can be looked at."""

    def peek(self, queue: str, limit: int = 100) -> Sequence[Message]:
        """Messages that wait, due or not, in the order they were sent."""

    def next_due(self) -> datetime | None:
        """The earliest time at which a waiting message of any queue is due, None without any."""

    def waiting(self) -> Sequence[Waiting]:
        """The queues in which something is due, without what is kept for people to look at."""
