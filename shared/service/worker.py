"""Consumes the queues where no Functions host does: the embedded default."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from shared.errors import Conflict, DriftgateError
from shared.ports import Delivery, Receiver
from shared.service.again import Later
from shared.service.dead_letters.poison import why

Handler = Callable[[Mapping[str, Any]], object]
Together = Callable[[Sequence[Mapping[str, Any]], Callable[[], bool]], Sequence[Exception | None]]
"""Handles messages of several sessions until there is enough: what is wrong with each, or None."""

_LOG = logging.getLogger("driftgate.dead_letters")
MOST_AT_ONCE = 32
LONGEST_SECONDS = 0.02
_MORE = 2
"""As many of different sessions are handled together, for as long; then they are committed."""
_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(minutes=1)


class Worker:
    """Takes messages as the host does: done completes, an error gives back.

    An error that repeating cannot mend sends the message to the dead letters at once; any other
    gives it back for a pause that grows, unless it is put off for `later`. The queues that are
    handled `together` have several messages taken at a time, each of another session.
    """

    def __init__(
        self,
        receiver: Receiver,
        handlers: Mapping[str, Handler],
        together: Mapping[str, Together] | None = None,
        timer: Callable[[], float] = monotonic,
        later: Later = lambda _, __, ___: False,
    ) -> None:
        self._receiver = receiver
        self._handlers = handlers
        self._together = together or {}
        self._timer = timer
        self._later = later
        self._most = MOST_AT_ONCE

    def step(self) -> bool:
        """Handle what is due first in each queue; False when nothing was due."""
        busy = False
        for queue, handle_all in self._together.items():
            busy = self._take_some(queue, handle_all) or busy
        for queue, handler in self._handlers.items():
            delivery = self._receiver.receive(queue)
            if delivery is not None:
                busy = True
                self._settle(delivery, _problem(handler, delivery))
        return busy

    def _take_some(self, queue: str, handle_all: Together) -> bool:
        deliveries = self._receiver.receive_some(queue, self._most)
        if not deliveries:
            return False
        until = self._timer() + LONGEST_SECONDS
        problems = handle_all(
            [delivery.message.body for delivery in deliveries], lambda: self._timer() >= until
        )
        begun = deliveries[: len(problems)]
        self._most = min(MOST_AT_ONCE, len(begun) + _MORE)
        done = [one for one, problem in zip(begun, problems, strict=True) if problem is None]
        if done:
            self._receiver.complete_all(done)
        if len(begun) < len(deliveries):
            self._receiver.release(deliveries[len(begun) :])
        for delivery, problem in zip(begun, problems, strict=True):
            if problem is not None:
                self._settle(delivery, problem)
        return True

    def _settle(self, delivery: Delivery, problem: Exception | None) -> None:
        try:
            if problem is None:
                self._receiver.complete(delivery)
            else:
                self._give_up(delivery, problem)
        except Conflict as lost:
            _LOG.warning("%s", lost)

    def _give_up(self, delivery: Delivery, fault: Exception) -> None:
        """Give it back, put it off or aside. Raises Conflict where its lock ran out."""
        reason, sentence = why(fault)
        _LOG.warning(
            "message %s of %s, try %d: %s: %s",
            delivery.message.id,
            delivery.message.queue,
            delivery.delivery_count,
            reason,
            sentence,
        )
        if isinstance(fault, DriftgateError) and not fault.retryable:
            self._receiver.dead_letter(delivery, reason, sentence)
        elif self._later(delivery.message, fault, delivery.delivery_count):
            self._receiver.complete(delivery)
        else:
            self._receiver.abandon(delivery, sentence, _pause(delivery.delivery_count))

    def drain(self) -> int:
        """Handle messages until none is due; returns the number of rounds that had work."""
        rounds = 0
        while self.step():
            rounds += 1
        return rounds


def _pause(tries: int) -> timedelta:
    """A second, twice as long each time, at most a minute: ten tries last four minutes."""
    return min(_SHORTEST * (1 << min(tries - 1, 6)), _LONGEST)


def _problem(handler: Handler, delivery: Delivery) -> Exception | None:
    try:
        handler(delivery.message.body)
    except Exception as problem:  # noqa: BLE001  a poison message must not stop the next one
        return problem
    return None
