"""How anything is said in a person's name: signed, kept, or refused in one sentence."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.domain.event import Event
    from shared.service.service import Receipt, Service


class Signed(TypedDict):
    """Who says it, why, when, and by which way in: what every such call takes by these names."""

    author: str
    reason: str
    now: datetime
    via: str


def say(service: "Service", event: "Event", via: str) -> "Receipt":
    """Have it kept and queued. Raises InvalidData with why it was refused."""
    receipt = service.say(event, via=via)
    if receipt.refusal is not None:
        raise InvalidData(receipt.refusal)
    return receipt
