"""How many notices a receiver may get in its span: some for anything, some for what is critical.

Of thirty an hour the last one is the digest's, so that people hear of what was folded within a
minute, and six of the others are kept for critical notices, so that a storm of lesser ones does not
use them up.
"""

from datetime import datetime, timedelta

from shared.domain.alert import Severity
from shared.domain.decisions.receivers.desk import Desk
from shared.domain.policy import Pace

_RESERVE = 5
_MOST = 1000


def most(pace: Pace, severity: Severity) -> int:
    """How many may have been sent in the span before one of this severity has to be folded.

    >>> [most(Pace(notices=n), Severity.WARNING) for n in (1, 2, 3, 10, 30)]
    [1, 2, 2, 7, 23]
    >>> [most(Pace(notices=n), Severity.CRITICAL) for n in (1, 2, 3, 10, 30)]
    [1, 2, 2, 9, 29]
    """
    notices = all_of(pace)
    for_digest = 1 if notices >= 3 else 0
    reserve = 0 if severity is Severity.CRITICAL else notices // _RESERVE
    return max(1, notices - reserve - for_digest)


def all_of(pace: Pace) -> int:
    """What may be sent in a span, the digest included; no state could hold very many times."""
    return max(1, min(pace.notices, _MOST))


def free(desk: Desk, severity: Severity | None) -> int:
    """How many more may go out now; None is for a digest."""
    pace = desk.rule.pace
    limit = all_of(pace) if severity is None else most(pace, severity)
    return limit - _used(desk)


def next_free(desk: Desk) -> datetime:
    """When a digest may go out."""
    pace = desk.rule.pace
    over = _used(desk) - all_of(pace)
    if over < 0:
        return desk.now
    times = sorted(desk.sent)
    if over < len(times):
        return max(desk.now, times[over] + pace.per)
    return desk.now + min(pace.per, timedelta(minutes=1))


def _used(desk: Desk) -> int:
    return len(desk.sent) + sum(not flight.quiet for flight in desk.flying.values())
