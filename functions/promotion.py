"""Promotion requests, and the gate that a pipeline's environment check asks."""

import json
import logging

import azure.functions as func

from shared.bootstrap import application

blueprint = func.Blueprint()
_LOG = logging.getLogger("driftgate.requests")


@blueprint.function_name("promotion_request")
@blueprint.service_bus_queue_trigger(
    arg_name="message", connection="ServiceBus", queue_name="promotion-requests"
)
def promotion_request(message: func.ServiceBusMessage) -> None:
    """Write the request to the log: no pipeline is started from here."""
    from shared.service.notices import request_text

    text = request_text(json.loads(message.get_body()))
    _LOG.info("%s", text, extra={"message_id": message.message_id})


@blueprint.function_name("promotion_gate")
@blueprint.route(
    route="gate/{model}/{version}",
    methods=["GET", "POST"],
    auth_level=func.AuthLevel.FUNCTION,
)
def promotion_gate(req: func.HttpRequest) -> func.HttpResponse:
    """Answer an environment check: `status` is `successful` only when every gate passed."""
    from shared.service.queries import gate

    app = application()
    answer = gate(
        app.ledger,
        req.route_params["model"],
        req.route_params["version"],
        req.params.get("stage") or None,
        now=app.clock(),
    )
    return func.HttpResponse(json.dumps(answer), status_code=200, mimetype="application/json")
