"""What people let pass, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import overrides as service
from shared.web.bodies import MOST_BYTES, author_of, object_of, text_of, too_large

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_SAID = {"model", "version", "gates", "until", "reason", "author"}
_TAKEN_BACK = {"reason", "author"}


def override_routes(application: Application) -> "list[Route]":
    """Routes under /api/overrides: all, those of a model, one of them."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def listed(request: "Request") -> "Response":
        found = service.overrides(
            application.ledger, application.clock(), request.path_params.get("model")
        )
        return JSONResponse({"overrides": found})

    async def declare(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        override = await run_in_threadpool(_declare, application, request, body)
        where = f"/api/overrides/{override['model']}"
        return JSONResponse({"override": override}, status_code=202, headers={"Location": where})

    async def withdraw(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        override = await run_in_threadpool(_withdraw, application, request, body)
        return JSONResponse({"override": override}, status_code=202)

    return [
        Route("/api/overrides", listed, methods=["GET"]),
        Route("/api/overrides", declare, methods=["POST"]),
        Route("/api/overrides/{model}", listed, methods=["GET"]),
        Route("/api/overrides/{model}/{override}", withdraw, methods=["DELETE"]),
    ]


def _declare(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _SAID)
    return service.declare(
        application.service,
        application.ledger,
        text_of(said, "model"),
        text_of(said, "version"),
        gates=_gates(said),
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        until=text_of(said, "until"),
        now=application.clock(),
        via="api",
    )


def _withdraw(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _TAKEN_BACK)
    return service.withdraw(
        application.service,
        application.ledger,
        request.path_params["model"],
        request.path_params["override"],
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        now=application.clock(),
        via="api",
    )


def _gates(said: Mapping[str, Any]) -> list[str]:
    value = said.get("gates")
    if not isinstance(value, list) or not all(isinstance(gate, str) for gate in value):
        raise InvalidData('gates is no list of texts; send it as ["metric/auc"].')
    return value
