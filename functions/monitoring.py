"""Alerts of Azure Monitor, from an action group that calls us."""

import azure.functions as func

from functions.calling import answered
from shared.bootstrap import application
from shared.web.doors import AZURE_ALERTS

blueprint = func.Blueprint()


@blueprint.function_name("azure_alerts")
@blueprint.route(
    route=AZURE_ALERTS.route,
    methods=AZURE_ALERTS.methods,
    auth_level=func.AuthLevel.FUNCTION,
)
def azure_alerts(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 202 once the alert is kept, a refused one too: the body says which and why."""
    return answered(AZURE_ALERTS, application(), req)
