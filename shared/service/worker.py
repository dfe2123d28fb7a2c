"""Consumes the queues where no Functions host does: the embedded default."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.errors import DriftgateError
from shared.ports import Delivery, Receiver

Handler = Callable[[Mapping[str, Any]], None]


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
            handler(delivery.message.body)
        except DriftgateError as error:
            if error.retryable:
                self._receiver.abandon(delivery, str(error))
            else:
                self._receiver.dead_letter(delivery, type(error).__name__, str(error))
        except Exception as error:  # noqa: BLE001  a poison message must not stop the next one
            self._receiver.abandon(delivery, f"{type(error).__name__}: {error}")
        else:
            self._receiver.complete(delivery)

    def drain(self) -> int:
        """Handle messages until none is due; returns the number of rounds that had work."""
        rounds = 0
        while self.step():
            rounds += 1
        return rounds
