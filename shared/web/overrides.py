"""What people let pass, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import overrides as service
from shared.web.bodies import author_of, object_of, text_of
from shared.web.saying import routes_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_SAID = {"model", "version", "gates", "until", "reason", "author"}
_TAKEN_BACK = {"reason", "author"}


def override_routes(application: Application) -> "list[Route]":
    """Routes under /api/overrides: all, those of a model, one of them."""
    return routes_of(
        "override",
        "model",
        listed=lambda model: service.overrides(application.ledger, application.clock(), model),
        declare=partial(_declare, application),
        withdraw=partial(_withdraw, application),
    )


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
