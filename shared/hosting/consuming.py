"""The consumers: a thread or more a queue, woken when something is sent to it or becomes due."""

from collections.abc import Mapping
from threading import Event, Thread
from time import monotonic

from shared.hosting.bells import Bell, Bells
from shared.hosting.happening import Tell, fault_of
from shared.ports import Broker, Clock
from shared.service.worker import Worker

THREADS = {"checks": 2}
"""Decisions are the work; of the other queues one message is handled at a time."""
LOOK_SECONDS = 1.0
"""What another process sends rings no bell here: so often it is looked whether anything is due."""
PAUSE_SECONDS = 1.0
"""After a fault of the queue itself, before it is asked again."""


class Consuming:
    """Takes messages until it is stopped; a fault of one thread stops no other, and not itself."""

    def __init__(
        self, workers: Mapping[str, Worker], bells: Bells, broker: Broker, clock: Clock, tell: Tell
    ) -> None:
        """`workers` are asked by several threads at once; what they took is told by `decided`."""
        self._bells = bells
        self._broker = broker
        self._clock = clock
        self._tell = tell
        self._stopping = Event()
        self.worked = Bell()
        self._threads = [
            Thread(
                target=self._consume,
                args=(queue, worker, bells.queues[queue]),
                name=f"{queue}-{number}",
                daemon=True,
            )
            for queue, worker in workers.items()
            for number in range(THREADS.get(queue, 1))
        ]
        self._threads.append(Thread(target=self._watch, name="due", daemon=True))

    def start(self) -> None:
        """Begin with what lies there."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> list[str]:
        """Take nothing more, wait so long for what is in hand; the queues where that was too short.

        What was not settled then comes again when its lock runs out.
        """
        self._stopping.set()
        self._bells.ring()
        until = monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))
        return sorted(thread.name for thread in self._threads if thread.is_alive())

    def _consume(self, queue: str, worker: Worker, bell: Bell) -> None:
        while not self._stopping.is_set():
            heard = bell.rung
            try:
                busy = worker.step()
            except Exception as problem:  # noqa: BLE001  told; the next try may go well
                self._tell(fault_of(queue, f"Taking from the queue {queue}", problem))
                self._stopping.wait(PAUSE_SECONDS)
                continue
            if busy:
                self.worked.ring()
            elif not self._stopping.is_set():
                bell.wait(heard)

    def _watch(self) -> None:
        """Rings when the first message that waits becomes due."""
        bell = self._bells.later
        while not self._stopping.is_set():
            heard = bell.rung
            wait = LOOK_SECONDS
            try:
                due = self._broker.next_due()
                left = wait if due is None else (due - self._clock()).total_seconds()
            except Exception as problem:  # noqa: BLE001
                self._tell(fault_of("", "Looking for what is due", problem))
                left = wait
            if left <= 0:
                for one in self._bells.queues.values():
                    one.ring()
            else:
                wait = min(left, LOOK_SECONDS)
            if not self._stopping.is_set():
                bell.wait(heard, wait)
