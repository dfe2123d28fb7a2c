"""The work queue: one session a subject, so that a subject's events are decided in order."""

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("decide_event")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="checks", is_sessions_enabled=True
)
def decide_event(message: func.ServiceBusMessage) -> None:
    """Decide one event; what another try may mend comes again, what never can is put aside."""
    app = application()
    app.take(received(message, "checks"), app.service.handle)
