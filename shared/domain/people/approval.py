"""What somebody says to Driftgate of a promotion: it may go on, it may not, or no word any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.people.signed import signed
from shared.domain.people.withdrawing import taken_back, withdrawal_of
from shared.domain.promotion import ApprovalSaid, Promotion
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line
from shared.errors import InvalidData

SOURCE = "driftgate/approval"
SHORT = 12
"""So many digits of a basis are enough for people."""
_KEPT = timedelta(days=30)
_MOST_KEPT = 50
_MOST_PERSON = 200


def approval_said(
    model: str,
    promotion: Promotion,
    *,
    approves: bool,
    author: str,
    reason: str,
    person: str | None = None,
    now: datetime,
    opened: datetime | None = None,
) -> Event:
    """The event of approving what is in force of a promotion now, or of refusing it.

    The same words at the same time are the same, and so are those of a form that was `opened` then,
    however often it is sent; what is said last counts all the same. Raises InvalidData where there
    is nothing yet that could be approved.
    """
    author, reason = signed(author=author, reason=reason)
    if promotion.basis is None:
        raise InvalidData(
            f"{model}:{promotion.version} was not judged for {promotion.stage} yet, so there is "
            "nothing to approve; it is within five minutes."
        )
    shown = one_line(person or "", _MOST_PERSON)
    said = {
        "promotion": promotion.identity(model),
        "version": promotion.version,
        "stage": promotion.stage,
        "basis": promotion.basis,
        "approves": approves,
        "author": author,
        "person": shown or None,
        "reason": reason,
        "since": format_time(now),
    }
    identity = content_hash([model, {**said, "since": format_time(opened or now)}])[:12]
    return Event(
        id=f"approval-{identity}",
        source=SOURCE,
        type=EventType.APPROVAL_SAID,
        subject=f"model/{model}",
        time=now,
        data={"approval": identity, **said},
    )


def approval_withdrawn(
    model: str, said: ApprovalSaid, *, author: str, reason: str, now: datetime
) -> Event:
    """The event of taking one's own word back; however often it is said, it is one.

    Raises InvalidData for somebody else's: whoever is against it refuses in their own name.
    """
    author, reason = signed(author=author, reason=reason)
    if spelled(author) != spelled(said.author):
        raise InvalidData(
            f"Approval {said.id} is {said.author}'s to take back; say in your own name that the "
            "promotion is refused."
        )
    return Event(
        id=f"withdrawn-{said.id}",
        source=SOURCE,
        type=EventType.APPROVAL_WITHDRAWN,
        subject=f"model/{model}",
        time=now,
        data={
            "approval": said.id,
            "promotion": said.promotion,
            "version": said.version,
            "stage": said.stage,
            "author": author,
            "reason": reason,
        },
    )


def approval_of(event: Event) -> ApprovalSaid:
    """What an event said."""
    data = event.data
    person = data.get("person")
    return ApprovalSaid(
        id=str(data["approval"]),
        promotion=str(data["promotion"]),
        version=str(data["version"]),
        stage=str(data["stage"]),
        basis=str(data["basis"]),
        approves=bool(data["approves"]),
        author=str(data["author"]),
        person=None if person is None else str(person),
        reason=str(data["reason"]),
        since=parse_time(data["since"]),
    )


def approvals_after(event: Event, state: SubjectState, now: datetime) -> tuple[ApprovalSaid, ...]:
    """What was said, with what this event says; each person's last word on a promotion is kept.

    Taken back stays taken back, also when the two events come in the wrong order. What is of no
    open promotion is forgotten after a month, and goes first when there is very much.
    """
    open_ = {one.identity(event.name) for one in state.promotions if one.phase.is_open}
    kept = {
        one.id: one for one in state.approvals if one.promotion in open_ or one.since > now - _KEPT
    }
    if event.type is EventType.APPROVAL_SAID:
        said = approval_of(event)
        before = kept.get(said.id)
        if before is not None and before.withdrawn is not None:
            said = taken_back(said, before)
        kept[said.id] = said
    if event.type is EventType.APPROVAL_WITHDRAWN:
        by = _withdrawal(event)
        before = kept.get(by.id, by)
        kept[by.id] = before if before.withdrawn is not None else taken_back(before, by)
    words = sorted(_last_words(kept.values()), key=lambda one: (one.promotion in open_, _age(one)))
    return tuple(words[-_MOST_KEPT:])


def approval_findings(event: Event, state: SubjectState) -> tuple[Finding, ...]:
    """What was said of which promotion, as a finding that decides nothing."""
    data = event.data
    author, reason = str(data["author"]), str(data["reason"])
    named = f"{event.name}:{data['version']} for {data['stage']}"
    if event.type is EventType.APPROVAL_SAID:
        word = "approved" if data["approves"] else "rejected"
        what = "approves" if data["approves"] else "refuses"
        sentence = f"{author} {what} {named}, basis {str(data['basis'])[:SHORT]}: {reason}"
    else:
        word = "withdrawn"
        sentence = f"{author} takes back what was said of {named}: {reason}"
    known = next(
        (one for one in state.promotions if one.identity(event.name) == data["promotion"]), None
    )
    if known is None:
        word, sentence = "unknown", f"{sentence}; there is no such promotion"
    elif not known.phase.is_open:
        word, sentence = "ended", f"{sentence}; it has ended as {known.phase.value}"
    return (
        Finding(
            rule=Rule.APPROVAL,
            thing=f"stage/{data['stage']}",
            verdict=Verdict.PASS,
            reason=word,
            sentence=f"{one_line(sentence, 1500).rstrip('.')}.",
            enforced=False,
        ),
    )


def spelled(name: str | None) -> str:
    """A name in one spelling, whatever its capitals and blanks.

    >>> spelled(" Anna  Berg")
    'anna berg'
    """
    return " ".join((name or "").split()).casefold()


def _last_words(said: Iterable[ApprovalSaid]) -> list[ApprovalSaid]:
    """The last word of each person on each promotion, and withdrawals of what is not known yet."""
    last: dict[tuple[str, str], ApprovalSaid] = {}
    unknown = []
    for one in said:
        if not one.basis:
            unknown.append(one)
            continue
        key = (one.promotion, spelled(one.author))
        before = last.get(key)
        if before is None or _age(before) < _age(one):
            last[key] = one
    return [*unknown, *last.values()]


def _age(said: ApprovalSaid) -> tuple[datetime, str]:
    return said.since, said.id


def _withdrawal(event: Event) -> ApprovalSaid:
    """What is known of a word by its withdrawal alone: it counts for nothing."""
    known = withdrawal_of(event)
    return ApprovalSaid(
        id=str(event.data["approval"]),
        promotion=str(event.data["promotion"]),
        version=str(event.data["version"]),
        stage=str(event.data["stage"]),
        basis="",
        approves=False,
        author=known["author"],
        reason=known["reason"],
        since=known["since"],
        withdrawn=known["withdrawn"],
        withdrawn_by=known["withdrawn_by"],
        withdrawn_because=known["withdrawn_because"],
    )
