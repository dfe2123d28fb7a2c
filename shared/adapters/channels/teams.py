"""Microsoft Teams, by the webhook of a workflow."""

import re
from collections.abc import Mapping
from typing import Any

from shared.adapters.channels.exchange import Answer
from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.way_out import WayOut
from shared.domain.policy import ChannelKind
from shared.errors import Refused, Throttled, Unavailable
from shared.ports import Sending

_FAILED = re.compile(r"HTTP error (\d{3})")


class Teams:
    """A card into a channel or chat. What was posted cannot be changed, so there is no reference.

    A workflow answers 202 when it has taken the card. A connector of old answers 200 with `1`, or
    with a sentence about what Teams answered it.
    """

    def __init__(self, out: WayOut, secrets: Secrets, render: Render) -> None:
        self._out = out
        self._secrets = secrets
        self._render = render

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Post the card. Raises as `WayOut.post` does."""
        what = f"the workflow's address for {sending.receiver.name}"
        address = self._secrets.of(sending.receiver, "the workflow's address")
        card = self._render(ChannelKind.TEAMS, sending)
        _look_inside(self._out.post_json(address, what, card, {}), self._out)
        return {}


def _look_inside(answer: Answer, out: WayOut) -> None:
    """Raises for an answer that is a success on the outside only."""
    failed = _FAILED.search(answer.body[:4096].decode(errors="replace"))
    if failed is None:
        return
    status = int(failed[1])
    if status == 429:
        raise Throttled("Teams asks to wait (429, told by the connector).", out.after(answer))
    if status >= 500:
        raise Unavailable(f"Teams answered the connector {status}.")
    raise Refused(
        f"Teams answered the connector {status}; see that the channel is there and the card fits."
    )
