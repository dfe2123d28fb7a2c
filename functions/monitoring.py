"""Alerts of Azure Monitor, from an action group that calls us."""

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()


@blueprint.function_name("azure_alerts")
@blueprint.route(route="api/azure/alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def azure_alerts(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 202 once the alert is kept, a refused one too: the body says which and why."""
    answer = application().hooks.take(req.headers, req.get_body(), via="azure-monitor")
    return func.HttpResponse(
        answer.body,
        status_code=answer.status,
        headers=dict(answer.headers),
        mimetype=answer.kind,
    )
