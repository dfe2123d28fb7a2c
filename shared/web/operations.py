"""The operators' API: what is known, and what people mean to be."""

from typing import TYPE_CHECKING

from shared.bootstrap import Application
from shared.errors import DriftgateError
from shared.service import queries
from shared.service.status import status_of
from shared.web.acknowledgements import acknowledgement_routes
from shared.web.explanations import explanation_routes
from shared.web.intents import intent_routes
from shared.web.overrides import override_routes
from shared.web.problems import foreseen, of_http
from shared.web.promotions import promotion_routes
from shared.web.retrainings import retraining_routes
from shared.web.silences import silence_routes

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response


def api(application: Application) -> "Starlette":
    """Routes under /api: what is known, and what people say of it.

    Every fault that was foreseen is a problem document; any other fails the function, whose host
    answers 500 and logs it.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
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
        found = status_of(
            ledger,
            application.evidence,
            application.policies,
            request.path_params["name"],
            application.clock(),
        )
        return JSONResponse(found)

    def alerts(_: "Request") -> "Response":
        return JSONResponse({"alerts": queries.alerts(ledger, application.clock())})

    def events(_: "Request") -> "Response":
        return JSONResponse({"events": queries.events(application.archive)})

    def decisions(_: "Request") -> "Response":
        return JSONResponse({"decisions": [queries.shown(d) for d in ledger.decisions(limit=100)]})

    return Starlette(
        routes=[
            Route("/api/health", health),
            Route("/api/status", overview),
            Route("/api/status/{name:path}", status),
            Route("/api/alerts", alerts),
            Route("/api/events", events),
            Route("/api/decisions", decisions),
            *explanation_routes(application),
            *intent_routes(application),
            *override_routes(application),
            *promotion_routes(application),
            *retraining_routes(application),
            *silence_routes(application),
            *acknowledgement_routes(application),
        ],
        exception_handlers={
            DriftgateError: foreseen,
            HTTPException: of_http,
        },
    )
