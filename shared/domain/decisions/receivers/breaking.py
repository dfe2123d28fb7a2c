"""When a channel that fails is tried again: after a pause that doubles, and by one notice alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from shared.domain.notices import Breaker

SOONEST, LATEST = timedelta(minutes=1), timedelta(minutes=10)
RARELY = timedelta(hours=1)
"""A channel that refuses for good is tried so often, in case somebody mended it."""
LONGEST_ASKED = timedelta(hours=6)
_MOST_ASKED = timedelta(days=7)
_IN_A_ROW = 5
_SPREAD = 0.25


def pause(attempts: int, name: str) -> timedelta:
    """How long to wait after so many failed tries: a minute, doubled up to ten.

    Spread by the name, so that what failed together does not come again together.

    >>> [round(pause(n, "a").total_seconds()) for n in (1, 2, 3, 9)]
    [60, 144, 243, 600]
    """
    doubled: timedelta = min(SOONEST * 2 ** min(max(attempts, 1) - 1, 10), LATEST)
    place = sha256(f"{name} {attempts}".encode()).digest()[0] / 255
    return min(doubled * (1 + _SPREAD * place), LATEST)


def is_closed(breaker: Breaker, now: datetime) -> bool:
    """Whether nothing may be sent."""
    return breaker.until is not None and now < breaker.until


def is_tried(breaker: Breaker, now: datetime) -> bool:
    """Whether one notice alone may be sent, to see whether the channel works again."""
    return breaker.until is not None and now >= breaker.until


def after_failure(breaker: Breaker, reason: str, now: datetime, name: str) -> Breaker:
    """One more failure in a row; after five of them, and after a try that failed, it is closed."""
    failures = breaker.failures + 1
    tried = is_tried(breaker, now)
    kept = replace(breaker, failures=failures, since=breaker.since or now, reason=reason)
    if not tried and (breaker.until is not None or failures < _IN_A_ROW):
        return kept
    return replace(kept, until=now + pause(kept.closings + 1, name), closings=kept.closings + 1)


def closed_for(breaker: Breaker, reason: str, now: datetime, span: timedelta) -> Breaker:
    """Closed for at least so long, whatever the number of failures."""
    until = max(now + min(span, _MOST_ASKED), breaker.until or now)
    return replace(
        breaker,
        failures=breaker.failures + 1,
        since=breaker.since or now,
        until=until,
        reason=reason,
        closings=breaker.closings + 1,
    )
