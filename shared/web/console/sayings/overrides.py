"""`/console/said/overrides`: what people let pass, listed and taken back.

They are given on the page of the promotion, beside the gates that do not pass.
"""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.people import overrides as service
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.sayings.standing import listed
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
PATH = "/console/said/overrides"


@router.get("/said/overrides", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def overrides(
    here: Here,
    frame: Framed,
    model: Annotated[str, Query(max_length=300)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Those of one model or of all."""
    return _listed(here, frame, model, NO_SLIP, page)


@router.post("/said/overrides/{model}/{override}/withdraw", dependencies=[requires(Role.APPROVER)])
def withdraw(here: Here, frame: Framed, model: str, override: str, form: Form) -> Response:
    """It is taken back, and the gates are judged as they are again."""
    try:
        service.withdraw(here.service, here.ledger, model, override, **signed(frame, form))
    except (InvalidData, NotFound) as fault:
        return _listed(here, frame, model, Slip.made(frame, form, fault), 1)
    return back_to(PATH, "override-withdrawn", {"model": model})


def _listed(here: Application, frame: Frame, model: str, slips: Slip, page: int) -> Response:
    rows = service.overrides(here.ledger, frame.now, model or None)
    return frame.page(
        "sayings/overrides.html.j2",
        Place.SAYINGS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        overrides=listed(rows, page),
        model=model,
        slips=slips,
    )
