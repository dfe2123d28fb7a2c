"""A notice comes in: it is sent, waits, is folded, or is told to nobody for a reason."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alert import Severity
from shared.domain.decisions.receivers.breaking import is_closed, is_tried
from shared.domain.decisions.receivers.desk import LOST, Desk
from shared.domain.decisions.receivers.folding import fold, is_folded, unfold
from shared.domain.decisions.receivers.heads import bare, end_of, head_of
from shared.domain.decisions.receivers.pace import free
from shared.domain.decisions.receivers.parking import (
    CLOSED,
    IN_FLIGHT,
    MANY,
    TRIED_AGAIN,
    UNREAD,
    drop,
    is_carried,
    never_told,
    park,
)
from shared.domain.decisions.receivers.sending import MOST_FLYING, is_quiet, send
from shared.domain.notices import Head, Notice, NoticeReason, Waiting
from shared.domain.wording import spell_time

UNREAD_FOR = timedelta(minutes=5)
_OF_KNOWN = frozenset(
    {
        NoticeReason.NEW_ALERTS,
        NoticeReason.WORSE,
        NoticeReason.SOME_RESOLVED,
        NoticeReason.REPEAT,
        NoticeReason.CALM,
    }
)
"""Reasons that make sense only to who has had an earlier notice of the group."""


def take(desk: Desk, notice: Notice) -> None:
    """See what becomes of one notice."""
    notice = _as_end(desk, notice)
    group, head = notice.group, head_of(notice)
    refused = _why_not(desk, notice, head)
    if refused is not None:
        reason, sentence = refused
        drop(desk, group, head, reason, sentence)
        return
    notice = _as_news(desk, notice)
    before = desk.waiting.pop(group, None)
    if before is not None:
        _supersede(desk, group, before, head)
    if _ends_untold(desk, group, head):
        return
    attempts = 0 if before is None else before.attempts
    flight = desk.flying.get(group)
    if desk.unread is not None:
        park(desk, group, head, why=UNREAD, until=desk.now + UNREAD_FOR, attempts=attempts)
    elif flight is not None or is_carried(desk, group):
        since = desk.now if flight is None else flight.since
        park(desk, group, head, why=IN_FLIGHT, until=since + LOST)
    elif before is not None and before.why == TRIED_AGAIN and before.until > desk.now:
        park(desk, group, head, why=TRIED_AGAIN, until=before.until, attempts=attempts)
    elif (until := _held_until(desk)) is not None:
        park(desk, group, head, why=CLOSED, until=until, attempts=attempts)
    else:
        _by_pace(desk, notice, head, attempts)


def _as_end(desk: Desk, notice: Notice) -> Notice:
    """The end of what waits here, where its scope has nothing left of it that could be told."""
    waiting = desk.waiting.get(notice.group)
    if waiting is None or notice.alerts or not notice.resolved:
        return notice
    made = max(notice.made, waiting.made)
    ended = replace(bare(waiting), notice=notice.id, made=made, number=waiting.number + 1)
    return end_of(ended, notice.group, desk.rule.name)


def _as_news(desk: Desk, notice: Notice) -> Notice:
    """A group that people never heard of is new to them, though its scope has told it before.

    The notice that told it first may have failed, and the scope is then asked for it again.
    """
    if notice.group in desk.references or notice.resolved or notice.reason not in _OF_KNOWN:
        return notice
    alerts = tuple(replace(alert, new=alert.ended is None) for alert in notice.alerts)
    return replace(notice, reason=NoticeReason.FIRST, alerts=alerts)


def _by_pace(desk: Desk, notice: Notice, head: Head, attempts: int) -> None:
    group = notice.group
    quiet = is_quiet(desk, notice)
    urgent = head.severity is Severity.CRITICAL and not head.resolved
    if not quiet and (free(desk, head.severity) <= 0 or (is_folded(desk, group) and not urgent)):
        fold(desk, group, head)
    elif len(desk.flying) >= MOST_FLYING:
        until = desk.now + timedelta(minutes=1)
        park(desk, group, head, why=MANY, until=until, attempts=attempts)
    else:
        unfold(desk, group)
        send(desk, notice, attempts=attempts)


def _why_not(desk: Desk, notice: Notice, head: Head) -> tuple[str, str] | None:
    """Why nobody is told of it, whatever the pace and the channel allow."""
    name = desk.rule.name
    if notice.scope == f"receiver.{name}":
        return "about_itself", f"{name} cannot be told that {name} cannot be told."
    if not notice.alerts:
        return "empty", "It has no alerts."
    known = _newest(desk, notice.group)
    if known is not None and not _is_newer(head, known):
        return (
            "older",
            f"It is the {head.number}th of its group, of {spell_time(head.made)}; a later one, of "
            f"{spell_time(known[1])}, has come before it.",
        )
    if notice.resolved and not desk.rule.resolved:
        desk.forget(notice.group)
        desk.waiting.pop(notice.group, None)
        return "not_wanted", f"{name} is not told of what is over."
    return None


def _newest(desk: Desk, group: str) -> tuple[int, datetime] | None:
    """The number and time of the newest notice of a group that is known here."""
    places = (desk.waiting.get(group), desk.flying.get(group), desk.last.get(group))
    known = [(one.number, one.made) for one in places if one is not None]
    return max(known, key=lambda one: (one[1], one[0]), default=None)


def _is_newer(head: Head, known: tuple[int, datetime]) -> bool:
    """A group that comes again is counted from one again, so that either may say so."""
    number, made = known
    return head.made > made or head.number > number


def _supersede(desk: Desk, group: str, before: Waiting, head: Head) -> None:
    desk.find(
        "superseded",
        f"{before.title} is told as it is now, by the {head.number}th notice of its group.",
        head=before,
        group=group,
        by=head.notice,
    )


def _ends_untold(desk: Desk, group: str, head: Head) -> bool:
    """What is over before anybody was told is told to nobody; a digest to come counts it so."""
    if not never_told(desk, group, head):
        return False
    if is_folded(desk, group):
        fold(desk, group, head)
    else:
        sentence = f"{head.title} is over, and {desk.rule.name} was never told that it began."
        drop(desk, group, head, "never_told", sentence)
    return True


def _held_until(desk: Desk) -> datetime | None:
    """Until when the channel takes nothing: it is closed, or another notice is trying it."""
    breaker = desk.breaker
    if is_closed(breaker, desk.now):
        return breaker.until
    if is_tried(breaker, desk.now) and desk.flying:
        return desk.now + LOST
    return None
