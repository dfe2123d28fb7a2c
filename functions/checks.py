"""The work queue: one session a subject, so that a subject's events are decided in order."""

import json

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("decide_event")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="checks", is_sessions_enabled=True
)
def decide_event(message: func.ServiceBusMessage) -> None:
    """Decide one event; an error gives the message back, and at last to the dead letters."""
    application().service.handle(json.loads(message.get_body()))
