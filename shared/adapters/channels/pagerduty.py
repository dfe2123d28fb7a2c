"""PagerDuty, by version 2 of its events."""

import json
from collections.abc import Mapping
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.way_out import WayOut
from shared.domain.policy import ChannelKind
from shared.errors import Refused
from shared.ports import Sending

AMERICA = "https://events.pagerduty.com"
_PATH = "/v2/enqueue"
_MOST = 512_000


class PagerDuty:
    """An incident a group: triggered, acknowledged and resolved by the group's key.

    A repeat of the same event changes nothing, so each try is harmless. The receiver's `address`
    is `https://events.eu.pagerduty.com` for an account in Europe.
    """

    def __init__(self, out: WayOut, secrets: Secrets, render: Render) -> None:
        self._out = out
        self._secrets = secrets
        self._render = render

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Send the event. Raises as `WayOut.post` does."""
        receiver = sending.receiver
        key = self._secrets.of(receiver, "the integration's routing key")
        event = {
            "dedup_key": sending.notice.group,
            **self._render(ChannelKind.PAGERDUTY, sending),
            "routing_key": key,
        }
        size = len(json.dumps(event).encode())
        if size > _MOST:
            raise Refused(
                f"The event for {receiver.name} has {size} bytes; PagerDuty takes {_MOST}."
            )
        place = (receiver.address or AMERICA).rstrip("/").removesuffix(_PATH)
        address = f"{place}{_PATH}"
        self._out.post_json(address, f"the address of PagerDuty for {receiver.name}", event, {})
        return {"dedup_key": event["dedup_key"]}
