"""What receivers are told now: each group whose time has come, as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.canonical import canonical_json
from shared.domain.decisions.alerts.members import Group, rank
from shared.domain.decisions.alerts.news import due_at, news_of, reason_of, repeat_at
from shared.domain.decisions.alerts.noticing import notice_of
from shared.domain.notices import GroupWatch, Notice, NoticeReason, ToldAs

_MOST_AT_ONCE = 20
_MOST_BYTES = 150_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A group after this look: its notice, if one was made, and the news that it knows by now."""

    group: Group
    watch: GroupWatch
    news: dict[str, NoticeReason] = field(default_factory=dict)
    notice: Notice | None = None


def tell(
    groups: Iterable[Group],
    scope: str,
    now: datetime,
    *,
    asked: str | None = None,
    dropped: int = 0,
) -> tuple[Told, ...]:
    """Tell the groups that are due, and the one that is `asked` for in any case.

    Of very many the worst go first and the others stay due: a decision has to fit into its row.
    """
    told, count, size = [], 0, 0
    for group, news, due in sorted(_dues(groups, now), key=lambda one: _urgency(one[0])):
        mine = group.key == asked
        if not mine and (due is None or due > now or count >= _MOST_AT_ONCE or size > _MOST_BYTES):
            told.append(Told(group=group, watch=_later(group, news, due), news=news))
            continue
        one = _told(group, scope, news, now, mine=mine, dropped=dropped)
        if one.notice is not None:
            count, size = count + 1, size + len(canonical_json(one.notice))
        told.append(one)
    return tuple(told)


_Due = tuple[Group, dict[str, NoticeReason], datetime | None]


def _dues(groups: Iterable[Group], now: datetime) -> Iterable[_Due]:
    for group in groups:
        news = news_of(group)
        yield group, news, due_at(group, news, now)


def _urgency(group: Group) -> tuple[int, str]:
    worst = max((rank(one.alert.severity) for one in group.members if one.shown), default=0)
    return -worst, group.key


def _later(group: Group, news: Mapping[str, NoticeReason], due: datetime | None) -> GroupWatch:
    """The group as it stays until its time comes; what a silence let go is still known as that."""
    let_go = {
        member.fingerprint: member.was
        for member in group.members
        if member.was is not None and news.get(member.fingerprint) is NoticeReason.SILENCE_ENDED
    }
    told = {m.fingerprint: m.told for m in group.members if m.told is not None}
    return replace(group.watch, due=due, held={**let_go, **_held(group)}, told=told)


def _told(
    group: Group,
    scope: str,
    news: dict[str, NoticeReason],
    now: datetime,
    *,
    mine: bool,
    dropped: int,
) -> Told:
    """The group told; ends alone are kept from a receiver that does not want to hear of them."""
    reasons = set(news.values())
    if not group.receiver.resolved:
        reasons.discard(NoticeReason.SOME_RESOLVED)
    repeat = repeat_at(group)
    silent = not reasons and not mine and (repeat is None or repeat > now)
    watch = replace(group.watch, held=_held(group), told=_known(group), due=None)
    if silent:
        return Told(group=group, watch=replace(watch, due=_repeat(group, watch)), news=news)
    reason = reason_of(group, reasons)
    notice = notice_of(group, scope, reason, now, dropped=dropped)
    watch = replace(watch, sent=now, number=notice.number)
    return Told(
        group=group,
        watch=replace(watch, due=_repeat(group, watch)),
        news=news,
        notice=notice,
    )


def _repeat(group: Group, watch: GroupWatch) -> datetime | None:
    members = tuple(
        replace(member, told=watch.told.get(member.fingerprint)) for member in group.members
    )
    return repeat_at(replace(group, watch=watch, members=members))


def _known(group: Group) -> dict[str, ToldAs]:
    """What the receiver knows after the notice: what fires, and nothing of what is over."""
    return {
        member.fingerprint: ToldAs(
            severity=member.alert.severity,
            flapping=member.life.flapping,
            owner=member.owner,
        )
        for member in group.members
        if member.shown
    }


def _held(group: Group) -> dict[str, str]:
    return {m.fingerprint: m.held.by for m in group.members if m.held is not None}
