"""What people mean to be, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import intents as service
from shared.web.bodies import MOST_BYTES, author_of, object_of, text_of, too_large

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_SAID = {"endpoint", "deployment", "traffic", "since", "until", "reason", "author"}
_TAKEN_BACK = {"reason", "author"}


def intent_routes(application: Application) -> "list[Route]":
    """Routes under /api/intents: all, those of an endpoint, one of them."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def listed(request: "Request") -> "Response":
        found = service.intents(
            application.ledger,
            application.policies,
            application.clock(),
            request.path_params.get("endpoint"),
        )
        return JSONResponse({"intents": found})

    async def declare(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        intent = await run_in_threadpool(_declare, application, request, body)
        where = f"/api/intents/{intent['endpoint']}"
        return JSONResponse({"intent": intent}, status_code=202, headers={"Location": where})

    async def withdraw(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        intent = await run_in_threadpool(_withdraw, application, request, body)
        return JSONResponse({"intent": intent}, status_code=202)

    return [
        Route("/api/intents", listed, methods=["GET"]),
        Route("/api/intents", declare, methods=["POST"]),
        Route("/api/intents/{endpoint}", listed, methods=["GET"]),
        Route("/api/intents/{endpoint}/{intent}", withdraw, methods=["DELETE"]),
    ]


def _declare(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _SAID)
    traffic = said.get("traffic")
    return service.declare(
        application.service,
        text_of(said, "endpoint"),
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        until=text_of(said, "until"),
        since=None if said.get("since") is None else text_of(said, "since"),
        deployment=None if said.get("deployment") is None else text_of(said, "deployment"),
        traffic=None if traffic is None else _shares(traffic),
        now=application.clock(),
        via="api",
    )


def _withdraw(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _TAKEN_BACK)
    return service.withdraw(
        application.service,
        application.ledger,
        request.path_params["endpoint"],
        request.path_params["intent"],
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        now=application.clock(),
        via="api",
    )


def _shares(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or any(
        isinstance(share, bool) or not isinstance(share, int | float) for share in value.values()
    ):
        raise InvalidData('traffic is no object of numbers; send it as {"green": 10, "blue": 90}.')
    return dict(value)
