"""How often one caller may ask: a bucket of tokens each, in bounded memory, for this instance."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from time import monotonic

from shared.domain.tokens import take
from shared.recent import Recent

MOST_BYTES = 65_536
"""A body of the API: what a person says in a sentence or two, with room to spare."""
MOST_ROWS = 200
"""Rows of one page of a list."""
USUAL_ROWS = 100
SECONDS = 60.0
"""A request that takes longer is answered with 504."""
_MOST_CALLERS = 4096


class Kind(StrEnum):
    """What a request costs: to read a list, to put together a page, to say something."""

    READ = "read"
    PAGE = "page"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests at once, and so many a second over time."""

    burst: int
    each_second: float


RATES = {
    Kind.READ: Rate(300, 10.0),
    Kind.PAGE: Rate(60, 2.0),
    Kind.WRITE: Rate(60, 1.0),
}


class Buckets:
    """Tokens left by caller and kind of request; the callers of longest ago are forgotten first.

    Whoever is forgotten has a full bucket again, which is why as many callers are kept as are
    never seen together.
    """

    def __init__(
        self,
        rates: dict[Kind, Rate] | None = None,
        clock: Callable[[], float] = monotonic,
        most: int = _MOST_CALLERS,
    ) -> None:
        """`clock` counts seconds and never goes back."""
        self._rates = RATES if rates is None else rates
        self._clock = clock
        self._left: Recent[tuple[str, Kind], tuple[float, float]] = Recent(most)
        self._lock = Lock()

    def wait(self, caller: str, kind: Kind) -> float:
        """Take a token; 0 when there was one, else in how many seconds there will be."""
        rate, now = self._rates[kind], self._clock()
        with self._lock:
            left, seen = self._left.pop((caller, kind), (float(rate.burst), now))
            left, wait = take(left, now - seen, rate=rate.each_second, burst=rate.burst)
            self._left[caller, kind] = (left, now)
        return wait
