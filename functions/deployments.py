"""Resource events on online endpoints, and Azure DevOps service hooks."""

import azure.functions as func

from functions.calling import answered
from functions.envelopes import envelope_bytes
from shared.bootstrap import application
from shared.web.doors import DEVOPS_HOOKS

blueprint = func.Blueprint()


@blueprint.function_name("resource_events")
@blueprint.event_grid_trigger(arg_name="event")
def resource_events(event: func.EventGridEvent) -> None:
    """Keep the event and queue it; what it did is read back from the workspace."""
    application().service.receive(envelope_bytes(event), via="event-grid")


@blueprint.function_name("devops_hooks")
@blueprint.route(
    route=DEVOPS_HOOKS.route,
    methods=DEVOPS_HOOKS.methods,
    auth_level=func.AuthLevel.FUNCTION,
)
def devops_hooks(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 202 once the hook is kept, refused ones too: the body says which and why."""
    return answered(DEVOPS_HOOKS, application(), req)
