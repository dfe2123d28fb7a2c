"""The API and the console, on the ASGI application that is imported with the first request."""

import os

import azure.functions as func

from shared.access_settings import needs_host_key
from shared.bootstrap import application

blueprint = func.Blueprint()
_LEVEL = func.AuthLevel.FUNCTION if needs_host_key(os.environ) else func.AuthLevel.ANONYMOUS
"""Without a key only where each route asks for a role of Entra ID: a browser sends no key."""


@blueprint.function_name("operations")
@blueprint.route(
    route="api/{*path}",
    methods=["GET", "POST", "DELETE"],
    auth_level=_LEVEL,
)
async def operations(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Hand the request to the API."""
    return await _served(req, context)


@blueprint.function_name("console")
@blueprint.route(route="console/{*path}", methods=["GET", "POST"], auth_level=_LEVEL)
async def console(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Hand the request to the console."""
    return await _served(req, context)


async def _served(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    from shared.web.operations import served

    answer: func.HttpResponse = await func.AsgiMiddleware(served(application())).handle_async(
        req, context
    )
    return answer
