"""`/console/retrainings`: each model's retrainings, and leave to go on for those that stopped."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData
from shared.service import retrainings as service
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind
from shared.web.reports.links import known_link

router = pages()
PATH = "/console/retrainings"
MOST_ROWS = 20
MOST_OF_ONE = 10
_ORDER = ("stopped", "on its way", "waiting", "quiet")


@router.get("/retrainings", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def retrainings(
    here: Here,
    frame: Framed,
    model: Annotated[str, Query(max_length=300)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Those of one model or of all, what is stopped first."""
    return _page(here, frame, model, NO_SLIP, page)


@router.post("/retrainings/{model}/resume", dependencies=[requires(Role.OPERATOR)])
def resume(here: Here, frame: Framed, model: str, form: Form) -> Response:
    """A model may be trained again."""
    try:
        service.resume(here.service, here.ledger, model, **signed(frame, form))
    except InvalidData as fault:
        return _page(here, frame, model, Slip.made(frame, form, fault), 1)
    return back_to(PATH, "resumed", {"model": model})


def _page(here: Application, frame: Frame, model: str, slips: Slip, page: int) -> Response:
    stands = service.standings(here.ledger)
    found = sorted(
        (name for name in stands if model in {"", name}),
        key=lambda name: (_ORDER.index(stands[name]), name),
    )
    return frame.page(
        "promotions/retrainings.html.j2",
        Place.PROMOTIONS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        rows=service.rows_of(here.ledger, on_page(found, page, MOST_ROWS)),
        model=model,
        most=MOST_OF_ONE,
        **numbered(len(found), page, MOST_ROWS),
        link=known_link,
        path_of=path_of,
        slips=slips,
    )


def path_of(model: str) -> str:
    """Where leave to go on is sent."""
    return f"{PATH}/{quote(model, safe='')}/resume"
