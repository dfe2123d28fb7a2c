"""What comes next: by time, and within one moment in the order of a queue."""

import heapq
from dataclasses import dataclass
from datetime import datetime

from shared.domain.event import Event
from shared.service.whatif.track import Track

UNRANKED, ASKED, TIMED = -2, -1, 0
"""Not looked at yet; asked for at an earlier moment; asked for by a timer. What comes of these in
the same moment has the generations after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The next recorded decision of a track, or an `event` that was never recorded.

    That of a decision counts only while the track's `turn` is this one.

    Of one moment those of a later `generation` come later, and of one generation those of a later
    `order`: a queue hands out first what came first. A timer asks of its subjects in their order.
    """

    at: datetime
    track: Track
    event: Event | None = None
    turn: int = 0
    generation: int = UNRANKED
    order: int = 0


class Agenda:
    """Entries in their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, str, int, Entry]] = []
        self._number = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def put(self, entry: Entry) -> None:
        """Have it come when it is due."""
        self._number += 1
        subject = entry.track.subject if entry.generation == TIMED else ""
        key = entry.at, entry.generation, entry.order, subject, self._number
        heapq.heappush(self._heap, (*key, entry))

    def take(self) -> Entry:
        """The first of all."""
        return heapq.heappop(self._heap)[-1]

    def others_at(self, at: datetime) -> bool:
        """Whether anything else comes at the same moment."""
        return bool(self._heap) and self._heap[0][0] == at


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """When an event was made, by what generation of that moment, and the how manieth it was."""

    at: datetime
    generation: int
    number: int
