"""Event Grid events of the workspace: models registered and deployed, runs, monitor breaches."""

import azure.functions as func

from functions.envelopes import envelope_bytes
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("workspace_events")
@blueprint.event_grid_trigger(arg_name="event")
def workspace_events(event: func.EventGridEvent) -> None:
    """Keep the event and queue it; a refused one is kept with its sentence."""
    application().service.receive(envelope_bytes(event), via="event-grid")
