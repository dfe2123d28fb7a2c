"""Any service that takes JSON, which can see from a signature that it comes from here."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.way_out import WayOut
from shared.domain.policy import ChannelKind
from shared.errors import NotAllowed
from shared.ports import Clock, Sending

_SHORTEST_KEY = 16
_OLD = "_OLD"
_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Webhook:
    """Posts to the receiver's `address`, signed with its secret.

    `Driftgate-Signature` has a `v1=` for each key: while keys change, `DRIFTGATE_SECRET_<name>_OLD`
    signs as well. `Driftgate-Delivery` is the same for every repeat of one try.
    """

    def __init__(self, out: WayOut, secrets: Secrets, render: Render, clock: Clock) -> None:
        self._out = out
        self._secrets = secrets
        self._render = render
        self._clock = clock

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Post it; any 2xx will do. Raises as `WayOut.post` does."""
        receiver = sending.receiver
        if receiver.address is None:
            raise NotAllowed(
                f"The receiver {receiver.name} has no address; write it in its policy."
            )
        keys = self._keys(sending)
        content = json.dumps(
            self._render(ChannelKind.WEBHOOK, sending), ensure_ascii=False, separators=(",", ":")
        ).encode(errors="replace")
        timestamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Driftgate-Timestamp": timestamp,
            "Driftgate-Signature": ",".join(signature(key, timestamp, content) for key in keys),
            "Driftgate-Delivery": delivery_of(sending.order),
        }
        self._out.post(receiver.address, f"the address of {receiver.name}", content, headers)
        return {}

    def _keys(self, sending: Sending) -> list[str]:
        receiver = sending.receiver
        keys = [self._secrets.of(receiver, "the key that signs")]
        old = self._secrets.named(f"{receiver.secret}{_OLD}")
        keys += [] if old is None else [old]
        if any(len(key) < _SHORTEST_KEY for key in keys):
            raise NotAllowed(
                f"The key that signs for {receiver.name} is too short; make one of at least "
                f"{_SHORTEST_KEY} signs by chance."
            )
        return keys


def signature(key: str, timestamp: str, content: bytes) -> str:
    """The HMAC-SHA256 of the time, a full stop and the body.

    >>> signature("k" * 16, "1770120000", b"{}")[:19]
    'v1=77081de3bca89726'
    """
    signed = timestamp.encode() + b"." + content
    return f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}"


def delivery_of(order: str) -> str:
    """The try's name as a header may have it."""
    if _PLAIN.fullmatch(order):
        return order
    return hashlib.sha256(order.encode(errors="replace")).hexdigest()[:32]
