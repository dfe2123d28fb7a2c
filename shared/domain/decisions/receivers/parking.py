"""A group waits by its head, and whose turn it is when it may be told."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from shared.domain.action import ScheduleCheck
from shared.domain.alert import Severity
from shared.domain.decisions.receivers.breaking import is_closed, is_tried
from shared.domain.decisions.receivers.desk import LOST, Desk
from shared.domain.decisions.receivers.folding import fold
from shared.domain.decisions.receivers.heads import bare, end_of
from shared.domain.decisions.receivers.pace import free, is_digest_free, next_free
from shared.domain.decisions.receivers.sending import MOST_FLYING, is_quiet, send, send_digest
from shared.domain.event import Check, check_due
from shared.domain.finding import Rule
from shared.domain.notices import Head, Waiting
from shared.domain.wording import spell_time

MOST_WAITING = 300
_MOST_ASKED = 3
_SOON = timedelta(minutes=1)
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
IN_FLIGHT = "in_flight"
CLOSED = "channel_closed"
TRIED_AGAIN = "tried_again"
MANY = "many_in_flight"
UNREAD = "fleet_unread"
TURN = "its_turn"
ASKED = "asked"
_SENTENCES = {
    IN_FLIGHT: "an earlier notice of its group is on its way",
    CLOSED: "the channel does not work",
    TRIED_AGAIN: "the last try failed",
    MANY: "many notices are on their way",
    UNREAD: "the fleet's file cannot be read",
}


def park(
    desk: Desk, group: str, head: Head, *, why: str, until: datetime, attempts: int = 0
) -> None:
    """Let it wait; a fresh notice of its group is told in its place."""
    desk.waiting[group] = Waiting(
        **asdict(bare(head)), since=desk.now, until=until, why=why, attempts=attempts
    )
    desk.find(
        f"waits_{why}",
        f"{head.title} waits until {spell_time(until)}, since {_SENTENCES.get(why, why)}.",
        head=head,
        group=group,
        why=why,
        attempts=attempts or None,
    )


def wake(desk: Desk, group: str) -> None:
    """What waited for this group's flight has its turn, unless its own pause is not over."""
    waiting = desk.waiting.get(group)
    if waiting is not None and waiting.why == IN_FLIGHT:
        desk.waiting[group] = replace(waiting, until=desk.now, why=TURN)


def wake_all(desk: Desk, *, mended: bool) -> None:
    """Something got through: there is room again, and a channel that was closed is `mended`."""
    for group, waiting in desk.waiting.items():
        if waiting.why == MANY or (mended and waiting.why == CLOSED):
            desk.waiting[group] = replace(waiting, until=desk.now, why=TURN, attempts=0)


def move(desk: Desk) -> None:
    """The receiver has another channel: what waited for the old one has its turn."""
    for group, waiting in desk.waiting.items():
        if waiting.why in {CLOSED, TRIED_AGAIN}:
            desk.waiting[group] = replace(waiting, until=desk.now, why=TURN, attempts=0)
    if desk.folded is not None:
        desk.folded = replace(desk.folded, due=desk.now)


def is_carried(desk: Desk, group: str) -> bool:
    """Whether a digest on its way names this group."""
    return any(
        flight.carries is not None and group in flight.carries.listed
        for flight in desk.flying.values()
    )


def drop(desk: Desk, group: str, head: Head, reason: str, sentence: str) -> None:
    """It is told to nobody, for this reason."""
    desk.find(reason, sentence, head=head, group=group)


def never_told(desk: Desk, group: str, head: Head) -> bool:
    """Whether it is the end of what nobody was told of, and nobody is about to be.

    What may have been told so long ago that it is forgotten is told to be over all the same: an end
    too many does no harm, an incident that stays open does. That of a digest is always told.
    """
    forgotten = desk.forgot is not None and head.number > 1 and head.began <= desk.forgot
    return (
        head.resolved
        and not forgotten
        and head.scope != f"receiver.{desk.rule.name}"
        and group not in desk.references
        and group not in desk.flying
        and not is_carried(desk, group)
    )


