"""What waits for approvals, what was said of each promotion, and what is still missing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.people.approval import spelled
from shared.domain.policy import ApprovalPlace, ApprovalPolicy, StagePolicy
from shared.domain.promotion import ApprovalSaid, ApprovalSeen, Phase, Promotion
from shared.errors import InvalidPolicy
from shared.ports import Ledger, Policies
from shared.service.codec import parts
from shared.service.people.approvals import ASKED, told

_MODEL = "model/"


def approvals(
    ledger: Ledger, policies: Policies, now: datetime, model: str | None = None
) -> list[dict[str, Any]]:
    """Each promotion that asks for approvals or was given some, those that wait for some first.

    A policy that cannot be read asks for none here; the heartbeat tells of it.
    """
    subjects = _concerned(ledger) if model is None else [f"{_MODEL}{model}"]
    promotions = parts(ledger, "promotions", subjects, tuple[Promotion, ...])
    said = parts(ledger, "approvals", promotions, tuple[ApprovalSaid, ...])
    rows = [
        row
        for name, known in promotions.items()
        for row in _of(policies, name.removeprefix(_MODEL), known, said.get(name, ()), now)
    ]
    rows.sort(key=lambda row: row["since"], reverse=True)
    rows.sort(key=lambda row: row["standing"] != "waits")
    return rows


def _concerned(ledger: Ledger) -> list[str]:
    """Models of which something may wait for approvals, or was given some; no state is read."""
    return [
        subject
        for subject, glance in ledger.glances().items()
        if subject.startswith(_MODEL) and glance.promotions
        if glance.open or glance.approvals != 0
    ]


def _of(
    policies: Policies,
    model: str,
    promotions: tuple[Promotion, ...],
    said: tuple[ApprovalSaid, ...],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    stages = _stages(policies, model)
    for promotion in reversed(promotions):
        stage = stages.get(promotion.stage)
        asked = ApprovalPolicy() if stage is None else stage.approvals
        mine = [one for one in said if one.promotion == promotion.identity(model) and one.basis]
        open_ = promotion.phase in ASKED and asked.needed > 0
        if open_ or mine or promotion.approvals:
            words = [*_said(model, promotion, mine, stage, now), *_elsewhere(promotion)]
            yield _row(model, promotion, asked, words)


def _row(
    model: str, promotion: Promotion, asked: ApprovalPolicy, words: list[dict[str, Any]]
) -> dict[str, Any]:
    counted = sum(one.counts for one in promotion.approvals)
    said = {spelled(one.by) for one in promotion.approvals if one.counts}
    return {
        "id": promotion.identity(model),
        "model": model,
        "version": promotion.version,
        "stage": promotion.stage,
        "phase": promotion.phase.value,
        "since": to_plain(promotion.since),
        "why": promotion.why,
        "standing": _standing(promotion, asked, counted),
        "given": asked.given.value,
        "needed": asked.needed,
        "counted": counted,
        "by": list(asked.by),
        "not_yet": [name for name in asked.by if spelled(name) not in said],
        "basis": promotion.basis,
        "run": None if promotion.run is None else promotion.run.address,
        "words": sorted(words, key=lambda one: (one["at"] or "", one["id"] or "")),
    }


def _standing(promotion: Promotion, asked: ApprovalPolicy, counted: int) -> str:
    """Whether it waits for approvals: a word."""
    if promotion.phase is Phase.REFUSED:
        return "refused"
    if asked.needed <= 0:
        return "not asked" if promotion.phase in ASKED else "over"
    if counted >= asked.needed:
        return "approved"
    return "waits" if promotion.phase in ASKED else "over"


def _said(
    model: str,
    promotion: Promotion,
    mine: list[ApprovalSaid],
    stage: StagePolicy | None,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    """What was said to Driftgate, with whether it counted when it was last looked at."""
    seen = {(one.by, one.at): one for one in promotion.approvals if _here(one)}
    for said in mine:
        plain = told(model, said, stage, now)
        judged = seen.pop((said.author, said.since), None)
        yield {
            "id": said.id,
            "by": said.author,
            "status": "approved" if said.approves else "rejected",
            "place": ApprovalPlace.DRIFTGATE.value,
            "at": plain["since"],
            "until": plain["until"],
            "basis": said.basis,
            "counts": judged is not None and judged.counts,
            "why": "it was not looked at yet" if judged is None else judged.why,
            "reason": said.reason,
            "withdrawn": plain["withdrawn"],
        }
    for one in seen.values():
        yield _told(one)


def _elsewhere(promotion: Promotion) -> Iterator[dict[str, Any]]:
    for one in promotion.approvals:
        if not _here(one):
            yield _told(one)


def _told(seen: ApprovalSeen) -> dict[str, Any]:
    plain = to_plain(seen)
    known = plain if isinstance(plain, dict) else {}
    return {"id": None, **known, "until": None, "withdrawn": None}


def _here(seen: ApprovalSeen) -> bool:
    return seen.place == ApprovalPlace.DRIFTGATE


def _stages(policies: Policies, model: str) -> dict[str, StagePolicy]:
    try:
        policy = policies.for_model(model)
    except InvalidPolicy:
        return {}
    return {} if policy is None else {one.name: one for one in policy.way()}
