"""Resource events on online endpoints, and Azure DevOps service hooks."""

import json

import azure.functions as func

from functions.envelopes import envelope_bytes
from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("resource_events")
@blueprint.event_grid_trigger(arg_name="event")
def resource_events(event: func.EventGridEvent) -> None:
    """Keep the event and queue it; what it did is read back from the workspace."""
    application().service.receive(envelope_bytes(event), via="event-grid")


@blueprint.function_name("devops_hooks")
@blueprint.route(route="devops/hooks", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def devops_hooks(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 202 once the hook is kept, refused ones too: the body says which and why."""
    receipts = application().service.receive(req.get_body(), via="azure-devops")
    body = [{"key": receipt.key, "refusal": receipt.refusal} for receipt in receipts]
    return func.HttpResponse(json.dumps(body), status_code=202, mimetype="application/json")
