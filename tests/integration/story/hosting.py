"""The functions, handed what the broker holds as their host does it, and the API behind sign-in."""

import asyncio
import json
from dataclasses import replace
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
from azure.functions.meta import Datum
from azure.functions.servicebus import ServiceBusMessageInConverter
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
)

from functions import checks, operations, replays
from shared.access_settings import Access, AccessSettings
from shared.adapters.azure.service_bus import connect_to_local_broker
from shared.bootstrap import Application
from tests.integration.service_bus.broker.stored import State
from tests.web.platform import principal

TRIGGERS = {"checks": checks.decide_event, "replays": replays.replay_step}


class Host:
    """Calls the functions of `checks` and `replays`: done completes, raising gives back."""

    def __init__(self, story: Any, monkeypatch: Any) -> None:
        self.story = story
        self.application: Application = replace(
            story.application,
            settings=replace(
                story.application.settings,
                access=AccessSettings(mode=Access.ENTRA, authenticates=True, hosted=True),
            ),
        )
        for module in (checks, replays, operations):
            monkeypatch.setattr(module, "application", lambda: self.application)

    def run(self, most: int = 100, dies: bool = False) -> int:
        """Hand over what is due; a host that `dies` does so after each function's end."""
        handed = 0
        with connect_to_local_broker(self.story.broker.connection_string) as bus:
            while handed < most and (queue := self._due()):
                self._one(bus, queue, dies=dies)
                handed += 1
        return handed

    def send(self, queue: str, *messages: ServiceBusMessage) -> None:
        """Somebody who is not Driftgate puts messages into a queue."""
        with (
            connect_to_local_broker(self.story.broker.connection_string) as bus,
            bus.get_queue_sender(queue) as sender,
        ):
            sender.send_messages(list(messages))

    def held(self, queue: str, state: State = State.ACTIVE) -> list[Any]:
        """What a queue holds in a state; whoever has settled is waited for."""
        broker, until = self.story.broker, monotonic() + 2.0
        while True:
            kept = broker.call(lambda: broker.namespace.source(queue).peek(0, 1000))
            if all(one.token is None for one in kept) or monotonic() >= until:
                return [one for one in kept if one.state is state]

    def call(
        self, method: str, path: str, body: object = None, role: str | None = None, **query: str
    ) -> tuple[int, Any]:
        """The API's function, called by somebody whom the platform signed in with a role."""
        headers = {} if role is None else {"X-MS-CLIENT-PRINCIPAL": principal(role)}
        request = func.HttpRequest(
            method=method,
            url=f"https://localhost/api/v1/{path}?{urlencode(query)}",
            headers=headers,
            body=b"" if body is None else json.dumps(body).encode(),
        )
        trigger = operations.operations._function.get_user_function()
        answer = asyncio.run(trigger(request, None))
        return answer.status_code, json.loads(answer.get_body())

    def _due(self) -> str | None:
        return next((queue for queue in TRIGGERS if self.held(queue)), None)

    def _one(self, bus: ServiceBusClient, queue: str, *, dies: bool) -> None:
        sessions = {"session_id": NEXT_AVAILABLE_SESSION} if queue == "checks" else {}
        with bus.get_queue_receiver(queue, max_wait_time=2, **sessions) as link:
            [received] = link.receive_messages(1)
            try:
                TRIGGERS[queue]._function.get_user_function()(triggered(received))
            except Exception:  # noqa: BLE001  as the host: whatever it is, the message comes again
                link.abandon_message(received)
            else:
                (link.abandon_message if dies else link.complete_message)(received)


def triggered(received: ServiceBusReceivedMessage) -> func.ServiceBusMessage:
    """A message of the broker as the worker makes it out of what the host hands over."""
    texts = {
        "MessageId": received.message_id,
        "SessionId": received.session_id,
        "ContentType": received.content_type,
        "CorrelationId": received.correlation_id,
        "Subject": received.subject,
    }
    metadata = {name: Datum(text, "string") for name, text in texts.items() if text is not None}
    metadata["DeliveryCount"] = Datum((received.delivery_count or 0) + 1, "int")
    metadata["SequenceNumber"] = Datum(received.sequence_number or 0, "int")
    metadata["UserProperties"] = Datum("{}", "json")
    properties = {
        name.decode(): value.decode() if isinstance(value, bytes) else value
        for name, value in (received.application_properties or {}).items()
    }
    metadata["ApplicationProperties"] = Datum(json.dumps(properties), "json")
    body = b"".join(received.body)
    return ServiceBusMessageInConverter.decode(Datum(body, "bytes"), trigger_metadata=metadata)
