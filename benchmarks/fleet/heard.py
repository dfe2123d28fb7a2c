"""When messages are due: how many in one second and minute, and how a timer's are spread."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.fleet.meter import Heard
from shared.ports import Clock, Message

SAME_PLACE_SECONDS = 1
"""So far a subject may move in a spread that grew by a second, and is at its place still."""


@dataclass(slots=True)
class Spread:
    """The firings of one timer: how many each asks, over how long, and who changed places."""

    firings: int = 0
    most: int = 0
    widest: int = 0
    most_a_second: int = 0
    most_over_even: float = 0.0
    kept: int = 0
    moved: int = 0
    farthest: int = 0
    places: dict[str, int] = field(default_factory=dict)

    def firing(self, offsets: dict[str, int]) -> None:
        """One firing asked these subjects, each so many seconds after it."""
        self.firings += 1
        seconds = Counter(offsets.values())
        wide = max(offsets.values())
        fullest = max(seconds.values())
        self.most = max(self.most, len(offsets))
        self.widest = max(self.widest, wide)
        if fullest > self.most_a_second:
            self.most_a_second = fullest
            self.most_over_even = fullest / (len(offsets) / (wide + 1))
        for subject, offset in offsets.items():
            before = self.places.get(subject)
            self.places[subject] = offset
            if before is None:
                continue
            self.farthest = max(self.farthest, abs(offset - before))
            if abs(offset - before) <= SAME_PLACE_SECONDS:
                self.kept += 1
            else:
                self.moved += 1

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "firings": self.firings,
            "most_asked": self.most,
            "over_seconds": self.widest,
            "most_in_a_second": self.most_a_second,
            "fullest_second_over_even": round(self.most_over_even, 2),
            "kept_their_place": self.kept,
            "changed_their_place": self.moved,
            "farthest_move_seconds": self.farthest,
        }


class Due(Heard):
    """Counts what is handled by the second it is due in, from `since` on."""

    def __init__(self, clock: Clock, since: datetime) -> None:
        self._clock = clock
        self._start = since
        self._second = self._minute = -1
        self._in_second: Counter[str] = Counter()
        self._in_minute: Counter[str] = Counter()
        self.busiest_second: dict[str, Any] = {"messages": 0}
        self.busiest_minute: dict[str, Any] = {"messages": 0}
        self.minutes = Counter[int]()
        self.bursts: dict[str, Counter[int]] = {}
        self.spreads: dict[str, Spread] = {}
        self._asked: dict[str, dict[str, int]] = {}

    def handles(self, kind: str, many: int = 1) -> None:
        """A message of a kind begins now."""
        second = int((self._clock() - self._start).total_seconds())
        if second < 0:
            return
        if second != self._second:
            self._close_second()
            self._second = second
        if second // 60 != self._minute:
            self._close_minute()
            self._minute = second // 60
        self._in_second[kind] += many
        self._in_minute[kind] += many

    def asks(self, timer: str, messages: Sequence[Message]) -> None:
        """A timer sends these; they belong to its firing of now."""
        now = self._clock().replace(second=0, microsecond=0)
        asked = self._asked.setdefault(timer, {})
        for message in messages:
            due = message.scheduled or now
            asked[message.session] = int((due - now).total_seconds())

    def fired(self, timer: str) -> None:
        """The firing is over."""
        asked = self._asked.pop(timer, None)
        if asked and self._clock() >= self._start:
            self.spreads.setdefault(timer, Spread()).firing(asked)

    def close(self) -> None:
        """Nothing more comes."""
        self._close_second()
        self._close_minute()

    def _close_second(self) -> None:
        for kind, many in self._in_second.items():
            if many:
                self.bursts.setdefault(kind, Counter())[many] += 1
        self.busiest_second = self._busier(self.busiest_second, self._in_second, self._second)
        self._in_second = Counter()

    def _close_minute(self) -> None:
        if self._minute >= 0:
            self.minutes[self._minute] += sum(self._in_minute.values())
        self.busiest_minute = self._busier(self.busiest_minute, self._in_minute, 60 * self._minute)
        self._in_minute = Counter()

    def _busier(self, before: dict[str, Any], found: Counter[str], second: int) -> dict[str, Any]:
        many = sum(found.values())
        if many <= before["messages"]:
            return before
        kinds = {kind: count for kind, count in found.most_common() if count}
        return {"messages": many, "second": second, "kinds": kinds}
