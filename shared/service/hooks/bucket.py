"""A token bucket: so many calls at once, so many a second from then on; two numbers of memory."""

from datetime import datetime
from threading import Lock

from shared.domain.tokens import take


class Bucket:
    """Lets `burst` calls through at once and `rate` a second in the long run."""

    def __init__(self, *, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._left = float(burst)
        self._seen: datetime | None = None
        self._lock = Lock()

    def take(self, now: datetime) -> float:
        """0 where the call may pass, else the seconds until one may.

        A clock that is put back fills nothing and takes nothing away.
        """
        with self._lock:
            seen = now if self._seen is None else self._seen
            passed = max(0.0, (now - seen).total_seconds())
            self._seen = max(seen, now)
            self._left, wait = take(self._left, passed, rate=self._rate, burst=self._burst)
            return wait
