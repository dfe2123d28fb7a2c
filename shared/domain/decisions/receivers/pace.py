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
_MOST = 500


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


def free(desk: Desk, severity: Severity) -> int:
    """How many more may go out now."""
    return most(desk.rule.pace, severity) - _used(desk)


def is_digest_free(desk: Desk, severity: Severity) -> bool:
    """Whether a digest may go out now: one in each span, more where the pace has room for them."""
    return _used(desk) < all_of(desk.rule.pace) and (
        not _is_digested(desk) or free(desk, severity) > 0
    )


def next_free(desk: Desk, severity: Severity) -> datetime:
    """When a digest may go out, as far as can be said now."""
    pace = desk.rule.pace
    room = _below(desk, all_of(pace))
    if not _is_digested(desk) or desk.digested is None:
        return room
    return max(room, min(desk.digested + pace.per, _below(desk, most(pace, severity))))


def _is_digested(desk: Desk) -> bool:
    under_way = any(flight.carries is not None for flight in desk.flying.values())
    since = desk.digested
    return under_way or (since is not None and desk.now - since < desk.rule.pace.per)


def _below(desk: Desk, limit: int) -> datetime:
    """When fewer than so many are in the span; what is on its way is known in a minute."""
    over = _used(desk) - limit
    if over < 0:
        return desk.now
    times = sorted(desk.sent)
    per = desk.rule.pace.per
    if over < len(times):
        return max(desk.now, times[over] + per)
    return desk.now + min(per, timedelta(minutes=1))


def _used(desk: Desk) -> int:
    return len(desk.sent) + sum(not flight.quiet for flight in desk.flying.values())
