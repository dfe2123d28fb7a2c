"""Profiles that are counted elsewhere: their parts, and the jobs of Spark."""

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("profiling_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="profiling-requests"
)
def profiling_request(message: func.ServiceBusMessage) -> None:
    """Count a part, send out the parts, or start a job; what never can be is put aside."""
    app = application()
    app.take(received(message, "profiling-requests"), app.profile)