def turn(desk: Desk) -> None:
    """Send what may be sent now, ask for what is to be sent next, fold what is over the pace.

    A digest goes first: it has waited longest. While the channel is closed nothing is tried, and
    what does not fit among those that wait is folded.
    """
    if not (desk.unread or is_closed(desk.breaker, desk.now)):
        _digest(desk)
        for group in sorted(desk.waiting, key=lambda g: _place(desk, g)):
            _one(desk, group, desk.waiting[group])
    for group in sorted(desk.waiting, key=lambda g: _place(desk, g))[MOST_WAITING:]:
        fold(desk, group, desk.waiting.pop(group))


def _place(desk: Desk, group: str) -> tuple[int, int, datetime, str]:
    """The end of what people know of comes first, then by severity and age."""
    one = desk.waiting[group]
    known = one.resolved and group in desk.references
    return (0 if known else 1, _RANK[one.severity], one.began, group)


def _digest(desk: Desk) -> None:
    folded = desk.folded
    if folded is None or folded.due > desk.now:
        return
    if is_tried(desk.breaker, desk.now) and _under_way(desk):
        desk.folded = replace(folded, due=desk.now + _SOON)
    elif is_digest_free(desk, folded.severity):
        send_digest(desk)
    else:
        desk.folded = replace(folded, due=max(next_free(desk, folded.severity), desk.now + _SOON))


def _one(desk: Desk, group: str, one: Waiting) -> None:
    if one.until > desk.now:
        return
    if group in desk.flying or is_carried(desk, group):
        desk.waiting[group] = replace(one, until=desk.now + LOST, why=IN_FLIGHT)
    elif never_told(desk, group, one):
        del desk.waiting[group]
        drop(desk, group, one, "never_told", f"{one.title} began and ended before anybody knew.")
    elif one.asked >= _MOST_ASKED:
        del desk.waiting[group]
        drop(
            desk,
            group,
            one,
            "nothing_to_tell",
            f"{one.scope} was asked {one.asked} times and has nothing to tell of {one.title}.",
        )
    elif is_tried(desk.breaker, desk.now) and _under_way(desk):
        desk.waiting[group] = replace(one, until=desk.now + LOST, why=CLOSED)
    elif _under_way(desk) >= MOST_FLYING:
        desk.waiting[group] = replace(one, until=desk.now + _SOON, why=MANY)
    elif one.resolved:
        _end(desk, group, one)
    elif free(desk, one.severity) > _asked(desk):
        _ask(desk, group, one)
    else:
        fold(desk, group, desk.waiting.pop(group))


def _end(desk: Desk, group: str, one: Waiting) -> None:
    """It is over: told from the head, for its scope may have forgotten it."""
    del desk.waiting[group]
    notice = end_of(one, group, desk.rule.name)
    if is_quiet(desk, notice) or free(desk, one.severity) > 0:
        send(desk, notice, attempts=one.attempts)
    else:
        fold(desk, group, one)


def _ask(desk: Desk, group: str, one: Waiting) -> None:
    """Have the scope say how the group is now; a question that gets lost is asked again."""
    desk.waiting[group] = replace(one, until=desk.now + LOST, why=ASKED, asked=one.asked + 1)
    details = {"group": group, "receiver": desk.rule.name}
    event = check_due(Check.ALERTS, f"alerts/{one.scope}", desk.now, details)
    desk.actions.append(ScheduleCheck(event=event))
    desk.find(
        "asked",
        f"It is the turn of {one.title}: {one.scope} is asked for it as it is now.",
        head=one,
        group=group,
        rule=Rule.GROUP,
    )


def _asked(desk: Desk) -> int:
    return sum(one.why == ASKED and one.until > desk.now for one in desk.waiting.values())


def _under_way(desk: Desk) -> int:
    return len(desk.flying) + _asked(desk)
