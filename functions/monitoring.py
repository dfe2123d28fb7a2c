"""Alerts of Azure Monitor, from an action group that calls us."""

import json

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("azure_alerts")
@blueprint.route(route="azure/alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def azure_alerts(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 202 once the alert is kept, a refused one too: the body says which and why."""
    receipts = application().service.receive(req.get_body(), via="azure-monitor")
    body = [{"key": receipt.key, "refusal": receipt.refusal} for receipt in receipts]
    return func.HttpResponse(json.dumps(body), status_code=202, mimetype="application/json")
