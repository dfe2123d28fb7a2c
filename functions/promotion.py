"""Promotion requests, and the checks that a pipeline's environment asks, at once or called back."""

import json

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("promotion_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="promotion-requests"
)
def promotion_request(message: func.ServiceBusMessage) -> None:
    """Carry the request out; what never can be is put aside."""
    app = application()
    app.take(received(message, "promotion-requests"), app.promote)


@blueprint.function_name("promotion_gate")
@blueprint.route(
    route="api/gate/{model}/{version}",
    methods=["GET", "POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
def promotion_gate(req: func.HttpRequest) -> func.HttpResponse:
    """Answer an environment check: `status` is `successful` only when every gate passed."""
    from shared.service.queries import gate

    app = application()
    answer = gate(
        app.ledger,
        app.policies,
        req.route_params["model"],
        req.route_params["version"],
        req.params.get("stage") or None,
        now=app.clock(),
    )
    return func.HttpResponse(json.dumps(answer), status_code=200, mimetype="application/json")


@blueprint.function_name("environment_check_asked")
@blueprint.route(
    route="api/checks/environment", methods=["POST"], auth_level=func.AuthLevel.FUNCTION
)
def environment_check_asked(req: func.HttpRequest) -> func.HttpResponse:
    """Let the check wait and answer at once; 400 says in a sentence why it cannot be answered."""
    app = application()
    answer = app.hooks.ask(
        lambda: app.ask_environment(req.headers, req.params), via="environment-check"
    )
    return func.HttpResponse(
        answer.body,
        status_code=answer.status,
        headers=dict(answer.headers),
        mimetype=answer.kind,
    )


@blueprint.function_name("environment_check")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="environment-checks"
)
def environment_check(message: func.ServiceBusMessage) -> None:
    """Look once at a check that waits, and answer it or let it wait on."""
    app = application()
    app.take(received(message, "environment-checks"), app.check_environment)
