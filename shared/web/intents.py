"""What people mean to be, over HTTP: said with POST, listed with GET, taken back with DELETE."""

from functools import partial
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.errors import InvalidData
from shared.service import intents as service
from shared.web.bodies import author_of, object_of, text_of
from shared.web.saying import routes_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_SAID = {"endpoint", "deployment", "traffic", "since", "until", "reason", "author"}
_TAKEN_BACK = {"reason", "author"}


def intent_routes(application: Application) -> "list[Route]":
    """Routes under /api/intents: all, those of an endpoint, one of them."""
    return routes_of(
        "intent",
        "endpoint",
        listed=lambda endpoint: service.intents(
            application.ledger, application.policies, application.clock(), endpoint
        ),
        declare=partial(_declare, application),
        withdraw=partial(_withdraw, application),
    )


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
