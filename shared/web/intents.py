"""What people mean to be, over HTTP: said with POST, listed with GET, taken back with DELETE."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import intents as service
from shared.web.problems import problem

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL-NAME"
MOST_BYTES = 65_536
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
            return _too_large()
        intent = await run_in_threadpool(_declare, application, request, body)
        where = f"/api/intents/{intent['endpoint']}"
        return JSONResponse({"intent": intent}, status_code=202, headers={"Location": where})

    async def withdraw(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return _too_large()
        intent = await run_in_threadpool(_withdraw, application, request, body)
        return JSONResponse({"intent": intent}, status_code=202)

    return [
        Route("/api/intents", listed, methods=["GET"]),
        Route("/api/intents", declare, methods=["POST"]),
        Route("/api/intents/{endpoint}", listed, methods=["GET"]),
        Route("/api/intents/{endpoint}/{intent}", withdraw, methods=["DELETE"]),
    ]


def _declare(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = _object(body, _SAID)
    traffic = said.get("traffic")
    return service.declare(
        application.service,
        _text(said, "endpoint"),
        author=_author(request, said),
        reason=_text(said, "reason"),
        until=_text(said, "until"),
        since=None if said.get("since") is None else _text(said, "since"),
        deployment=None if said.get("deployment") is None else _text(said, "deployment"),
        traffic=None if traffic is None else _shares(traffic),
        now=application.clock(),
        via="api",
    )


def _withdraw(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = _object(body, _TAKEN_BACK)
    return service.withdraw(
        application.service,
        application.ledger,
        request.path_params["endpoint"],
        request.path_params["intent"],
        author=_author(request, said),
        reason=_text(said, "reason"),
        now=application.clock(),
        via="api",
    )


def _author(request: "Request", said: Mapping[str, Any]) -> str:
    """Whom the platform signed in, before whoever the body says it is."""
    header = request.headers.get(PRINCIPAL, "")
    principal = header.encode("latin-1").decode("utf-8", errors="replace").strip()
    return principal or _text(said, "author")


def _object(body: bytes, known: set[str]) -> Mapping[str, Any]:
    """The body's object; an unknown key is refused, since it may be a misspelt one that matters."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise InvalidData("The body is not JSON; send an object.") from fault
    if not isinstance(value, dict):
        raise InvalidData("The body is no JSON object; send one.")
    unknown = sorted(set(value) - known)
    if unknown:
        raise InvalidData(
            f"{unknown[0][:80]!r} is not known here; known are: {', '.join(sorted(known))}."
        )
    return value


def _text(said: Mapping[str, Any], field: str) -> str:
    value = said.get(field)
    if not isinstance(value, str) or not value.strip():
        raise InvalidData(f"{field} is missing; send it as text.")
    return value


def _shares(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or any(
        isinstance(share, bool) or not isinstance(share, int | float) for share in value.values()
    ):
        raise InvalidData('traffic is no object of numbers; send it as {"green": 10, "blue": 90}.')
    return dict(value)


def _too_large() -> "Response":
    return problem(413, f"The body is over the limit of {MOST_BYTES} bytes; say it shorter.")
