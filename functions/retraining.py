"""Retraining requests."""

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("retraining_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="retraining-requests"
)
def retraining_request(message: func.ServiceBusMessage) -> None:
    """Start what is asked for; what never can be is put aside."""
    app = application()
    app.take(received(message, "retraining-requests"), app.retrain)
