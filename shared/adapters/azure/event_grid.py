"""Driftgate's own findings on a custom topic of Event Grid, for others to react to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.adapters.azure.faults import told_as_ours
from shared.domain.canonical import canonical_json, parse_time
from shared.errors import Refused
from shared.ports import Message

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.messaging import CloudEvent

MOST_BYTES = 1_000_000
_ATTRIBUTES = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
)


class EventGridSender:
    """A sender whose messages are CloudEvents already; it publishes them as they are.

    Event Grid keeps no duplicates away: a reader recognises a repeat by source and id.
    """

    def __init__(self, endpoint: str, credential: "TokenCredential", **options: Any) -> None:
        from azure.eventgrid import EventGridPublisherClient

        from shared.adapters.azure.retries import within_budget

        self._endpoint = endpoint
        self._client = EventGridPublisherClient(endpoint, credential, **within_budget(options))

    def send(self, messages: Sequence[Message]) -> None:
        """Publish all of them, in as few calls as one megabyte a call allows.

        Raises Refused for a body that is no CloudEvent or is too large, NoPermission when the
        identity may not publish, Unavailable when Event Grid does not answer.
        """
        for batch in _batches(messages):
            with told_as_ours(
                "publish findings",
                thing=f"Event Grid topic at {self._endpoint}",
                permission="the role EventGrid Data Sender on the custom topic",
            ):
                self._client.send(batch)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _batches(messages: Sequence[Message]) -> "list[list[CloudEvent[Any]]]":
    batches: list[list[CloudEvent[Any]]] = []
    room = 0
    for message in messages:
        size = len(canonical_json(message.body))
        if size > MOST_BYTES:
            raise Refused(
                f"The event {message.id} has {size} bytes; Event Grid takes {MOST_BYTES} at most."
            )
        if size > room:
            batches.append([])
            room = MOST_BYTES
        batches[-1].append(_event(message))
        room -= size
    return batches


def _event(message: Message) -> "CloudEvent[Any]":
    from azure.core.messaging import CloudEvent

    body = message.body
    if body.get("specversion") != "1.0":
        raise Refused(f"The message {message.id} is no CloudEvent; its specversion is not 1.0.")
    return CloudEvent(
        id=body["id"],
        source=body["source"],
        type=body["type"],
        subject=body.get("subject"),
        time=parse_time(body["time"]),
        datacontenttype=body.get("datacontenttype"),
        data=body.get("data"),
        extensions={name: value for name, value in body.items() if name not in _ATTRIBUTES},
    )
