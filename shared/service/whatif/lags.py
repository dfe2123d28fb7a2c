"""How long it took from what was decided to what followed, as it was recorded."""

from bisect import insort
from collections import defaultdict, deque
from datetime import datetime, timedelta

_KEPT = 101


class Lags:
    """The median lag of the last hundred of each kind; none where none was seen."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, deque[timedelta]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._open: dict[str, datetime] = {}

    def saw(self, kind: str, lag: timedelta) -> None:
        """One more of a kind."""
        self._seen[kind].append(max(lag, timedelta()))

    def of(self, kind: str) -> timedelta:
        """What the next one is taken to need."""
        ordered: list[timedelta] = []
        for lag in self._seen.get(kind, ()):
            insort(ordered, lag)
        return ordered[len(ordered) // 2] if ordered else timedelta()

    def began(self, order: str, at: datetime) -> None:
        """An order to deliver went out."""
        self._open[order] = at

    def arrived(self, kind: str, order: str, at: datetime) -> None:
        """Its outcome was decided."""
        began = self._open.pop(order, None)
        if began is not None:
            self.saw(kind, at - began)
