"""Approvals and refusals, said to Driftgate at the page of a promotion, and taken back there."""

from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.people import approvals as service
from shared.web.console.forms import Fields, Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.promotions.promotion import path_of, promotion_page
from shared.web.console.speaking import Slip, signed
from shared.web.http.admission import Here, pages, requires

router = pages()


@router.post("/promotions/{model}/{version}/approve", dependencies=[requires(Role.APPROVER)])
def approve(here: Here, frame: Framed, model: str, version: str, form: Form) -> Response:
    """It may go on, on what was looked at."""
    return _say(here, frame, model, version, form, approves=True)


@router.post("/promotions/{model}/{version}/refuse", dependencies=[requires(Role.APPROVER)])
def refuse(here: Here, frame: Framed, model: str, version: str, form: Form) -> Response:
    """It may not."""
    return _say(here, frame, model, version, form, approves=False)


@router.post(
    "/promotions/{model}/{version}/approvals/{approval}/withdraw",
    dependencies=[requires(Role.APPROVER)],
)
def withdraw(
    here: Here, frame: Framed, model: str, version: str, approval: str, form: Form
) -> Response:
    """One's own word is taken back."""
    try:
        service.withdraw(
            here.service,
            here.ledger,
            here.policies,
            model,
            approval,
            **signed(frame, form),
        )
    except (InvalidData, NotFound) as fault:
        slip = Slip.made(frame, form, fault)
        return promotion_page(here, frame, model, version, form.text("stage"), slip)
    return _back(model, version, form, "approval-withdrawn")


def _say(
    here: Application, frame: Frame, model: str, version: str, form: Fields, *, approves: bool
) -> Response:
    try:
        said = signed(frame, form)
        service.declare(
            here.service,
            here.ledger,
            here.policies,
            model,
            version,
            stage=form.text("stage"),
            approves=approves,
            basis=form.text("basis"),
            person=frame.caller.shown,
            # A form that was open for long would else be older than what was said meanwhile.
            opened=said["now"],
            author=said["author"],
            reason=said["reason"],
            now=frame.now,
            via=said["via"],
        )
    except (InvalidData, NotFound) as fault:
        slip = Slip.made(frame, form, fault)
        return promotion_page(here, frame, model, version, form.text("stage"), slip)
    return _back(model, version, form, "approved" if approves else "refused")


def _back(model: str, version: str, form: Fields, word: str) -> Response:
    stage = form.text("stage")
    return back_to(path_of(model, version), word, {"stage": stage} if stage else None)
