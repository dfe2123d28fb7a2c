"""What a host of Azure said to one thread holds for all of them: not before then.

The SDKs sleep for a Retry-After in the thread that got the answer, and the others ask on. Here the
host's gate is shut meanwhile: who comes soon before it opens waits, who comes earlier is told the
time and asks nothing, so that a message goes back to its queue until then.
"""

import math
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from azure.core.pipeline.transport import RequestsTransport

from shared.adapters.retry_after import wait_of
from shared.errors import Throttled
from shared.recent import Recent

PATIENCE = 10.0
"""Seconds that a thread waits in front of a gate; a longer wait is its message's."""
_MOST_HOSTS = 256


class Gates:
    """One gate for each host, of one identity, since that is what Azure counts by."""

    def __init__(
        self, clock: Callable[[], float] = monotonic, wait: Callable[[float], None] = sleep
    ) -> None:
        """`clock` counts seconds and never goes back."""
        self._clock = clock
        self._wait = wait
        self._shut: Recent[str, float] = Recent(_MOST_HOSTS)
        self._lock = Lock()

    def enter(self, host: str) -> None:
        """Return when the host may be asked. Raises Throttled with the seconds it is still shut."""
        with self._lock:
            left = self._shut.get(host, -math.inf) - self._clock()
        if left > PATIENCE:
            raise Throttled(f"{host} asked to wait; it is asked again in {left:.0f} s.", left)
        if left > 0:
            self._wait(left)

    def heard(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Shut the gate for as long as an answer asks for, if it does."""
        seconds = wait_of(status, headers)
        if seconds:
            with self._lock:
                until = self._clock() + seconds
                self._shut[host] = max(until, self._shut.get(host, until))


class GatedTransport(RequestsTransport):  # type: ignore[misc]  # the SDK loads it by name
    """The SDKs' own way out, through the gates; whatever policies stand before it."""

    def __init__(self, gates: Gates, **options: Any) -> None:
        super().__init__(**options)
        self._gates = gates

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request where its host may be asked. Raises Throttled."""
        host = urlsplit(request.url).netloc
        self._gates.enter(host)
        answer = super().send(request, **options)
        self._gates.heard(host, answer.status_code, answer.headers)
        return answer
