"""An HTTP trigger's request to one of the doors for machines, and the answer back to the host."""

from typing import TYPE_CHECKING

import azure.functions as func

from shared.web.doors import Call, Door

if TYPE_CHECKING:
    from shared.bootstrap import Application


def answered(
    door: Door, application: "Application", request: func.HttpRequest
) -> func.HttpResponse:
    """What the door answers."""
    answer = door.answer(
        application,
        Call(
            headers=request.headers,
            query=request.params,
            path=request.route_params,
            body=request.get_body(),
        ),
    )
    return func.HttpResponse(
        answer.body,
        status_code=answer.status,
        headers=dict(answer.headers),
        mimetype=answer.kind,
    )
