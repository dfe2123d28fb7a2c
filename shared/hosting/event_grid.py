"""The way in of Event Grid, at the address that the Functions host has for it.

The handshake is Event Grid's own: a subscription of either schema can be made to point here.
"""

import json
from typing import TYPE_CHECKING

from shared.service.hooks import HookAnswer
from shared.service.intake import handshake
from shared.web.doors import Call, Door

if TYPE_CHECKING:
    from shared.bootstrap import Application

_NOTHING_TO_TAKE = frozenset({"SubscriptionDeletion", "Unsubscribe"})


def _event_grid(application: "Application", call: Call) -> HookAnswer:
    """The code of a handshake back, since only whoever answers is sent events; or their receipt."""
    code = handshake(call.body)
    if code is not None:
        return HookAnswer(status=200, body=json.dumps(code))
    if call.headers.get("aeg-event-type") in _NOTHING_TO_TAKE:
        return HookAnswer(status=202, body="[]")
    return application.hooks.take(call.headers, call.body, via="event-grid")


EVENT_GRID = Door(
    route="runtime/webhooks/EventGrid", methods=("POST",), answer=_event_grid, secret=True
)
