"""The operators' API and console: what is known, and what people mean to be.

This and every module with routes imports FastAPI at its top, and is itself imported with the first
request: the start of the function app does not pay for it.
"""

import logging

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from shared.bootstrap import Application
from shared.errors import DriftgateError
from shared.web import described
from shared.web.catalogue import endpoints, figures, findings, models
from shared.web.console import console
from shared.web.console.faults import as_page
from shared.web.dead_letters import deadletters
from shared.web.http.limits import Buckets
from shared.web.http.packing import Packed
from shared.web.http.problems import Problem, foreseen, of_http, of_problem
from shared.web.http.rim import Keyless, Rim
from shared.web.keeping import verifying
from shared.web.known import explanations, handing_in, known
from shared.web.people import acknowledgements, approvals, intents, overrides, silences
from shared.web.promotion import gates, promotions, retrainings
from shared.web.replay import replays

ROUTERS = (
    known.router,
    handing_in.router,
    explanations.router,
    models.router,
    endpoints.router,
    findings.router,
    figures.router,
    intents.router,
    overrides.router,
    approvals.router,
    promotions.router,
    gates.router,
    retrainings.router,
    replays.router,
    silences.router,
    acknowledgements.router,
    verifying.router,
    deadletters.router,
    described.router,
    *console.ROUTERS,
)
_LOG = logging.getLogger("driftgate.api")
_SERVED: list[tuple[Application, Keyless]] = []


def api(application: Application, buckets: Buckets | None = None) -> FastAPI:
    """Routes under /api/v1 and /console; `buckets` count how often each caller asks.

    Every fault is a problem document; one that nobody foresaw is logged and answered with 500.
    """
    app = FastAPI(
        title="Driftgate",
        version=described.VERSION,
        description=described.DESCRIPTION,
        openapi_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        # The host traces each request; a trace or log of its own would hold what people said.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_exception_handler(DriftgateError, as_page(foreseen))
    app.add_exception_handler(Problem, as_page(of_problem))
    app.add_exception_handler(HTTPException, as_page(of_http))
    app.state.application = application
    app.state.buckets = buckets or Buckets()
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Packed)
    app.add_middleware(Rim)
    return app


def served(application: Application) -> Keyless:
    """The API of the process, made with the first request: it counts callers over all of them."""
    if not _SERVED or _SERVED[0][0] is not application:
        _SERVED[:] = [(application, Keyless(api(application)))]
        warning = application.settings.access.fault or application.settings.access.warning
        if warning is not None:
            _LOG.warning("%s", warning)
    return _SERVED[0][1]
