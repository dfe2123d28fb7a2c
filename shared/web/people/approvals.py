"""Approvals over HTTP: given to Driftgate with POST, listed with GET, taken back with DELETE."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.responses import JSONResponse

from shared.domain.promotion import ApprovalSaid, ApprovalSeen
from shared.domain.roles import Role
from shared.service.people import approvals as service
from shared.service.people.approvals_asked import approvals
from shared.web.http.admission import Here, Who, requires, routes
from shared.web.http.answers import EXACT, Shown, accepts, answers, located
from shared.web.http.bodies import Said, Text, said_as, signed
from shared.web.http.limits import USUAL_ROWS
from shared.web.http.paging import Cursor, Limit, Page, page

router = routes("approvals")


class ApprovalGiven(Said):
    """Which version may go on to which stage, or with `approves: false` may not.

    `stage` may be left out where the version is on its way to one alone. `basis` is what was looked
    at, eight of its digits or more: where another one is in force by now, nothing is said.
    """

    model_config = said_as(
        model="pricing", version="4", stage="production", approves=True, reason="figures looked at"
    )

    model: Text
    version: Text
    stage: Text | None = None
    approves: bool = True
    basis: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalListed(ApprovalSaid):
    """What somebody said of a promotion, and whether it is in force; a refusal has no end."""

    __pydantic_config__ = EXACT

    model: str
    until: datetime | None
    standing: str


@dataclass(frozen=True, kw_only=True)
class WordListed(ApprovalSeen):
    """One person's word, wherever it was given; `id` is there for those given to Driftgate."""

    __pydantic_config__ = EXACT

    id: str | None
    until: datetime | None
    withdrawn: datetime | None


class PromotionAsking(Shown):
    """A promotion with the approvals it needs and has; `not_yet` are those of `by` still to say."""

    id: str
    model: str
    version: str
    stage: str
    phase: str
    since: datetime
    why: str
    standing: str
    given: str
    needed: int
    counted: int
    by: list[str]
    not_yet: list[str]
    basis: str | None
    run: str | None
    words: list[WordListed]


class Approvals(Page):
    """Promotions that wait for approvals, and those that were given some."""

    approvals: list[PromotionAsking]


class OneApproval(Shown):
    """What was said, or taken back."""

    approval: ApprovalListed


@router.get(
    "/approvals",
    operation_id="list_approvals",
    summary="What waits for approvals, and what was said",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Approvals),
)
def listed(here: Here, limit: Limit = USUAL_ROWS, cursor: Cursor = None) -> JSONResponse:
    """Those that wait come first; what was said in a pipeline's environment is among it."""
    return JSONResponse(_page(here, None, limit, cursor))


@router.get(
    "/approvals/{model}",
    operation_id="list_approvals_of_model",
    summary="The same of one model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Approvals),
)
def listed_of(
    here: Here, model: str, limit: Limit = USUAL_ROWS, cursor: Cursor = None
) -> JSONResponse:
    """None where nothing is known of it."""
    return JSONResponse(_page(here, model, limit, cursor))


@router.post(
    "/approvals",
    operation_id="give_approval",
    summary="Approve or refuse a promotion",
    dependencies=[requires(Role.APPROVER)],
    status_code=202,
    responses=accepts(OneApproval, 404, located=True),
)
def declare(here: Here, who: Who, said: ApprovalGiven) -> JSONResponse:
    """In one's own name; it counts for what is in force now, and never for what one registered."""
    one = service.declare(
        here.service,
        here.ledger,
        here.policies,
        said.model,
        said.version,
        stage=said.stage,
        approves=said.approves,
        basis=said.basis,
        person=who.shown,
        **signed(here, who, said),
    )
    where = located("approvals", one["model"])
    return JSONResponse({"approval": one}, status_code=202, headers=where)


@router.delete(
    "/approvals/{model}/{approval}",
    operation_id="withdraw_approval",
    summary="Take one's own word back",
    dependencies=[requires(Role.APPROVER)],
    status_code=202,
    responses=accepts(OneApproval, 404),
)
def withdraw(here: Here, who: Who, model: str, approval: str, said: Said) -> JSONResponse:
    """It counts no more; nobody takes back what another said."""
    one = service.withdraw(
        here.service,
        here.ledger,
        here.policies,
        model,
        approval,
        **signed(here, who, said),
    )
    return JSONResponse({"approval": one}, status_code=202)


def _page(here: Here, model: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
    rows = approvals(here.ledger, here.policies, here.clock(), model)
    return page("approvals", rows, limit, cursor)
