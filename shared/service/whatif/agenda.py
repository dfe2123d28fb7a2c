"""What comes next: by time, and within one moment what was made by what came before goes last."""

import heapq
from dataclasses import dataclass
from datetime import datetime

from shared.domain.event import Event
from shared.service.whatif.track import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The next recorded decision of a track, or an `event` that was never recorded.

    Of one moment those of a later `generation` come later: a queue hands out first what came first.
    """

    at: datetime
    track: Track
    event: Event | None = None
    generation: int = 0


class Agenda:
    """Entries in their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Entry]] = []
        self._number = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def put(self, entry: Entry) -> None:
        """Have it come when it is due."""
        self._number += 1
        heapq.heappush(self._heap, (entry.at, entry.generation, self._number, entry))

    def take(self) -> Entry:
        """The first of all."""
        return heapq.heappop(self._heap)[3]

    def others_at(self, at: datetime) -> bool:
        """Whether anything else comes at the same moment."""
        return bool(self._heap) and self._heap[0][0] == at
