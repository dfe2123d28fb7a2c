"""How many dead letters there are, without reading any: for the pulse and the API."""

from typing import Protocol

from shared.ports import DeadEvents, Notes


class Aside(Protocol):
    """Where things lie that were put aside."""

    @property
    def notes(self) -> Notes:
        """Driftgate's own."""

    @property
    def dead_events(self) -> DeadEvents:
        """Event Grid's."""


def count_aside(places: Aside) -> int:
    """What Driftgate put aside and what Event Grid gave up.

    Service Bus counts what lies with it itself, in the metric DeadletteredMessages; the embedded
    broker's own are counted here. Raises Unavailable.
    """
    return places.notes.count() + places.dead_events.count_events()
