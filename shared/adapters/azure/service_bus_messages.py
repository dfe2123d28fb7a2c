"""Driftgate's messages as Service Bus carries them, and back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import canonical_json
from shared.errors import MalformedPayload, Refused
from shared.ports import Message

if TYPE_CHECKING:
    from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage

MOST_BYTES = 256 * 1024
MOST_ID = 128
_FOR_EVER = timedelta(milliseconds=2**32 - 1)

_OF_THE_BROKER = {"DeadLetterReason", "DeadLetterErrorDescription", "DeadLetterSource"}
_OF_TRACING = {"Diagnostic-Id", "traceparent", "tracestate"}


def check(message: Message) -> None:
    """Refuse what the broker would refuse, before anything is sent.

    Raises Refused for a message without session, with too long an id, or over 256 KB, which is
    what one message of the tier Standard may have with all its headers.
    """
    if not message.session:
        raise Refused(f"Message {message.id} has no session; its subject's name belongs there.")
    if not message.id or max(len(message.id), len(message.session)) > MOST_ID:
        raise Refused(f"A message id and a session have 1 to {MOST_ID} characters.")
    size = len(canonical_json(message))
    if size > MOST_BYTES:
        raise too_large(message, f"has {size} bytes, over the limit of {MOST_BYTES}")


def too_large(message: Message, how: str) -> Refused:
    """The refusal of a message that does not fit."""
    return Refused(f"Message {message.id} {how}; keep what is large as evidence and send its hash.")


def to_service_bus(message: Message) -> "ServiceBusMessage":
    """The message for the SDK: body as JSON, what subscribers filter on as properties.

    Correlation id and subject are those of the body when it is a CloudEvent that has them, unless
    the message's headers say others.
    """
    from azure.servicebus import ServiceBusMessage

    properties: dict[Any, Any] = dict(message.properties)
    headers = {**_headers_of(message.body), **message.headers}
    return ServiceBusMessage(
        canonical_json(message.body),
        message_id=message.id,
        session_id=message.session,
        subject=headers.get("subject"),
        correlation_id=headers.get("correlation_id"),
        content_type=headers.get("content_type"),
        application_properties=properties,
        scheduled_enqueue_time_utc=message.scheduled,
        time_to_live=None if message.lives is None else timedelta(seconds=message.lives),
    )


def from_service_bus(
    received: "ServiceBusReceivedMessage", queue: str, *, strict: bool = True
) -> Message:
    """Read a received message back; what the broker and tracing have added is left out.

    Raises MalformedPayload when its body is not a JSON object; not `strict`, such a body comes as
    an object with the key `text`. How long it lives and its headers are read then too, for whoever
    sends it again.
    """
    raw = body_bytes(received)
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        if strict:
            raise MalformedPayload(
                f"Message {received.message_id} in {queue} is not a JSON object."
            )
        body = {"text": raw.decode(errors="replace")}
    scheduled = received.scheduled_enqueue_time_utc
    return Message(
        id=received.message_id or "",
        queue=queue,
        session=received.session_id or "",
        body=body,
        scheduled=None if scheduled is None else _aware(scheduled),
        properties=_properties(received),
        lives=_lives(received) if not strict else None,
        headers=_other_headers(received, body) if not strict else {},
    )


def body_bytes(received: "ServiceBusReceivedMessage") -> bytes:
    """The body as it came."""
    body = received.body
    return body if isinstance(body, bytes) else b"".join(body)


def _properties(received: "ServiceBusReceivedMessage") -> dict[str, str]:
    plain = {
        _plain(name): _plain(value)
        for name, value in (received.application_properties or {}).items()
    }
    added = _OF_THE_BROKER | _OF_TRACING
    return {name: value for name, value in plain.items() if name not in added}


def _headers_of(body: Mapping[str, Any]) -> dict[str, str]:
    named = {
        "subject": _text(body, "subject"),
        "correlation_id": _text(body, "correlationid"),
        "content_type": "application/json",
    }
    return {name: value for name, value in named.items() if value is not None}


def _other_headers(
    received: "ServiceBusReceivedMessage", body: Mapping[str, Any]
) -> dict[str, str]:
    """What the headers say that the body does not."""
    told = {name: getattr(received, name) for name in ("subject", "correlation_id", "content_type")}
    ours = _headers_of(body)
    return {
        name: str(value)
        for name, value in told.items()
        if value is not None and value != ours.get(name)
    }


def _lives(received: "ServiceBusReceivedMessage") -> float | None:
    """Seconds; None for the most that its header can say, which stands for no end."""
    lives = received.time_to_live
    return None if lives is None or lives >= _FOR_EVER else lives.total_seconds()


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value[:MOST_ID] if isinstance(value, str) and value else None
