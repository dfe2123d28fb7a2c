"""The dead letters of Service Bus: looked at without a lock, and removed by their numbers."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.azure.service_bus_faults import RECEIVER_ROLE, told_of
from shared.adapters.azure.service_bus_messages import body_bytes, from_service_bus
from shared.adapters.azure.service_bus_sources import SUBSCRIPTIONS, Source
from shared.errors import Unavailable
from shared.ports import Clock, DeadLetter

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage
    from azure.servicebus import ServiceBusReceiver as SdkReceiver

_PAGE = 100
_MOST_HELD = 2000
_HELD_FOR = timedelta(seconds=40)
KEPT = frozenset({"undelivered"})
_DEAD = "/dead"


def _now() -> datetime:
    return datetime.now(UTC)


class ServiceBusDeadLetters:
    """Looks at the dead letters of queues and subscriptions, and removes them by number.

    Dead letters have no sessions, whatever their queue has; Service Bus keeps them for ever. What
    waits in a `kept` queue is put aside as it lies there; its own dead letters, which it has after
    many removals, are those of `<queue>/dead`.
    """

    def __init__(
        self,
        client: "ServiceBusClient",
        *,
        subscriptions: Mapping[str, str] = SUBSCRIPTIONS,
        kept: frozenset[str] = KEPT,
        wait: timedelta = timedelta(seconds=5),
        clock: Clock = _now,
    ) -> None:
        self._source = Source(client, subscriptions)
        self._kept = kept
        self._wait = wait.total_seconds()
        self._clock = clock

    def _open(self, queue: str) -> "SdkReceiver":
        if queue in self._kept:
            return self._source.open(queue, max_wait_time=self._wait)
        name = queue.removesuffix(_DEAD)
        return self._source.open(
            name if name in self._kept else queue,
            sub_queue="deadletter",
            max_wait_time=self._wait,
        )

    def dead_letters(self, queue: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """The oldest of them, without locking any; `at` is when the message was sent.

        A body that is no JSON object comes as one with the key `text`, for nothing is hidden.
        """
        letters: list[DeadLetter] = []
        with (
            told_of(queue, f"read the dead letters of {queue}", role=RECEIVER_ROLE),
            self._open(queue) as link,
        ):
            number = 1
            while len(letters) < limit:
                most = min(_PAGE, limit - len(letters))
                page = link.peek_messages(most, sequence_number=number)
                if not page:
                    break
                letters.extend(self._letter(received, queue) for received in page)
                number = (page[-1].sequence_number or number) + 1
        return letters

    def remove(self, queue: str, numbers: Collection[int]) -> Collection[int]:
        """Take these away for good; returns those that were there.

        Service Bus removes only what is locked, and locks only the oldest: those before them are
        held for a moment and given back. Raises Unavailable where too many are.
        """
        wanted = set(numbers)
        removed: set[int] = set()
        held: list[ServiceBusReceivedMessage] = []
        until = self._clock() + _HELD_FOR
        with (
            told_of(queue, f"remove dead letters of {queue}", role=RECEIVER_ROLE),
            self._open(queue) as link,
        ):
            try:
                while wanted - removed:
                    if len(held) >= _MOST_HELD or self._clock() >= until:
                        raise Unavailable(
                            f"Could not remove {len(wanted - removed)} dead letters of {queue}: "
                            f"over {len(held)} older ones lie before them; take those first."
                        )
                    page = link.receive_messages(self._at_once(queue), max_wait_time=self._wait)
                    if not page:
                        break
                    for received in page:
                        number = received.sequence_number
                        if number in wanted:
                            link.complete_message(received)
                            removed.add(number)
                        else:
                            held.append(received)
            finally:
                _give_back(link, held)
        return removed

    def _at_once(self, queue: str) -> int:
        """One at a time of a queue that counts how often a message was given back."""
        return 1 if queue in self._kept else _PAGE

    def _letter(self, received: "ServiceBusReceivedMessage", queue: str) -> DeadLetter:
        message = from_service_bus(received, queue, strict=False)
        reason = received.dead_letter_reason or ""
        sentence = received.dead_letter_error_description or ""
        if queue.removesuffix(_DEAD) in self._kept:
            data = message.body.get("data")
            said = data if isinstance(data, dict) else {}
            reason = str(said.get("reason") or reason)
            sentence = str(said.get("sentence") or sentence)
        return DeadLetter(
            message=message,
            at=received.enqueued_time_utc or datetime.fromtimestamp(0, tz=UTC),
            reason=reason,
            sentence=sentence,
            number=received.sequence_number or 0,
            tries=received.delivery_count or 0,
            original=body_bytes(received),
        )


def _give_back(link: "SdkReceiver", held: Sequence["ServiceBusReceivedMessage"]) -> None:
    """What cannot be given back comes back when its lock runs out."""
    from azure.core.exceptions import AzureError

    for received in held:
        with suppress(AzureError, ValueError):
            link.abandon_message(received)
