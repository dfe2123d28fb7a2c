"""A Service Bus trigger's object as Driftgate takes it, with all that would be lost with it."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import azure.functions as func

    from shared.service.dead_letters.poison import Received

_OF_TRACING = frozenset({"Diagnostic-Id", "traceparent", "tracestate"})
_FOR_EVER = timedelta(days=3650)


def received(message: "func.ServiceBusMessage", queue: str) -> "Received":
    """The message of one queue, or of a subscription as `topic/subscription`."""
    from shared.service.dead_letters.poison import Received

    headers = {
        "subject": message.subject,
        "correlation_id": message.correlation_id,
        "content_type": message.content_type,
    }
    return Received(
        queue=queue,
        id=message.message_id or "",
        number=message.sequence_number or 0,
        tries=message.delivery_count or 1,
        body=message.get_body(),
        session=message.session_id or "",
        properties={
            str(name): str(value)
            for name, value in (message.application_properties or {}).items()
            if name not in _OF_TRACING
        },
        headers={name: value for name, value in headers.items() if value is not None},
        lives=_lives(message),
    )


def _lives(message: "func.ServiceBusMessage") -> float | None:
    """Seconds: the host tells no time to live, but when a message came and when it would go."""
    came, goes = message.enqueued_time_utc, message.expires_at_utc
    if came is None or goes is None or goes - came >= _FOR_EVER:
        return None
    return (goes - came).total_seconds()
