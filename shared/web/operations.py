"""The operators' API: what is known, read-only."""

from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import NotFound
from shared.service import queries

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response


def api(application: Application) -> "Starlette":
    """Routes under /api: health, status, status/{name}, alerts, events, decisions."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    ledger = application.ledger

    def health(_: "Request") -> "Response":
        waiting = len(ledger.unsent(limit=1000))
        problems = list(application.policies.problems())
        return JSONResponse({"status": "up", "outbox": waiting, "policy_problems": problems})

    def overview(_: "Request") -> "Response":
        return JSONResponse({"subjects": queries.overview(ledger)})

    def status(request: "Request") -> "Response":
        try:
            return JSONResponse(queries.status(ledger, request.path_params["name"]))
        except NotFound as problem:
            return _problem(404, str(problem))

    def alerts(_: "Request") -> "Response":
        return JSONResponse({"alerts": queries.alerts(ledger)})

    def events(_: "Request") -> "Response":
        return JSONResponse({"events": queries.events(application.archive)})

    def decisions(_: "Request") -> "Response":
        return JSONResponse({"decisions": [queries.shown(d) for d in ledger.decisions(limit=100)]})

    def _problem(code: int, sentence: str) -> "Response":
        body: dict[str, Any] = {"status": code, "title": sentence}
        return JSONResponse(body, status_code=code, media_type="application/problem+json")

    return Starlette(
        routes=[
            Route("/api/health", health),
            Route("/api/status", overview),
            Route("/api/status/{name:path}", status),
            Route("/api/alerts", alerts),
            Route("/api/events", events),
            Route("/api/decisions", decisions),
        ]
    )
