"""A notice goes out: the order to its channel, and what is remembered of it while it flies."""

from dataclasses import asdict, replace

from shared.domain.action import Deliver
from shared.domain.canonical import content_hash
from shared.domain.decisions.receivers.desk import Desk
from shared.domain.decisions.receivers.folding import digest_of, is_told_by
from shared.domain.decisions.receivers.heads import head_of
from shared.domain.finding import Rule
from shared.domain.notices import Flight, Folded, Notice, NoticeReason
from shared.domain.policy import ChannelKind

MOST_FLYING = 40
_NOISY = frozenset(
    {
        NoticeReason.FIRST,
        NoticeReason.NEW_ALERTS,
        NoticeReason.WORSE,
        NoticeReason.REPEAT,
        NoticeReason.SILENCE_ENDED,
        NoticeReason.ACKNOWLEDGEMENT_ENDED,
        NoticeReason.DIGEST,
    }
)
_OF_WHAT_IS_KNOWN = frozenset(
    {
        NoticeReason.NEW_ALERTS,
        NoticeReason.WORSE,
        NoticeReason.SOME_RESOLVED,
        NoticeReason.REPEAT,
    }
)


def is_quiet(desk: Desk, notice: Notice) -> bool:
    """Whether it only changes what people have already, without a new noise.

    PagerDuty takes an incident's acknowledgement and its end, Slack's bot changes its message.
    """
    reference = desk.references.get(notice.group)
    match desk.rule.channel:
        case ChannelKind.PAGERDUTY:
            acknowledged = notice.reason is NoticeReason.ACKNOWLEDGED
            return notice.resolved or (reference is not None and acknowledged)
        case ChannelKind.SLACK:
            return desk.rule.room is not None and bool(reference) and notice.reason not in _NOISY
        case _:
            return False


def send(desk: Desk, notice: Notice, *, attempts: int = 0, carries: Folded | None = None) -> None:
    """Order the channel to send it; `attempts` counts the tries before this one that failed."""
    notice = _as_first(desk, notice)
    head = head_of(notice)
    order = content_hash([notice.id, desk.key, attempts])[:16]
    desk.flying[notice.group] = Flight(
        **asdict(head),
        since=desk.now,
        order=order,
        attempts=attempts + 1,
        quiet=is_quiet(desk, notice),
        carries=carries,
    )
    desk.actions.append(
        Deliver(
            notice=notice,
            channel=desk.rule.channel,
            order=order,
            reference=desk.references.get(notice.group) or None,
            summarise=_is_summarised(desk, notice),
        )
    )
    again = f" (try {attempts + 1})" if attempts else ""
    desk.find(
        "digest_sent" if carries is not None else "sent",
        f"{desk.rule.name} is sent by {desk.rule.channel.value}{again}: {head.spoken}.",
        head=head,
        group=notice.group,
        order=order,
        attempts=attempts + 1,
    )


def _as_first(desk: Desk, notice: Notice) -> Notice:
    """Whatever was made before and reached nobody, the first that people hear is no reminder."""
    if notice.group in desk.references or notice.reason not in _OF_WHAT_IS_KNOWN:
        return notice
    return replace(notice, reason=NoticeReason.FIRST)


def send_digest(desk: Desk) -> None:
    """Tell all that is folded in one notice, or nothing where it all came and went."""
    folded, desk.folded = desk.folded, None
    if folded is None:
        return
    if not is_told_by(folded):
        desk.find(
            "came_and_went",
            f"{folded.count} alerts that waited for a digest are over again; nobody is told.",
            rule=Rule.PACE,
            count=folded.count,
        )
        return
    desk.digests += 1
    notice = digest_of(folded, receiver=desk.rule.name, number=desk.digests, now=desk.now)
    send(desk, notice, carries=folded)


def _is_summarised(desk: Desk, notice: Notice) -> bool:
    rule = desk.rule.summary
    return (
        rule is not None and desk.tokens < rule.tokens_a_day and _letters(notice) > rule.longer_than
    )


def _letters(notice: Notice) -> int:
    """How long its text is, as far as that is known before it is written for its channel."""
    told = (len(a.title) + len(a.text) + len(a.first_step) for a in notice.alerts)
    return len(notice.title) + sum(told)
