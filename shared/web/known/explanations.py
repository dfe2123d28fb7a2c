"""Explanations over HTTP: as JSON for programs; whoever wants a page is sent to the console's."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from shared.bootstrap import Application
from shared.domain.canonical import to_plain
from shared.domain.roles import Role
from shared.service.explaining import Explanation, explain
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Responses, Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.formats import accepts_page
from shared.web.http.limits import Kind

router = routes("explanations")
Format = Annotated[
    Literal["html", "json"] | None,
    Query(description="Goes before what the caller accepts; JSON where neither asks for a page."),
]


class Explained(Shown):
    """One thing explained."""

    explanation: Explanation


_ANSWERS: Responses = {
    **answers(Explained, 404),
    303: {"description": "Whoever asks for a page is sent to that of the console."},
}


@router.get(
    "/explain/{thing:path}",
    operation_id="explain",
    summary="Explain anything by its name",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=_ANSWERS,
)
def anything(here: Here, request: Request, thing: str, format: Format = None) -> Response:  # noqa: A002  the parameter's name
    """An alert, event, notice, gate, silence, receiver or retraining: how it stands, and why."""
    return _told(here, request, thing, format)


@router.get(
    "/alerts/{fingerprint}",
    operation_id="explain_alert",
    summary="Explain one alert",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=_ANSWERS,
)
def alert(here: Here, request: Request, fingerprint: str, format: Format = None) -> Response:  # noqa: A002  the parameter's name
    """How it stands, who was told of it, and why."""
    return _told(here, request, f"alert {fingerprint}", format)


def _told(here: Application, request: Request, thing: str, wanted: str | None) -> Response:
    if wanted == "html" or (wanted is None and accepts_page(request)):
        return RedirectResponse(_page_of(thing), 303, {"Vary": "Accept"})
    story = explain(
        thing,
        ledger=here.ledger,
        archive=here.archive,
        policies=here.policies,
        now=here.clock(),
    )
    return JSONResponse({"explanation": to_plain(story)}, headers={"Vary": "Accept"})


def _page_of(thing: str) -> str:
    """Where the console has it.

    >>> _page_of("alert 3a040243cb4550d5"), _page_of("receiver/on-call")
    ('/console/alerts/3a040243cb4550d5', '/console/explain/receiver/on-call')
    """
    alert = thing.removeprefix("alert ")
    if alert != thing:
        return f"/console/alerts/{quote(alert, safe='')}"
    return f"/console/explain/{quote(thing, safe='/')}"
