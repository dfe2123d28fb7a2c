"""Consumes the queues where no Functions host does: the embedded default."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from shared.errors import Conflict, DriftgateError
from shared.ports import Delivery, Receiver
from shared.service.dead_letters.poison import why

_LOG = logging.getLogger("driftgate.dead_letters")
Handler = Callable[[Mapping[str, Any]], object]


class Worker:
    """Takes one message after the other, as the host does: done completes, an error gives back.

    An error that repeating cannot mend sends the message to the dead letters at once.
    """

    def __init__(self, receiver: Receiver, handlers: Mapping[str, Handler]) -> None:
        self._receiver = receiver
        self._handlers = handlers

    def step(self) -> bool:
        """Handle at most one message of each queue; False when nothing was due."""
        busy = False
        for queue, handler in self._handlers.items():
            delivery = self._receiver.receive(queue)
            if delivery is not None:
                busy = True
                self._settle(delivery, handler)
        return busy

    def _settle(self, delivery: Delivery, handler: Handler) -> None:
        try:
            self._handle(delivery, handler)
        except Conflict as lost:
            _LOG.warning("%s", lost)

    def _handle(self, delivery: Delivery, handler: Handler) -> None:
        """Handle and settle it. Raises Conflict where its lock ran out: it comes again."""
        try:
            handler(delivery.message.body)
        except Exception as fault:  # noqa: BLE001  a poison message must not stop the next one
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
            else:
                self._receiver.abandon(delivery, sentence)
        else:
            self._receiver.complete(delivery)

    def drain(self) -> int:
        """Handle messages until none is due; returns the number of rounds that had work."""
        rounds = 0
        while self.step():
            rounds += 1
        return rounds
