"""Silences over HTTP: said with POST, listed with GET, taken back with DELETE."""

from functools import partial
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import silences as service
from shared.web.bodies import author_of, object_of, optional_text, text_of
from shared.web.saying import routes_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_SAID = {"matchers", "for", "until", "starts", "until_resolved", "reason", "author"}
_TAKEN_BACK = {"reason", "author"}


def silence_routes(application: Application) -> "list[Route]":
    """Routes under /api/silences: all, one of them."""
    return routes_of(
        "silence",
        None,
        listed=lambda silence: service.silences(application.ledger, application.clock(), silence),
        declare=partial(_declare, application),
        withdraw=partial(_withdraw, application),
    )


def _declare(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _SAID)
    once = said.get("until_resolved", False)
    if not isinstance(once, bool):
        raise InvalidData("until_resolved is neither true nor false; send one of them.")
    return service.declare(
        application.service,
        application.ledger,
        application.policies,
        text_of(said, "matchers"),
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        lasts=optional_text(said, "for"),
        until=optional_text(said, "until"),
        starts=optional_text(said, "starts"),
        until_resolved=once,
        now=application.clock(),
        via="api",
    )


def _withdraw(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _TAKEN_BACK)
    return service.withdraw(
        application.service,
        application.ledger,
        request.path_params["silence"],
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        now=application.clock(),
        via="api",
    )
