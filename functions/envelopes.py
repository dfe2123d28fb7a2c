"""An Event Grid trigger's object back into the bytes that Event Grid sent."""

import json
from datetime import datetime
from typing import Any


def envelope_bytes(event: Any) -> bytes:
    """The envelope as JSON, in the schema it came in.

    `event` is a func.EventGridEvent, or a func.CloudEvent when the body has a `specversion`.
    """
    if hasattr(event, "specversion"):
        return _bytes(
            {
                "specversion": event.specversion,
                "id": event.id,
                "source": event.source,
                "type": event.type,
                "subject": event.subject,
                "time": _time(event.time),
                "data": event.get_json(),
            }
        )
    return _bytes(
        {
            "id": event.id,
            "topic": event.topic,
            "subject": event.subject,
            "eventType": event.event_type,
            "eventTime": _time(event.event_time),
            "dataVersion": event.data_version,
            "data": event.get_json(),
        }
    )


def _time(time: datetime | str | None) -> str | None:
    return time.isoformat() if isinstance(time, datetime) else time


def _bytes(envelope: dict[str, Any]) -> bytes:
    return json.dumps(
        {name: value for name, value in envelope.items() if value is not None}
    ).encode()
