"""Subscribers of the topic `alerts`: here the one that writes each notice to the log."""

import json
import logging

import azure.functions as func

blueprint = func.Blueprint()
_LOG = logging.getLogger("driftgate.alerts")


@blueprint.function_name("log_alert")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="log"
)
def log_alert(message: func.ServiceBusMessage) -> None:
    """Write the notice as a person would read it, with the message id to find it again."""
    from shared.service.notices import notice_text

    text = notice_text(json.loads(message.get_body()))
    _LOG.warning("%s", text, extra={"message_id": message.message_id})
