"""Steps of replays that tell events again."""

import json

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("replay_step")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="replays"
)
def replay_step(message: func.ServiceBusMessage) -> None:
    """Tell the next events again; an error gives the message back, and at last it is put aside."""
    application().replay(json.loads(message.get_body()))
