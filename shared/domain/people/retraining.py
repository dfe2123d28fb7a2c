"""What somebody says of a model's retrainings: that they may go on although none has helped."""

from datetime import datetime

from shared.domain.canonical import content_hash, format_time
from shared.domain.event import Event, EventType
from shared.domain.people.signed import signed

SOURCE = "driftgate/person"


def retraining_resumed(model: str, *, author: str, reason: str, now: datetime) -> Event:
    """The event of saying so; the same words at the same time are the same. Raises InvalidData."""
    author, reason = signed(author=author, reason=reason)
    identity = content_hash([model, author, reason, format_time(now)])[:12]
    return Event(
        id=f"resumed-{identity}",
        source=SOURCE,
        type=EventType.RETRAINING_RESUMED,
        subject=f"retraining/{model}",
        time=now,
        data={"author": author, "reason": reason},
    )
