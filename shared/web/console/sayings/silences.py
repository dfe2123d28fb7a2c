"""`/console/said/silences`: who silences what; said after a look at what it would mute."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.people import silences as service
from shared.web.console.forms import Fields, Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.sayings.standing import listed
from shared.web.console.speaking import NO_SLIP, Slip, counted_from, ending, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
PATH = "/console/said/silences"
USUAL = "2h"
_FIELDS = ("matchers", "until", "starts", "until_resolved")
_Text = Annotated[str, Query(max_length=1000)]


@router.get("/said/silences", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def silences(here: Here, frame: Framed, page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
    """All that are remembered, those in force first."""
    return _listed(here, frame, NO_SLIP, page)


@router.get("/said/silences/new", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def new(
    here: Here,
    frame: Framed,
    matchers: _Text = "",
    until: _Text = USUAL,
    starts: _Text = "",
    until_resolved: Literal["", "yes"] = "",
) -> Response:
    """What a silence would mute, before it is said."""
    asked = {
        "matchers": matchers.strip(),
        "until": until.strip(),
        "starts": starts.strip(),
        "until_resolved": until_resolved,
    }
    return _new(here, frame, asked, NO_SLIP)


@router.post("/said/silences", dependencies=[requires(Role.OPERATOR)])
def declare(here: Here, frame: Framed, form: Form) -> Response:
    """It is said."""
    try:
        service.declare(
            here.service,
            here.ledger,
            here.policies,
            form.needed("matchers", "Which alerts"),
            **_when(form),
            until_resolved=form.checked("until_resolved"),
            **signed(frame, form),
        )
    except InvalidData as fault:
        asked = {name: form.text(name) or "" for name in _FIELDS}
        return _new(here, frame, asked, Slip.made(frame, form, fault))
    return back_to(PATH, "silenced")


@router.post("/said/silences/{silence}/withdraw", dependencies=[requires(Role.OPERATOR)])
def withdraw(here: Here, frame: Framed, silence: str, form: Form) -> Response:
    """It is taken back, and what fires still is told again."""
    try:
        service.withdraw(here.service, here.ledger, silence, **signed(frame, form))
    except (InvalidData, NotFound) as fault:
        return _listed(here, frame, Slip.made(frame, form, fault), 1)
    return back_to(PATH, "unsilenced")


def _when(form: Fields) -> dict[str, str]:
    starts = form.text("starts")
    return {**ending(form.needed("until", "Until when")), **({"starts": starts} if starts else {})}


def _listed(here: Application, frame: Frame, slips: Slip, page: int) -> Response:
    rows = service.silences(here.ledger, frame.now)
    return frame.page(
        "sayings/silences.html.j2",
        Place.SAYINGS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        silences=listed(rows, page),
        muted=service.muted(here.ledger, frame.now),
        slips=slips,
    )


def _new(here: Application, frame: Frame, asked: Mapping[str, str], said: Slip) -> Response:
    """The form; once it says which alerts, with what it would mute and the way to say it."""
    would, first = None, NO_SLIP
    if asked["matchers"]:
        try:
            would = _considered(here, frame, asked, said)
        except InvalidData as fault:
            first = Slip(wrong=said.wrong or str(fault), of_form=frame.path, typed=asked)
    wrong = first.wrong or said.wrong
    return frame.page(
        "sayings/new_silence.html.j2",
        Place.SAYINGS,
        live=False,
        code=200 if wrong is None else 400,
        asked=asked,
        would=would,
        look=first if first.wrong else Slip(typed=asked),
        say=said,
        path=PATH,
        usual=USUAL,
    )


def _considered(
    here: Application, frame: Frame, asked: Mapping[str, str], said: Slip
) -> dict[str, Any]:
    return service.consider(
        here.ledger,
        here.policies,
        asked["matchers"],
        **ending(asked["until"] or None),
        starts=asked["starts"] or None,
        until_resolved=bool(asked["until_resolved"]),
        now=counted_from(said.typed.get("opened"), frame.now),
    )
