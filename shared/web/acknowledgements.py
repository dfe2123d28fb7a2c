"""Acknowledgements over HTTP: said with POST, listed with GET, given back with DELETE."""

from functools import partial
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.service import acknowledgements as service
from shared.web.bodies import author_of, object_of, optional_text, text_of
from shared.web.saying import routes_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_SAID = {"fingerprint", "for", "until", "reason", "author"}
_GIVEN_BACK = {"reason", "author"}


def acknowledgement_routes(application: Application) -> "list[Route]":
    """Routes under /api/acknowledgements: all, that of one alert by its fingerprint."""
    return routes_of(
        "acknowledgement",
        None,
        listed=lambda fingerprint: service.acknowledgements(
            application.ledger, application.clock(), fingerprint
        ),
        declare=partial(_declare, application),
        withdraw=partial(_give_back, application),
    )


def _declare(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _SAID)
    return service.acknowledge(
        application.service,
        application.ledger,
        application.policies,
        text_of(said, "fingerprint"),
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        lasts=optional_text(said, "for"),
        until=optional_text(said, "until"),
        now=application.clock(),
        via="api",
    )


def _give_back(application: Application, request: "Request", body: bytes) -> dict[str, Any]:
    said = object_of(body, _GIVEN_BACK)
    return service.release(
        application.service,
        application.ledger,
        request.path_params["acknowledgement"],
        author=author_of(request, said),
        reason=text_of(said, "reason"),
        now=application.clock(),
        via="api",
    )
