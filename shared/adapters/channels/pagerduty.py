"""PagerDuty, by version 2 of its events."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.way_out import WayOut
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from shared.errors import Refused
from shared.ports import Sending

AMERICA = "https://events.pagerduty.com"
_PATH = "/v2/enqueue"
_MOST = 512_000
_RINGS = frozenset(
    {
        NoticeReason.NEW_ALERTS,
        NoticeReason.WORSE,
        NoticeReason.SILENCE_ENDED,
        NoticeReason.ACKNOWLEDGEMENT_ENDED,
    }
)


class PagerDuty:
    """An incident a group: triggered, acknowledged and resolved by a key of the group.

    A trigger of an incident that was acknowledged notifies nobody. So what has to be heard then
    is an incident of its own under the next key, and the earlier one is resolved. Which key that is
    follows from the reference alone: each try is harmless. The receiver's `address` is
    `https://events.eu.pagerduty.com` for an account in Europe.
    """

    def __init__(self, out: WayOut, secrets: Secrets, render: Render) -> None:
        self._out = out
        self._secrets = secrets
        self._render = render

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Send the events, the one that rings first. Raises as `WayOut.post` does."""
        event = self._event(sending)
        posts = list(_posts(sending, str(event["event_action"]), str(event["dedup_key"])))
        for action, key in posts:
            self._post(sending, {**event, "event_action": action, "dedup_key": key})
        return _reference(posts, sending.reference)

    def _event(self, sending: Sending) -> dict[str, Any]:
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
        return event

    def _post(self, sending: Sending, event: Mapping[str, Any]) -> None:
        receiver = sending.receiver
        place = (receiver.address or AMERICA).rstrip("/").removesuffix(_PATH)
        address = f"{place}{_PATH}"
        self._out.post_json(address, f"the address of PagerDuty for {receiver.name}", event, {})


def _posts(sending: Sending, action: str, group: str) -> Iterator[tuple[str, str]]:
    """What to send under which key, in order.

    What rings goes first: if what follows fails there are two incidents until the next try, not
    none. The end goes to the next key too, which a try that failed half-way may have opened.
    """
    known = sending.reference.get("dedup_key")
    key = str(known or group)
    acknowledged = sending.reference.get("acknowledged") is True
    match action:
        case "resolve":
            yield "resolve", key
            if acknowledged:
                yield "resolve", _next(key)
        case "acknowledge":
            if known is None:
                yield "trigger", key
            yield "acknowledge", key
        case _ if acknowledged and _rings(sending):
            yield "trigger", _next(key)
            yield "resolve", key
        case _:
            yield action, key


def _rings(sending: Sending) -> bool:
    """Whether it is news to whoever took it on; a try again is told as a repeat."""
    notice = sending.notice
    taken = not notice.omitted and all(alert.owner is not None for alert in notice.firing)
    return notice.reason in _RINGS or not taken


def _next(key: str) -> str:
    """The key after this one.

    >>> _next("0123"), _next("0123.2")
    ('0123.2', '0123.3')
    """
    group, _, number = key.partition(".")
    return f"{group}.{int(number) + 1 if number.isdecimal() else 2}"


def _reference(posts: list[tuple[str, str]], before: Mapping[str, Any]) -> dict[str, Any]:
    """The incident that is open by now, and whether somebody has it."""
    action, key = next((one for one in posts if one[0] == "trigger"), posts[0])
    taken = posts[-1][0] == "acknowledge"
    stays = key == before.get("dedup_key") and before.get("acknowledged") is True
    if action != "resolve" and (taken or stays):
        return {"dedup_key": key, "acknowledged": True}
    return {"dedup_key": key}
