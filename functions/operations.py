"""The API for operators, on the ASGI application that is imported with the first request."""

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("operations")
@blueprint.route(
    route="{*path}",
    methods=["GET", "POST", "DELETE"],
    auth_level=func.AuthLevel.FUNCTION,
)
async def operations(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Hand the request to the API."""
    from shared.web.operations import api

    answer: func.HttpResponse = await func.AsgiMiddleware(api(application())).handle_async(
        req, context
    )
    return answer
