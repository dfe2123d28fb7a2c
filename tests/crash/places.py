"""Where the state of a process lies: on files here, or in the cloud of the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, cast

from shared.ports import Adapters, Message
from shared.service import messages
from shared.service.environment_checks import ENVIRONMENT_CHECKS
from tests.crash.fuse import Fuse
from tests.crash.worlds import World

QUEUES = (
    messages.CHECKS,
    messages.ALERTS,
    *messages.SUBSCRIPTIONS.values(),
    messages.RETRAINING_REQUESTS,
    messages.PROMOTION_REQUESTS,
    messages.PROFILING_REQUESTS,
    messages.REPLAYS,
    ENVIRONMENT_CHECKS,
)


class Place(Protocol):
    """What a life needs of the place of its state, besides the ports."""

    knows_earlier: bool
    """Whether what came before the moment is in its archive and its inbox."""

    def moved(self, now: datetime) -> None:
        """It is later there too."""

    def around(self, adapters: Adapters) -> Adapters:
        """The adapters of this place in place of those on files."""

    def next_due(self) -> datetime | None:
        """When the next message is due that somebody may take or that waits for its time."""

    def waiting(self) -> set[str]:
        """The ids of all messages there are."""

    def letters(self) -> Sequence[str]:
        """A sentence for each message that was put aside."""

    def undelivered(self) -> set[str]:
        """Who could not be told, and why, of the notices that are kept for people to look at."""

    def chains_before(self, world: World) -> Mapping[str, tuple[int, str]]:
        """By subject, the version and the hash of the last decision that is not there."""


@dataclass
class Here:
    """On files; the queue is asked itself."""

    knows_earlier = True
    adapters: Adapters | None = None

    def moved(self, now: datetime) -> None:
        """The queue reads the clock of the process."""

    def around(self, adapters: Adapters) -> Adapters:
        """They are those on files already."""
        self.adapters = adapters
        return adapters

    def next_due(self) -> datetime | None:
        """As the queue says."""
        due: datetime | None = self._queue.next_due()
        return due

    def waiting(self) -> set[str]:
        """Those of every queue."""
        queues = (*QUEUES, messages.UNDELIVERED)
        return {one.id for queue in queues for one in self._queue.peek(queue, limit=10_000)}

    def letters(self) -> Sequence[str]:
        """Those of every queue."""
        return [
            f"{queue} put {letter.message.id[:12]} aside: {letter.sentence}"
            for queue in QUEUES
            for letter in self._queue.dead_letters(queue)
        ]

    def undelivered(self) -> set[str]:
        """As the messages say."""
        kept = self._queue.peek(messages.UNDELIVERED, limit=10_000)
        return {f"{one.properties['receiver']}: {one.properties['reason']}" for one in kept}

    def chains_before(self, world: World) -> Mapping[str, tuple[int, str]]:  # noqa: ARG002
        """All are there."""
        return {}

    @property
    def _queue(self) -> Any:
        assert self.adapters is not None
        return self.adapters.queue


class Careless(Here):
    """Broken on purpose: a message counts as sent as soon as it is read from the outbox."""

    def around(self, adapters: Adapters) -> Adapters:
        """Around the ledger alone."""
        super().around(adapters)
        return replace(adapters, ledger=cast(Any, _MarksFirst(adapters.ledger)))


class _MarksFirst:
    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def unsent(self, limit: int = 100) -> Sequence[Message]:
        waiting: Sequence[Message] = self._ledger.unsent(limit)
        self._ledger.mark_sent([message.id for message in waiting])
        return waiting


class Making(Protocol):
    """Makes the place of one life's state: anew for the first, as it was left for the next."""

    known_by_files: bool
    timers: bool

    def first(self, world: World, fuse: Fuse) -> Place:
        """As it was at the world's moment."""

    def again(self, world: World) -> Place:
        """As it was left."""


@dataclass
class OnFiles:
    """State lies in the home, which is brought back for each first life."""

    known_by_files: bool = True
    timers: bool = True
    careless: bool = False

    def first(self, world: World, fuse: Fuse) -> Place:  # noqa: ARG002  SQL is seen anyhow
        """The home is as it was."""
        return Careless() if self.careless else Here()

    def again(self, world: World) -> Place:  # noqa: ARG002
        """The home is as it was left."""
        return Careless() if self.careless else Here()
