"""`/console/said/intents`: what people mean an endpoint to be, said, listed and taken back."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.people import intents as service
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.sayings.standing import listed, meant, shares_of
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
PATH = "/console/said/intents"
_MOST_NAMES = 200
_Name = Annotated[str, Query(max_length=300)]


@router.get("/said/intents", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def intents(
    here: Here,
    frame: Framed,
    endpoint: _Name = "",
    deployment: _Name = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Those of one endpoint or of all; `deployment` is filled into the form."""
    typed = {"endpoint": endpoint, "deployment": deployment}
    return _listed(here, frame, endpoint, Slip(typed=typed), page)


@router.post("/said/intents", dependencies=[requires(Role.OPERATOR)])
def declare(here: Here, frame: Framed, form: Form) -> Response:
    """It is said."""
    try:
        endpoint = form.needed("endpoint", "Endpoint")
        shares = form.text("traffic")
        service.declare(
            here.service,
            endpoint,
            until=form.needed("until", "Until when"),
            since=form.text("since"),
            deployment=form.text("deployment"),
            traffic=None if shares is None else shares_of(shares),
            **signed(frame, form),
        )
    except InvalidData as fault:
        slip = Slip.made(frame, form, fault)
        return _listed(here, frame, "", slip, 1)
    return back_to(PATH, "intended", {"endpoint": endpoint})


@router.post("/said/intents/{endpoint}/{intent}/withdraw", dependencies=[requires(Role.OPERATOR)])
def withdraw(here: Here, frame: Framed, endpoint: str, intent: str, form: Form) -> Response:
    """It is taken back."""
    try:
        service.withdraw(here.service, here.ledger, endpoint, intent, **signed(frame, form))
    except (InvalidData, NotFound) as fault:
        return _listed(here, frame, endpoint, Slip.made(frame, form, fault), 1)
    return back_to(PATH, "withdrawn", {"endpoint": endpoint})


def _listed(here: Application, frame: Frame, endpoint: str, slips: Slip, page: int) -> Response:
    rows = service.intents(here.ledger, here.policies, frame.now, endpoint or None)
    return frame.page(
        "sayings/intents.html.j2",
        Place.SAYINGS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        intents=listed(rows, page),
        endpoint=endpoint,
        endpoints=_endpoints(here),
        meant=meant,
        path=PATH,
        say=slips if slips.of_form in {"", PATH} else NO_SLIP,
        slips=slips,
    )


def _endpoints(here: Application) -> list[str]:
    """Names to choose from; others may be written."""
    known = {s.partition("/")[2] for s in here.ledger.subjects() if s.startswith("endpoint/")}
    known |= {one.endpoint for one in here.policies.all() if one.endpoint is not None}
    return sorted(known)[:_MOST_NAMES]
