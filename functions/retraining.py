"""Retraining requests."""

import json

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("retraining_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="retraining-requests"
)
def retraining_request(message: func.ServiceBusMessage) -> None:
    """Start what is asked for; an error gives the message back, and at last to the dead letters."""
    application().retrain(json.loads(message.get_body()))
