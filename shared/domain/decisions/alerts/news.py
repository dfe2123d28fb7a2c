"""What a group has to tell its receiver, why, and when it is due."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from shared.domain.alert import Severity
from shared.domain.decisions.alerts.members import Group, Member, rank
from shared.domain.notices import NoticeReason

_LET_GO = ("silence ", "mute ", "only ")
"""What holds an alert back by these words has it told as soon as it ends."""
_TOLD_AGAIN = "silence "
"""The end of a silence is told also to who knew of the alert before; that of a night is not."""
_AT_ONCE = frozenset(
    {
        NoticeReason.SILENCE_ENDED,
        NoticeReason.ACKNOWLEDGED,
        NoticeReason.ACKNOWLEDGEMENT_ENDED,
    }
)
_FIRST_OF = (
    NoticeReason.SILENCE_ENDED,
    NoticeReason.FIRST,
    NoticeReason.WORSE,
    NoticeReason.NEW_ALERTS,
    NoticeReason.ACKNOWLEDGEMENT_ENDED,
    NoticeReason.FLAPPING,
    NoticeReason.CALM,
    NoticeReason.SOME_RESOLVED,
    NoticeReason.ACKNOWLEDGED,
    NoticeReason.REPEAT,
)
"""Of several reasons, the one that a notice names."""


def news_of(group: Group) -> dict[str, NoticeReason]:
    """By fingerprint what the receiver does not know yet."""
    found = ((member.fingerprint, _news(member, group)) for member in group.members)
    return {fingerprint: reason for fingerprint, reason in found if reason is not None}


def _news(member: Member, group: Group) -> NoticeReason | None:
    told = member.told
    if not member.fires:
        return None if told is None else NoticeReason.SOME_RESOLVED
    if member.held is not None or member.elsewhere:
        return None
    let_go = member.was is not None and member.was.startswith(_LET_GO)
    if told is None:
        if member.owner is not None:
            return NoticeReason.ACKNOWLEDGED
        if let_go:
            return NoticeReason.SILENCE_ENDED
        if group.watch.told:
            return NoticeReason.NEW_ALERTS
        return NoticeReason.FLAPPING if member.life.flapping else NoticeReason.FIRST
    if rank(member.alert.severity) > rank(told.severity):
        return NoticeReason.WORSE
    if let_go and (member.was or "").startswith(_TOLD_AGAIN) and member.owner is None:
        return NoticeReason.SILENCE_ENDED
    if member.owner != told.owner:
        owned = member.owner is not None
        return NoticeReason.ACKNOWLEDGED if owned else NoticeReason.ACKNOWLEDGEMENT_ENDED
    if member.life.flapping is not told.flapping:
        return NoticeReason.FLAPPING if member.life.flapping else NoticeReason.CALM
    return None


def due_at(group: Group, news: Mapping[str, NoticeReason], now: datetime) -> datetime | None:
    """When the group's next notice is due, None while there is none to come.

    What is new never puts off what is due already, so that a stream of changes delays nothing.
    """
    if not news:
        return repeat_at(group)
    dues = [_due(member, reason, group, now) for member, reason in _with_news(group, news)]
    return min(dues if group.watch.due is None else [*dues, group.watch.due])


def _with_news(
    group: Group, news: Mapping[str, NoticeReason]
) -> Iterator[tuple[Member, NoticeReason]]:
    for member in group.members:
        reason = news.get(member.fingerprint)
        if reason is not None:
            yield member, reason


def _due(member: Member, reason: NoticeReason, group: Group, now: datetime) -> datetime:
    """Most waits for others that come along; a new alert that is no emergency for longer."""
    taken_before = reason is NoticeReason.ACKNOWLEDGED and member.told is None
    if reason in _AT_ONCE and not taken_before:
        return now
    soon, sent = now + member.route.wait, group.watch.sent
    news = reason is NoticeReason.NEW_ALERTS or taken_before
    unhurried = news and member.alert.severity is not Severity.CRITICAL
    return max(soon, sent + member.route.interval) if unhurried and sent is not None else soon


def repeat_at(group: Group) -> datetime | None:
    """When the group is told again as it was: while something fires that nobody has taken on.

    A route whose `repeat` is nothing repeats nothing.
    """
    if group.watch.sent is None:
        return None
    spans = [
        member.route.repeat
        for member in group.members
        if member.routed
        and member.route.repeat > timedelta()
        and member.fires
        and member.told is not None
        and member.held is None
        and member.owner is None
    ]
    return group.watch.sent + min(spans) if spans else None


def reason_of(group: Group, reasons: set[NoticeReason]) -> NoticeReason:
    """The reason that a notice with news of these names.

    What somebody has in hand is never repeated: where its receiver asks for it as it is now, its
    turn has come to hear who has it.
    """
    shown = [member for member in group.members if member.shown]
    if not shown:
        return NoticeReason.ALL_RESOLVED
    taken = all(member.owner is not None for member in shown)
    otherwise = NoticeReason.ACKNOWLEDGED if taken else NoticeReason.REPEAT
    return next((one for one in _FIRST_OF if one in reasons), otherwise)
