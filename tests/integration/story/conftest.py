"""The whole service on Azure's side: Azurite, the test broker, and a loopback for the rest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient

from shared.adapters.azure.service_bus import connect_to_local_broker
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.adapters.azure.service_bus_sources import SUBSCRIPTIONS
from shared.bootstrap import Application, build
from shared.ports import Adapters, Delivery, Message
from shared.settings import Settings
from tests.conftest import StoppedClock
from tests.integration.channels.world import Network
from tests.integration.loopback.devops import PROJECT
from tests.integration.loopback.event_grid import serve_topic
from tests.integration.loopback.log_analytics import WORKSPACE as LOGS
from tests.integration.loopback.log_analytics import LogTables, serve_log_analytics
from tests.integration.loopback.metrics import MetricSeries, serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import LoopbackServer, Router
from tests.integration.loopback.work_items import serve_work_items
from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.broker.stored import State
from tests.integration.service_bus.entities import DRIFTGATE
from tests.integration.storage.azurite import Account
from tests.integration.story.people import SETTINGS as OF_CHANNELS
from tests.integration.story.people import Told, by_way_of, on_this_machine, serve_people
from tests.integration.workspace.scene import AzureScene, serve_scene

WATCHED = "model: loan-default\nendpoint: loan-endpoint\nrouting: {grace: 30m}\n"
TRAFFIC = {"TimeGenerated": "TIMESTAMP", "EndpointName": "VARCHAR", "DeploymentName": "VARCHAR"}


@dataclass
class AzureStory:
    """An application that was built from environment variables alone."""

    application: Application
    account: Account
    workspace: AzureScene
    logs: LogTables
    metrics: MetricSeries
    published: list[dict[str, Any]]
    clock: StoppedClock
    broker: Broker
    loopback: LoopbackServer
    around: Callable[[Adapters], Adapters]
    seen: list[Message]
    notices: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def send(self, payload: bytes) -> None:
        """An event comes in, and every message that follows from it is handled."""
        self.application.service.receive(payload, via="event-grid")
        self.drain()

    def drain(self) -> None:
        """Handle what is due."""
        worker = self.application.worker(
            {
                "alerts": lambda body: self.notices.append(dict(body)),
                "promotion-requests": lambda body: self.requests.append(dict(body)),
            }
        )
        worker.drain()

    def last(self, subject: str) -> dict[str, Any]:
        """The subject's last decision."""
        return dict(self.application.ledger.decisions(subject, limit=1)[0])


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """The settings that a module has otherwise than the environment says."""
    return {}


@pytest.fixture
def story(
    loopback: LoopbackServer,
    account: Account,
    broker_process: Broker,
    tmp_path: Path,
    network: Network,
    more_settings: dict[str, Any],
) -> Iterator[AzureStory]:
    clock = StoppedClock(datetime.now(UTC).replace(microsecond=0))
    broker_process.reset(DRIFTGATE, clock)
    workspace = serve_scene(loopback)
    published = serve_topic(loopback.router)
    logs = serve_log_analytics(loopback.router)
    metrics = serve_metrics(loopback.router)
    environment = {
        "DRIFTGATE_ADAPTERS": "azure",
        "DRIFTGATE_ACCESS": "key",
        "DRIFTGATE_HOME": str(tmp_path),
        "DRIFTGATE_BLOB_ENDPOINT": account.blob_endpoint,
        "DRIFTGATE_TABLE_ENDPOINT": account.table_endpoint,
        "ServiceBus": broker_process.connection_string,
        "DRIFTGATE_WORKSPACE_ID": WORKSPACE,
        "DRIFTGATE_LOG_ANALYTICS_ID": LOGS,
        "DRIFTGATE_EVENT_TOPIC": f"{loopback.url}/api/events",
        "DRIFTGATE_RESOURCE_MANAGER": loopback.url,
        "DRIFTGATE_LOG_ANALYTICS": loopback.url,
        "DRIFTGATE_METRICS": loopback.url,
        "DRIFTGATE_WORKSPACE_BLOBS": f"{loopback.url}/{{account}}",
        "DRIFTGATE_DEVOPS_URL": f"{loopback.url}{PROJECT}",
        "DRIFTGATE_MAIL_ENDPOINT": loopback.url,
        **OF_CHANNELS,
    }
    channels = by_way_of(network, clock)

    def around(adapters: Adapters) -> Adapters:
        return on_this_machine(adapters, channels)

    settings = replace(Settings.from_environment(environment), **more_settings)
    application = build(settings, clock=clock, around=around)
    seen: list[Message] = []
    with connect_to_local_broker(broker_process.connection_string) as bus:
        yield AzureStory(
            application=_impatient(application, bus, broker_process, seen),
            seen=seen,
            account=account,
            workspace=workspace,
            logs=logs,
            metrics=metrics,
            published=published,
            clock=clock,
            broker=broker_process,
            loopback=loopback,
            around=around,
        )
    application.adapters.close()
    workspace.close()
    logs.close()


@pytest.fixture
def told(story: AzureStory, service: Router, completed: Callable[..., Any]) -> Told:
    """The story of one deployment without traffic, with everybody who may be told of it."""
    story.account.keep("policies", "loan-default.yaml", WATCHED)
    now = story.clock.now
    rows = [
        ((now + timedelta(minutes=minute)).replace(tzinfo=None), "loan-endpoint", "green")
        for minute in range(0, 300, 5)
    ]
    story.logs.make("AmlOnlineEndpointTrafficLog", TRAFFIC, rows)
    board = serve_work_items(story.loopback.router)
    return Told(
        story=story,
        people=serve_people(service, story.loopback.router, board),
        completed=completed,
    )


class ImpatientReceiver(ServiceBusReceiver):
    """The real one, but a queue that holds nothing due is not waited at: its broker is asked.

    What it hands out is `seen`.
    """

    def __init__(self, bus: ServiceBusClient, broker: Broker, seen: list[Message]) -> None:
        super().__init__(bus, wait=timedelta(seconds=2), linger=timedelta(seconds=0.02))
        self._broker = broker
        self._seen = seen

    def receive(self, queue: str) -> Delivery | None:
        delivery = super().receive(queue) if self._has_due(queue) else None
        if delivery is not None:
            self._seen.append(delivery.message)
        return delivery

    def _has_due(self, queue: str) -> bool:
        """Whoever asks has settled what it had: a lock that is left is about to be taken back."""
        subscription = SUBSCRIPTIONS.get(queue)
        topic, _, named = queue.partition("/")
        subscription = subscription or named
        path = f"{topic}/Subscriptions/{subscription}" if subscription else queue
        until = monotonic() + 1.0
        while True:
            kept = self._broker.call(lambda: self._broker.namespace.source(path).peek(0, 1000))
            if monotonic() >= until or all(one.token is None for one in kept):
                return any(one.state is State.ACTIVE and one.token is None for one in kept)


def _impatient(
    application: Application, bus: ServiceBusClient, broker: Broker, seen: list[Message]
) -> Application:
    receiver = ImpatientReceiver(bus, broker, seen)
    return replace(application, adapters=replace(application.adapters, receiver=receiver))
