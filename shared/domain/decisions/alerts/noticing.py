"""A group as a notice tells it: what fires first, the worst on top, and never too long."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.alert import Severity
from shared.domain.canonical import canonical_json, content_hash, format_time
from shared.domain.decisions.alerts.members import Group, Member, rank
from shared.domain.notices import Notice, NoticedAlert, NoticeReason

MOST_ALERTS = 20
_MOST_BYTES = 24_000


def notice_of(
    group: Group, scope: str, reason: NoticeReason, now: datetime, *, dropped: int = 0
) -> Notice:
    """The group's next notice. `dropped` alerts of the scope are not even remembered.

    A receiver that is not told of ends hears of them only when nothing else is left. What fires
    and was told once is told along while it is held back, so that nobody takes it as over.
    """
    firing = [member for member in group.members if member.shown]
    over = [member for member in group.members if member.ends]
    there = [*firing, *(over if group.receiver.resolved or not firing else ())]
    told = _fitting(_noticed(member) for member in sorted(there, key=_order))
    number = group.watch.number + 1
    return Notice(
        id=content_hash([group.key, number, format_time(now)])[:16],
        group=group.key,
        number=number,
        receiver=group.receiver.name,
        scope=scope,
        reason=reason,
        severity=_worst(firing or over),
        title=_title(scope, firing, over),
        made=now,
        since=min((member.alert.since for member in there), default=now),
        alerts=told,
        labels=dict(group.watch.labels),
        omitted=len(there) - len(told) + dropped if firing else 0,
        held=sum(member.held is not None for member in group.members),
    )


def nothing_left(group: str, receiver: str, scope: str, now: datetime) -> Notice:
    """The answer for a group that is forgotten: it is over, whatever of it still waits."""
    return Notice(
        id=content_hash([group, "nothing", format_time(now)])[:16],
        group=group,
        number=1,
        receiver=receiver,
        scope=scope,
        reason=NoticeReason.ALL_RESOLVED,
        severity=Severity.INFO,
        title=f"{scope}: nothing of it is left",
        made=now,
        since=now,
        alerts=(),
    )


def _order(member: Member) -> tuple[bool, int, bool, float]:
    newest = member.alert.since if member.fires else (member.life.ended or member.alert.since)
    return (
        not member.fires,
        -rank(member.alert.severity),
        member.told is not None,
        -newest.timestamp(),
    )


def _noticed(member: Member) -> NoticedAlert:
    alert, life = member.alert, member.life
    return NoticedAlert(
        fingerprint=member.fingerprint,
        kind=alert.kind,
        severity=alert.severity,
        subject=alert.subject,
        title=alert.title,
        text=alert.text,
        first_step=alert.first_step,
        since=alert.since,
        labels=dict(alert.labels),
        new=member.told is None,
        ended=None if member.fires else life.ended,
        over=None if member.fires else life.over,
        owner=member.owner,
        flapping=life.flapping,
    )


def _fitting(alerts: Iterable[NoticedAlert]) -> tuple[NoticedAlert, ...]:
    """The first ones that fit into a message, one at least."""
    told: list[NoticedAlert] = []
    left = _MOST_BYTES
    for alert in alerts:
        left -= len(canonical_json(alert)) + 1
        if told and (left < 0 or len(told) == MOST_ALERTS):
            break
        told.append(alert)
    return tuple(told)


def _worst(members: list[Member]) -> Severity:
    severities = (member.alert.severity for member in members)
    return max(severities, key=rank, default=Severity.INFO)


def _title(scope: str, firing: list[Member], over: list[Member]) -> str:
    told = sorted(firing or over, key=_order)
    if not told:
        return f"{scope}: nothing of it is left"
    first = told[0].alert
    if len(told) == 1:
        return first.title
    if not firing:
        return f"{scope}: {len(told)} alerts are over"
    return f"{scope}: {len(told)} alerts, worst {first.severity.value}: {first.title}"
