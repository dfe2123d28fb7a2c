"""How many notices a receiver may get in its span, and how many of them at once.

Of thirty an hour the last one is the digest's, so that people hear of what was folded within a
minute, and six of the others are kept for critical notices, so that a storm of lesser ones does not
use them up. Of these no more than five come within five minutes, critical ones two more; a digest
counts, but is not held back by others, only by the digest before it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.alert import Severity
from shared.domain.decisions.receivers.desk import Desk
from shared.domain.policy import Pace

MORE_CRITICAL = 2
"""So many critical notices may come beyond a burst."""
_RESERVE = 5
_MOST = 500


class Bound(StrEnum):
    """What a notice is over: the pace of the whole span, or that of a burst."""

    PACE = "pace"
    BURST = "burst"


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


def most_at_once(pace: Pace, severity: Severity) -> int:
    """How many may have been sent at once before one of this severity has to be folded.

    >>> [most_at_once(Pace(burst=n), Severity.WARNING) for n in (1, 5)]
    [1, 5]
    >>> [most_at_once(Pace(burst=n), Severity.CRITICAL) for n in (1, 5)]
    [3, 7]
    """
    return max(1, pace.burst) + (MORE_CRITICAL if severity is Severity.CRITICAL else 0)


def all_of(pace: Pace) -> int:
    """What may be sent in a span, the digest included; no state could hold very many times."""
    return max(1, min(pace.notices, _MOST))


def free(desk: Desk, severity: Severity) -> int:
    """How many more may go out now."""
    at_once = most_at_once(desk.rule.pace, severity) - _used_at_once(desk)
    return min(_room(desk, severity), at_once)


def bound(desk: Desk, severity: Severity) -> Bound | None:
    """Which bound holds back a notice of this severity now; the longer one if both do."""
    if _room(desk, severity) <= 0:
        return Bound.PACE
    return Bound.BURST if free(desk, severity) <= 0 else None


def is_beyond(desk: Desk, severity: Severity) -> bool:
    """Whether more has gone out in the span than notices of this severity may be."""
    return _room(desk, severity) < 0


def is_digest_free(desk: Desk, severity: Severity) -> bool:
    """Whether a digest may go out now: one at once, and one in each span where there is no room."""
    pace = desk.rule.pace
    beyond = desk.beyond is not None and desk.now - desk.beyond < pace.per
    return (
        _digest_under_way(desk) is None
        and (desk.digested is None or desk.now - desk.digested >= pace.at_once)
        and _used(desk) < all_of(pace)
        and (not beyond or _room(desk, severity) > 0)
    )


def next_free(desk: Desk, severity: Severity) -> datetime:
    """When a digest may go out, as far as can be said now."""
    pace = desk.rule.pace
    under_way = _digest_under_way(desk)
    before, beyond = under_way or desk.digested, desk.beyond
    if under_way is not None and is_beyond(desk, severity):
        beyond = under_way
    times = [_below(desk, all_of(pace))]
    if before is not None:
        times.append(before + pace.at_once)
    if beyond is not None:
        times.append(min(beyond + pace.per, _below(desk, most(pace, severity))))
    return max(times)


def _digest_under_way(desk: Desk) -> datetime | None:
    times = (flight.since for flight in desk.flying.values() if flight.carries is not None)
    return max(times, default=None)


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


def _room(desk: Desk, severity: Severity) -> int:
    return most(desk.rule.pace, severity) - _used(desk)


def _used(desk: Desk) -> int:
    return len(desk.sent) + _noisy_under_way(desk)


def _used_at_once(desk: Desk) -> int:
    since = desk.now - desk.rule.pace.at_once
    return sum(time > since for time in desk.sent) + _noisy_under_way(desk)


def _noisy_under_way(desk: Desk) -> int:
    return sum(not flight.quiet for flight in desk.flying.values())
