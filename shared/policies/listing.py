"""How long a listing of the policies is good for: at no time for few, up to a minute for many."""

from collections.abc import Callable, Mapping
from time import monotonic

AT_ONCE = 100
"""So many files are listed for every decision: one that was edited counts at once."""
A_FILE = 0.006
"""Of more, each makes a listing good for so many seconds longer."""
LONGEST = 60.0
"""Seconds after which any fleet is listed again."""


class Listing:
    """The files of the policies, listed again once the last listing is too old for their number.

    To list ten thousand takes longer than to decide. So what a decision costs does not grow with
    the fleet, and an edited file counts within a minute.
    """

    def __init__(
        self, files: Callable[[], Mapping[str, bytes]], timer: Callable[[], float] = monotonic
    ) -> None:
        self._ask = files
        self._timer = timer
        self._last: Mapping[str, bytes] = {}
        self._until = 0.0

    def __call__(self) -> Mapping[str, bytes]:
        """The content of each file by its name. Raises what listing them raises."""
        now = self._timer()
        if not self._last or now >= self._until:
            files = self._ask()
            self._until = now + good_for(len(files))
            self._last = files
        return self._last


def good_for(files: int) -> float:
    """For how many seconds a listing of so many files is used.

    >>> good_for(100), good_for(1_100), good_for(10_100), good_for(100_000)
    (0.0, 6.0, 60.0, 60.0)
    """
    return min(max(0, files - AT_ONCE) * A_FILE, LONGEST)
