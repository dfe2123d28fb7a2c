"""Promotions over HTTP: what is on its way, and one of it told whole, as JSON or as a page."""

from typing import TYPE_CHECKING

from shared.bootstrap import Application
from shared.domain.canonical import to_plain
from shared.errors import InvalidData
from shared.service.promotion_story import PromotionStory, promotions_of, story_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
_FORMATS = ("html", "markdown")


def promotion_routes(application: Application) -> "list[Route]":
    """Routes under /api/promotions: all, those of a model, one, and the report of one.

    `?stage=` names the stage of a version that came through several. They only read.
    """
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Route

    def listed(request: "Request") -> "Response":
        found = promotions_of(application.ledger, request.path_params.get("model"))
        return JSONResponse({"promotions": found})

    def told(request: "Request") -> "Response":
        return JSONResponse({"promotion": to_plain(_story(application, request))})

    def report(request: "Request") -> "Response":
        wanted = _format(request)
        story = _story(application, request)
        if wanted == "markdown":
            from shared.web.promotion_markdown import promotion_markdown

            text = promotion_markdown(story)
            return Response(text, media_type="text/markdown", headers=PAGE_HEADERS)
        from shared.web.promotion_report import promotion_report

        return HTMLResponse(promotion_report(story), headers=PAGE_HEADERS)

    return [
        Route("/api/promotions", listed, methods=["GET"]),
        Route("/api/promotions/{model}", listed, methods=["GET"]),
        Route("/api/promotions/{model}/{version}", told, methods=["GET"]),
        Route("/api/promotions/{model}/{version}/report", report, methods=["GET"]),
    ]


def _story(application: Application, request: "Request") -> PromotionStory:
    return story_of(
        application.ledger,
        application.evidence,
        application.policies,
        request.path_params["model"],
        request.path_params["version"],
        request.query_params.get("stage"),
    )


def _format(request: "Request") -> str:
    """What the address asks for, before what the caller accepts; a page unless either says so."""
    asked = request.query_params.get("format")
    if asked is not None:
        if asked not in _FORMATS:
            raise InvalidData(f"{asked[:40]!r} is no format of a report; ask for html or markdown.")
        return asked
    accepted = [
        kind.partition(";")[0].strip().lower()
        for kind in request.headers.get("accept", "").split(",")
    ]
    return "markdown" if "text/markdown" in accepted and "text/html" not in accepted else "html"
