"""The whole service on Azure's side: Azurite, the test broker, and a loopback for the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient

from shared.adapters.azure.service_bus import connect_to_local_broker
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.bootstrap import Application, build
from shared.settings import Settings
from tests.conftest import StoppedClock
from tests.integration.loopback.event_grid import serve_topic
from tests.integration.loopback.log_analytics import WORKSPACE as LOGS
from tests.integration.loopback.log_analytics import LogTables, serve_log_analytics
from tests.integration.loopback.metrics import MetricSeries, serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import LoopbackServer
from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.entities import DRIFTGATE
from tests.integration.storage.azurite import Account
from tests.integration.workspace.scene import AzureScene, serve_scene


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
def story(
    loopback: LoopbackServer,
    account: Account,
    broker_process: Broker,
    tmp_path: Path,
) -> Iterator[AzureStory]:
    clock = StoppedClock(datetime.now(UTC).replace(microsecond=0))
    broker_process.reset(DRIFTGATE, clock)
    workspace = serve_scene(loopback)
    published = serve_topic(loopback.router)
    logs = serve_log_analytics(loopback.router)
    metrics = serve_metrics(loopback.router)
    environment = {
        "DRIFTGATE_ADAPTERS": "azure",
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
    }
    application = build(Settings.from_environment(environment), clock=clock)
    with connect_to_local_broker(broker_process.connection_string) as bus:
        yield AzureStory(
            application=_impatient(application, bus),
            account=account,
            workspace=workspace,
            logs=logs,
            metrics=metrics,
            published=published,
            clock=clock,
            broker=broker_process,
            loopback=loopback,
        )
    application.adapters.close()
    workspace.close()
    logs.close()


def _impatient(application: Application, bus: ServiceBusClient) -> Application:
    """The same, but an empty queue is waited at for half a second only."""
    receiver = ServiceBusReceiver(bus, wait=timedelta(seconds=0.5), linger=timedelta(seconds=0.05))
    return replace(application, adapters=replace(application.adapters, receiver=receiver))
