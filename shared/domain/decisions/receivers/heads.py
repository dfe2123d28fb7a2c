"""A notice down to its head, and what can be told from a head alone."""

from collections import Counter
from dataclasses import fields
from typing import Any

from shared.domain.alert import AlertKind
from shared.domain.notices import Head, Notice, NoticedAlert, NoticeReason
from shared.domain.wording import one_line

_MOST_TITLE = 90
_MOST_SUBJECT = 70
_MOST_KINDS = 3
_OTHERS = "others"


def head_of(notice: Notice) -> Head:
    """What is kept of a notice that has to wait, is on its way, or is folded.

    Alerts that the notice omits are of kinds that nobody knows here.
    """
    first = next(iter(notice.firing or notice.alerts), None)
    return Head(
        notice=notice.id[:64],
        scope=notice.scope,
        title=_short(notice.title, _MOST_TITLE),
        severity=notice.severity,
        alerts=len(notice.alerts) + notice.omitted,
        began=notice.since,
        made=notice.made,
        number=notice.number,
        kind=AlertKind.CHANNEL_FAILED if first is None else first.kind,
        subject="" if first is None else _short(first.subject, _MOST_SUBJECT),
        fingerprint="" if first is None else first.fingerprint[:16],
        kinds={} if notice.resolved else kinds_of(notice),
        resolved=notice.resolved,
    )


def _short(text: str, most: int) -> str:
    """One line without what JSON writes twice: a state has to stay small whatever people write."""
    return one_line(text, most).replace("\\", "/").replace('"', "'")


def kinds_of(notice: Notice) -> dict[str, int]:
    """How many of each kind are not over: the most frequent by name, the rest together."""
    counted = Counter(alert.kind.value for alert in notice.firing)
    kept = dict(counted.most_common(_MOST_KINDS))
    others = counted.total() - sum(kept.values()) + notice.omitted
    return {**kept, _OTHERS: others} if others else kept


def bare(head: Head) -> Head:
    """The head of what waits or flies, without when and why."""
    values: dict[str, Any] = {one.name: getattr(head, one.name) for one in fields(Head)}
    return Head(**values)


def end_of(head: Head, group: str, receiver: str) -> Notice:
    """That a group is over, told by its head: its scope may have forgotten the group by now."""
    return Notice(
        id=head.notice,
        group=group,
        number=head.number,
        receiver=receiver,
        scope=head.scope,
        reason=NoticeReason.ALL_RESOLVED,
        severity=head.severity,
        title=head.title,
        made=head.made,
        since=head.began,
        alerts=(listed_alert(head, over=True),),
        omitted=0,
    )


def listed_alert(head: Head, *, over: bool) -> NoticedAlert:
    """A group as one line of a notice; its first alert stands for all of it."""
    more = f" ({head.alerts} alerts)" if head.alerts > 1 else ""
    return NoticedAlert(
        fingerprint=head.fingerprint,
        kind=head.kind,
        severity=head.severity,
        subject=head.subject,
        title=f"{head.title}{more}",
        text="",
        first_step="",
        since=head.began,
        new=not over,
        ended=head.made if over else None,
        over="it is over" if over else None,
    )
