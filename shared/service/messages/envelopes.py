"""The envelope of what leaves: a CloudEvent, so that anyone can subscribe."""

from typing import Any

from shared.domain.action import Action, describe
from shared.domain.canonical import content_hash, format_time
from shared.domain.decision import Decision
from shared.domain.event import EXTENSION_PREFIX


def envelope(decision: Decision, index: int, action: Action) -> dict[str, Any]:
    """One action of a decision as a CloudEvent."""
    identity = content_hash([decision.hash, index])
    return cloud_event(decision, identity, action.kind, describe(action))


def cloud_event(
    decision: Decision, identity: str, kind: str, data: dict[str, Any]
) -> dict[str, Any]:
    """A CloudEvent, so that anyone can subscribe without knowing Driftgate's own forms."""
    event = decision.event
    made: dict[str, Any] = {
        "specversion": "1.0",
        "id": identity,
        "source": f"driftgate/{event.subject}",
        "type": EXTENSION_PREFIX + kind,
        "subject": event.subject,
        "time": format_time(decision.decided),
        "datacontenttype": "application/json",
        "correlationid": event.correlation_id or event.id,
        "data": {**data, "decision": decision.hash, "event": event.id},
    }
    if event.replay is not None:
        made.update(event.replay.attributes())
    return made
