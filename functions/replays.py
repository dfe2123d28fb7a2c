"""Steps of replays that tell events again."""

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("replay_step")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="replays"
)
def replay_step(message: func.ServiceBusMessage) -> None:
    """Tell the next events again; what never can be is put aside."""
    app = application()
    app.take(received(message, "replays"), app.replay)
