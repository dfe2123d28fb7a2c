"""Approvals given to Driftgate: said and taken back, the same for the command and the API."""

from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.decisions.promotion.approvals import not_among, own_part
from shared.domain.decisions.promotion.basis import changed_since
from shared.domain.people.approval import SHORT, approval_of, approval_said, approval_withdrawn
from shared.domain.policy import ApprovalPlace, StagePolicy
from shared.domain.promotion import ApprovalSaid, Phase, Promotion
from shared.domain.state import SubjectState
from shared.domain.wording import one_line, spell_list, spell_time
from shared.errors import InvalidData, NotFound
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.people.saying import say
from shared.service.service import Service

ASKED = frozenset({Phase.WAITING, Phase.BLOCKED, Phase.REQUESTED, Phase.RUNNING})
"""While it stands so, what people say of it makes a difference."""
_LEAST, _MOST_CHANGES = 8, 300


def declare(
    service: Service,
    ledger: Ledger,
    policies: Policies,
    model: str,
    version: str,
    *,
    stage: str | None = None,
    approves: bool = True,
    basis: str | None = None,
    author: str,
    reason: str,
    person: str | None = None,
    now: datetime,
    opened: datetime | None = None,
    via: str,
) -> dict[str, Any]:
    """Say it of what is in force now, and return it as it is listed; it counts once it is decided.

    `basis` is what was looked at: with another one in force it is refused, and told what changed.
    `person` is how the directory shows the author, `opened` the time of the form. Raises NotFound
    where no such version is on its way, InvalidData for whoever may not say it, and where it would
    count for nothing.
    """
    promotion = _on_its_way(ledger, model, version, stage)
    place = _stage(policies, model, promotion)
    event = approval_said(
        model,
        promotion,
        approves=approves,
        author=author,
        reason=reason,
        person=person,
        now=now,
        opened=opened,
    )
    said = approval_of(event)
    _expect_asked(model, promotion, place, approves=approves)
    _expect_same(model, promotion, basis)
    why = not_among(place.approvals, said.author)
    if why is None and approves:
        own = own_part(promotion, _created_by(promotion), said.author, said.person)
        why = None if own is None else f"{said.author} {own}, and nobody approves their own"
    if why is not None:
        raise InvalidData(f"{why}.")
    say(service, event, via)
    return told(model, said, place, now)


def withdraw(
    service: Service,
    ledger: Ledger,
    policies: Policies,
    model: str,
    approval: str,
    *,
    author: str,
    reason: str,
    now: datetime,
    via: str,
) -> dict[str, Any]:
    """Take one's own word back, and return what was taken back.

    Raises NotFound for one that is not known, InvalidData for somebody else's, one that is taken
    back already, or one of a promotion that has gone on.
    """
    state = _state(ledger, model)
    known = {one.id: one for one in state.approvals if one.basis}
    if approval not in known:
        raise NotFound(
            f"{model[:80]} has no approval {approval[:80]}; known are: "
            f"{', '.join(known) or 'none'}. One that was given just now takes a moment."
        )
    said = known[approval]
    of = next((one for one in state.promotions if one.identity(model) == said.promotion), None)
    if said.withdrawn is not None or of is None or of.phase not in ASKED:
        why = "it is taken back" if said.withdrawn is not None else "the promotion went on"
        raise InvalidData(f"Approval {approval} counts no more, since {why} already.")
    event = approval_withdrawn(model, said, author=author, reason=reason, now=now)
    say(service, event, via)
    return told(model, said, _stage(policies, model, of), now)


def told(
    model: str, said: ApprovalSaid, stage: StagePolicy | None, now: datetime
) -> dict[str, Any]:
    """A word as it is listed: `until` is when it is too old, None for a refusal, which is not."""
    plain = to_plain(said)
    until = None
    if said.approves and stage is not None:
        until = said.since + stage.approvals.lasts
    standing = "in force"
    if said.withdrawn is not None and said.withdrawn <= now:
        standing = "withdrawn"
    elif until is not None and until <= now:
        standing = "over"
    return {
        "model": model,
        **(plain if isinstance(plain, dict) else {}),
        "until": to_plain(until),
        "standing": standing,
    }


def _on_its_way(ledger: Ledger, model: str, version: str, stage: str | None) -> Promotion:
    promotions = _state(ledger, model).promotions
    mine = [one for one in promotions if one.version == version and stage in {None, one.stage}]
    open_ = [one for one in mine if one.phase.is_open]
    if len(open_) == 1:
        return open_[0]
    if open_:
        names = spell_list([one.stage for one in open_])
        raise InvalidData(f"{model}:{version} is on its way to {names}; name one with stage.")
    where = f" to {stage[:80]}" if stage is not None else ""
    if mine:
        last = mine[-1]
        raise InvalidData(
            f"The promotion of {model}:{version} to {last.stage} has ended as {last.phase.value}; "
            "register the version again to promote it anew."
        )
    there = spell_list([f"{one.version} ({one.stage})" for one in promotions if one.phase.is_open])
    raise NotFound(
        f"No promotion of {model[:80]}:{version[:80]}{where} is on its way; there are: "
        f"{there or 'none'}. One that was registered just now takes a moment."
    )


def _stage(policies: Policies, model: str, promotion: Promotion) -> StagePolicy:
    policy = policies.for_model(model)
    way = () if policy is None else policy.way()
    found = next((one for one in way if one.name == promotion.stage), None)
    if found is None:
        raise NotFound(f"The policy of {model} has no stage {promotion.stage} any more.")
    return found


def _expect_asked(model: str, promotion: Promotion, stage: StagePolicy, *, approves: bool) -> None:
    """Whether it would count where it is said, and now."""
    if stage.approvals.given is ApprovalPlace.PIPELINE:
        run = promotion.run
        where = "its pipeline" if run is None else f"run {run.number} of its pipeline"
        raise InvalidData(
            f"{stage.name} takes approvals in the environment of {where}; give it there, or set "
            "`approvals: {given: driftgate}` in the policy."
        )
    named = f"{model}:{promotion.version}"
    if promotion.phase not in ASKED:
        raise InvalidData(
            f"{named} is {promotion.phase.value} in {stage.name} already; nothing asks for an "
            "approval any more."
        )
    if promotion.phase is Phase.BLOCKED and approves:
        first = one_line(promotion.missing[0], 300) if promotion.missing else promotion.why
        raise InvalidData(
            f"{named} is blocked, and what mends that changes what there is to approve: {first}"
        )


def _expect_same(model: str, promotion: Promotion, basis: str | None) -> None:
    """Whether what was looked at is what is in force."""
    if basis is None:
        return
    if len(basis) < _LEAST:
        raise InvalidData(f"basis is {basis[:80]!r}; give {_LEAST} of its digits or more.")
    now_ = promotion.bases[-1]
    if now_.hash.startswith(basis.casefold()):
        return
    of = next((one for one in promotion.bases if one.hash.startswith(basis.casefold())), None)
    changed = "" if of is None else one_line(changed_since(promotion, of), _MOST_CHANGES)
    raise InvalidData(
        f"basis is {basis[:80]}, and in force of {model}:{promotion.version} is "
        f"{now_.hash[:SHORT]} since {spell_time(now_.since)}"
        + (f": {changed}." if changed else ".")
        + " Look at it again."
    )


def _created_by(promotion: Promotion) -> str | None:
    return promotion.bases[-1].facts.get("created by")


def _state(ledger: Ledger, model: str) -> SubjectState:
    return decode(ledger.state(f"model/{model}").state, SubjectState)
