"""Promotion requests, and the checks that a pipeline's environment asks, at once or called back."""

import azure.functions as func

from functions.calling import answered
from functions.receiving import received
from shared.bootstrap import application
from shared.web.doors import ENVIRONMENT_CHECKS, GATE

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
@blueprint.route(route=GATE.route, methods=GATE.methods, auth_level=func.AuthLevel.FUNCTION)
def promotion_gate(req: func.HttpRequest) -> func.HttpResponse:
    """Answer an environment check: `status` is `successful` only when every gate passed."""
    return answered(GATE, application(), req)


@blueprint.function_name("environment_check_asked")
@blueprint.route(
    route=ENVIRONMENT_CHECKS.route,
    methods=ENVIRONMENT_CHECKS.methods,
    auth_level=func.AuthLevel.FUNCTION,
)
def environment_check_asked(req: func.HttpRequest) -> func.HttpResponse:
    """Let the check wait and answer at once; 400 says in a sentence why it cannot be answered."""
    return answered(ENVIRONMENT_CHECKS, application(), req)


@blueprint.function_name("environment_check")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="environment-checks"
)
def environment_check(message: func.ServiceBusMessage) -> None:
    """Look once at a check that waits, and answer it or let it wait on."""
    app = application()
    app.take(received(message, "environment-checks"), app.check_environment)
