"""What becomes of a payload that somebody hands in, as plain JSON values."""

from typing import TYPE_CHECKING, Any

from shared.domain.chain.links import is_stub
from shared.ports import Ledger
from shared.service.queries import shown

if TYPE_CHECKING:
    from shared.service.service import Service


def take_in(payload: bytes, service: "Service", ledger: Ledger, *, via: str) -> dict[str, Any]:
    """Keep and queue its events: which they are, what was decided of them before, what was refused.

    Raises Unavailable where the archive or the queue does not answer.
    """
    receipts = service.receive(payload, via=via)
    events = [receipt.event for receipt in receipts if receipt.event is not None]
    known = [
        ledger.decision(receipt.event.subject, receipt.key)
        for receipt in receipts
        if receipt.event is not None and receipt.duplicate
    ]
    return {
        "events": [
            {"key": one.key, "id": one.id, "type": one.type.value, "subject": one.subject}
            for one in events
        ],
        "already_decided": [shown(one) for one in known if one is not None and not is_stub(one)],
        "refused": [
            {"key": receipt.key, "sentence": receipt.refusal}
            for receipt in receipts
            if receipt.refusal is not None
        ],
    }
