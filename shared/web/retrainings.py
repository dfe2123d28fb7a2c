"""Retrainings over HTTP: listed with GET, resumed with POST."""

from typing import TYPE_CHECKING

from shared.bootstrap import Application
from shared.service import retrainings as service
from shared.web.bodies import MOST_BYTES, author_of, object_of, text_of, too_large

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_RESUMED = {"reason", "author"}


def retraining_routes(application: Application) -> "list[Route]":
    """Routes under /api/retrainings: all, those of a model, and to resume them.

    The POST answers 202: it counts once its event is decided.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def listed(_: "Request") -> "Response":
        return JSONResponse({"retrainings": service.retrainings(application.ledger)})

    def one(request: "Request") -> "Response":
        model = request.path_params["model"]
        return JSONResponse({"retraining": service.retrainings_of(application.ledger, model)})

    async def resume(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        said = object_of(body, _RESUMED)
        model = request.path_params["model"]
        resumed = await run_in_threadpool(
            service.resume,
            application.service,
            application.ledger,
            model,
            author=author_of(request, said),
            reason=text_of(said, "reason"),
            now=application.clock(),
            via="api",
        )
        where = {"Location": f"/api/retrainings/{model}"}
        return JSONResponse({"resumed": resumed}, status_code=202, headers=where)

    return [
        Route("/api/retrainings", listed, methods=["GET"]),
        Route("/api/retrainings/{model}", one, methods=["GET"]),
        Route("/api/retrainings/{model}/resume", resume, methods=["POST"]),
    ]
