"""Explanations over HTTP: as JSON for programs, as a page for whoever follows a message's link."""

from typing import TYPE_CHECKING

from shared.bootstrap import Application
from shared.domain.canonical import to_plain
from shared.service.explaining import Explanation, explain
from shared.web.promotions import PAGE_HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


def explanation_routes(application: Application) -> "list[Route]":
    """/api/explain/{thing} and, for the links in messages, /api/alerts/{fingerprint}.

    Both answer with a page where the caller accepts HTML, and with JSON otherwise. They only read.
    """
    from starlette.responses import HTMLResponse, JSONResponse
    from starlette.routing import Route

    def told(request: "Request", thing: str) -> "Response":
        story = _explained(application, thing)
        if not accepts_page(request):
            return JSONResponse({"explanation": to_plain(story)}, headers={"Vary": "Accept"})
        from shared.web.explanation_page import explanation_page

        return HTMLResponse(explanation_page(story), headers=PAGE_HEADERS)

    def anything(request: "Request") -> "Response":
        return told(request, request.path_params["thing"])

    def alert(request: "Request") -> "Response":
        return told(request, f"alert {request.path_params['fingerprint']}")

    return [
        Route("/api/explain/{thing:path}", anything, methods=["GET"]),
        Route("/api/alerts/{fingerprint}", alert, methods=["GET"]),
    ]


def accepts_page(request: "Request") -> bool:
    """Whether the caller takes HTML, before what the address asks for by `?format=`."""
    asked = request.query_params.get("format")
    if asked in {"html", "json"}:
        return asked == "html"
    accepted = [
        kind.partition(";")[0].strip().lower()
        for kind in request.headers.get("accept", "").split(",")
    ]
    return "text/html" in accepted or "application/xhtml+xml" in accepted


def _explained(application: Application, thing: str) -> Explanation:
    return explain(
        thing,
        ledger=application.ledger,
        archive=application.archive,
        policies=application.policies,
        now=application.clock(),
    )
