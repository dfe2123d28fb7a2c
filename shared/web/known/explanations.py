"""Explanations over HTTP: as JSON for programs, as a page for whoever follows a message's link."""

from typing import Annotated, Literal

from fastapi import Query, Request
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.canonical import to_plain
from shared.domain.roles import Role
from shared.service.explaining import Explanation, explain
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.formats import accepts_page, page_of
from shared.web.http.limits import Kind
from shared.web.known.explanation_page import explanation_page

router = routes("explanations")
Format = Annotated[
    Literal["html", "json"] | None,
    Query(description="Goes before what the caller accepts; JSON where neither asks for a page."),
]


class Explained(Shown):
    """One thing explained."""

    explanation: Explanation


@router.get(
    "/explain/{thing:path}",
    operation_id="explain",
    summary="Explain anything by its name",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(Explained, 404, html="text/html"),
)
def anything(here: Here, request: Request, thing: str, format: Format = None) -> Response:  # noqa: A002  the parameter's name
    """An alert, event, notice, gate, silence, receiver or retraining: how it stands, and why."""
    return _told(here, request, thing, format)


@router.get(
    "/alerts/{fingerprint}",
    operation_id="explain_alert",
    summary="Explain one alert",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(Explained, 404, html="text/html"),
)
def alert(here: Here, request: Request, fingerprint: str, format: Format = None) -> Response:  # noqa: A002  the parameter's name
    """Where the links in messages lead."""
    return _told(here, request, f"alert {fingerprint}", format)


def _told(here: Application, request: Request, thing: str, wanted: str | None) -> Response:
    story = explain(
        thing,
        ledger=here.ledger,
        archive=here.archive,
        policies=here.policies,
        now=here.clock(),
    )
    if wanted == "html" or (wanted is None and accepts_page(request)):
        return page_of(explanation_page(story))
    return JSONResponse({"explanation": to_plain(story)}, headers={"Vary": "Accept"})
