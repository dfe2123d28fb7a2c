"""What is beyond the pace, gathered into one digest: counted by kind, the most urgent named."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alert import Severity
from shared.domain.canonical import content_hash
from shared.domain.decisions.receivers.desk import Desk
from shared.domain.decisions.receivers.heads import bare, listed_alert
from shared.domain.decisions.receivers.pace import MORE_CRITICAL, Bound, bound, next_free
from shared.domain.finding import Rule
from shared.domain.notices import Folded, Head, Notice, NoticeReason
from shared.domain.wording import spell_duration, spell_number, spell_time

GATHERED = timedelta(minutes=1)
"""A digest waits so long for more of a storm."""
_LISTED = 40
_MOST_GROUPS = 1000
_MOST_SCOPES = 1000
_MOST_KINDS = 30
_NAMED = 4
_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def fold(desk: Desk, group: str, head: Head) -> None:
    """Put a notice into the digest that comes; a group that is in it already is counted once."""
    folded = desk.folded or Folded(due=desk.now, since=head.began)
    folded = _with(folded, group, bare(head), known=group in desk.references)
    if desk.folded is None or folded.severity is not desk.folded.severity:
        due = max(desk.now + GATHERED, next_free(desk, folded.severity))
        folded = replace(folded, due=due)
    desk.folded = folded
    over = bound(desk, head.severity)
    alerts = "1 alert" if folded.count == 1 else f"{spell_number(folded.count)} alerts"
    desk.find(
        "folded",
        f"{_why(desk, head, over)} told in the digest that is due {spell_time(desk.folded.due)}, "
        f"with {alerts} so far.",
        head=head,
        group=group,
        rule=Rule.PACE,
        count=desk.folded.count,
        bound=over,
    )


def _why(desk: Desk, head: Head, over: Bound | None) -> str:
    """Which bound it is over; what is folded for another reason is over none."""
    name, pace = desk.rule.name, desk.rule.pace
    match over:
        case Bound.PACE:
            most, span = f"{pace.notices} notices", pace.per
        case Bound.BURST:
            critical = head.severity is Severity.CRITICAL
            more = f" and {MORE_CRITICAL} more that are critical" if critical else ""
            most, span = f"{pace.burst} notices{more}", pace.at_once
        case None:
            return f"With others for {name} this one is"
    return f"{name} is told no more than {most} in {spell_duration(span)}; this one is"


def is_told_by(folded: Folded) -> bool:
    """Whether a digest has anything to tell: what came and went meanwhile is not worth one."""
    return folded.count > folded.again or folded.over > 0


def is_folded(desk: Desk, group: str) -> bool:
    """Whether the digest that comes tells this group, as far as that is remembered."""
    return desk.folded is not None and _short(group) in desk.folded.groups


def unfold(desk: Desk, group: str) -> None:
    """Take a group out of the digest, since it is told by itself.

    One that is not listed stays among the counts, which nobody can tell apart any more.
    """
    folded = desk.folded
    if folded is None or group not in folded.listed:
        return
    listed = {name: one for name, one in folded.listed.items() if name != group}
    groups = tuple(name for name in folded.groups if name != _short(group))
    left = replace(_without(folded, folded.listed[group]), listed=listed, groups=groups)
    desk.folded = left if is_told_by(left) else None


def _with(folded: Folded, group: str, head: Head, *, known: bool) -> Folded:
    short = _short(group)
    there = short in folded.groups
    before = folded.listed.get(group)
    if head.resolved and not known:
        left = {name: one for name, one in folded.listed.items() if name != group}
        groups = tuple(name for name in folded.groups if name != short)
        again = min(folded.count, folded.again + head.alerts)
        return replace(folded, again=again, listed=left, groups=groups)
    if before is not None:
        folded = _without(folded, before)
    if head.resolved:
        folded = replace(folded, over=folded.over + head.alerts)
    elif before is not None or not there:
        folded = _counted(folded, head)
    return replace(
        folded,
        listed=_listed({**folded.listed, group: head}),
        groups=(*folded.groups, short)
        if not there and len(folded.groups) < _MOST_GROUPS
        else folded.groups,
        since=min(folded.since or head.began, head.began),
    )


def _without(folded: Folded, head: Head) -> Folded:
    if head.resolved:
        return replace(folded, over=max(0, folded.over - head.alerts))
    kinds = dict(Counter(folded.kinds) - Counter(head.kinds))
    return replace(folded, kinds=kinds, count=max(0, folded.count - head.alerts))


def _counted(folded: Folded, head: Head) -> Folded:
    scope = _short(head.scope)
    new = scope not in folded.scopes and len(folded.scopes) < _MOST_SCOPES
    worse = _RANK[head.severity] > _RANK[folded.severity]
    return replace(
        folded,
        count=folded.count + head.alerts,
        kinds=_few(Counter(folded.kinds) + Counter(head.kinds)),
        scopes=(*folded.scopes, scope) if new else folded.scopes,
        severity=head.severity if worse else folded.severity,
    )


def _few(kinds: Counter[str]) -> dict[str, int]:
    kept = dict(kinds.most_common(_MOST_KINDS))
    others = kinds.total() - sum(kept.values())
    return {**kept, "others": kept.get("others", 0) + others} if others else kept


def _listed(heads: dict[str, Head]) -> dict[str, Head]:
    """What people were told of and is over comes first, then by severity, then by age."""

    def place(group: str) -> tuple[int, int, datetime, str]:
        head = heads[group]
        return (0 if head.resolved else 1, -_RANK[head.severity], head.began, group)

    return {group: heads[group] for group in sorted(heads, key=place)[:_LISTED]}


def merged(earlier: Folded, later: Folded | None) -> Folded:
    """A digest that did not get through, with what was folded since."""
    if later is None:
        return earlier
    for group, head in later.listed.items():
        earlier = _with(earlier, group, head, known=head.resolved)
    seen = Counter[str]()
    told, over = 0, 0
    for head in later.listed.values():
        seen += Counter(head.kinds)
        told += 0 if head.resolved else head.alerts
        over += head.alerts if head.resolved else 0
    groups = dict.fromkeys((*earlier.groups, *later.groups))
    scopes = dict.fromkeys((*earlier.scopes, *later.scopes))
    worse = _RANK[later.severity] > _RANK[earlier.severity]
    return replace(
        earlier,
        count=earlier.count + max(0, later.count - told),
        kinds=_few(Counter(earlier.kinds) + (Counter(later.kinds) - seen)),
        over=earlier.over + max(0, later.over - over),
        again=earlier.again + later.again,
        severity=later.severity if worse else earlier.severity,
        groups=tuple(groups)[:_MOST_GROUPS],
        scopes=tuple(scopes)[:_MOST_SCOPES],
    )


def digest_of(folded: Folded, *, receiver: str, number: int, now: datetime) -> Notice:
    """One notice for all of it; a group of its own each time, since people should notice it."""
    group = content_hash([receiver, "digest", number])[:16]
    heads = _listed(folded.listed)
    alerts = tuple(listed_alert(head, over=head.resolved) for head in heads.values())
    named = sum(head.alerts for head in heads.values() if not head.resolved)
    return Notice(
        id=content_hash([group, number])[:16],
        group=group,
        number=1,
        receiver=receiver,
        scope=f"receiver.{receiver}",
        reason=NoticeReason.DIGEST,
        severity=folded.severity,
        title=_title(folded),
        made=now,
        since=folded.since or now,
        alerts=alerts,
        omitted=max(0, folded.count - named),
        folded=dict(folded.kinds),
    )


def _title(folded: Folded) -> str:
    """How many alerts of how many models, by kind; and how many of those told are over."""
    parts = []
    if folded.count:
        counts = sorted(folded.kinds.items(), key=lambda one: (-one[1], one[0]))
        kinds = [f"{spell_number(count)} {kind}" for kind, count in counts[:_NAMED]]
        rest = sum(count for _, count in counts[_NAMED:])
        kinds += [f"{spell_number(rest)} of {len(counts) - _NAMED} more kinds"] if rest else []
        many = len(folded.scopes) >= _MOST_SCOPES
        of = f"{'at least ' if many else ''}{_counted_word(len(folded.scopes), 'model')}"
        parts.append(f"{_counted_word(folded.count, 'more alert')} of {of}: {', '.join(kinds)}")
        if folded.again:
            parts.append(f"{spell_number(folded.again)} of them are over again")
    if folded.over:
        word = "is" if folded.over == 1 else "are"
        parts.append(f"{_counted_word(folded.over, 'alert')} told before {word} over")
    return "; ".join(parts) or "Alerts that came and went"


def _counted_word(count: int, word: str) -> str:
    return f"{spell_number(count)} {word}{'' if count == 1 else 's'}"


def _short(name: str) -> str:
    return content_hash(name)[:8]
