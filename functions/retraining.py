"""Retraining requests."""

import json
import logging

import azure.functions as func

blueprint = func.Blueprint()
_LOG = logging.getLogger("driftgate.requests")


@blueprint.function_name("retraining_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="retraining-requests"
)
def retraining_request(message: func.ServiceBusMessage) -> None:
    """Write the request to the log: no job is started from here."""
    from shared.service.notices import request_text

    text = request_text(json.loads(message.get_body()))
    _LOG.info("%s", text, extra={"message_id": message.message_id})
