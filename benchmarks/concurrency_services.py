"""The services that an application on Azure asks, on this machine: those of the tests.

Azurite keeps tables and blobs, the broker takes messages, a TLS server is Resource Manager, Log
Analytics, the workspace's storage and the identity. They hold a small fleet.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.cloud import Trusted
from tests.integration.loopback.certificates import make_certificates
from tests.integration.loopback.event_grid import serve_topic
from tests.integration.loopback.identity import SECRET, serve_tokens
from tests.integration.loopback.log_analytics import WORKSPACE as LOGS
from tests.integration.loopback.log_analytics import serve_log_analytics
from tests.integration.loopback.metrics import serve_metrics
from tests.integration.loopback.resource_manager import WORKSPACE
from tests.integration.loopback.server import Answer, LoopbackServer
from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.entities import DRIFTGATE
from tests.integration.storage.azurite import Azurite
from tests.integration.workspace.scene import AzureScene, serve_scene

POLICIES = 10
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+")
_COLUMNS = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
    "ModelStatusCode": "INTEGER",
    "TotalDurationMs": "INTEGER",
}


class Services:
    """All of them; `account` gives the environment of an application on an empty account."""

    def __init__(self, folder: Path) -> None:
        certificates = make_certificates(folder)
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificates.authority)
        self._folder = folder
        self.loopback = LoopbackServer(certificates)
        router = self.loopback.router
        serve_tokens(router)
        serve_topic(router)
        serve_metrics(router)
        self.scene = serve_scene(self.loopback)
        self.logs = serve_log_analytics(router)
        self._azurite = Azurite(certificates, folder)
        self._broker = Broker({}, patience=0.05)

    def fleet(self, endpoints: int, models: int) -> None:
        """Endpoints with two deployments that answer, and models with a metric."""
        for number in range(endpoints):
            _deploy(self.scene, f"endpoint-{number:05}")
        for number in range(models):
            self.scene.register(f"model-{number}", "1", {"metrics": {"auc": 0.9}})
        now = datetime.now(UTC).replace(tzinfo=None)
        rows = [
            (now, f"endpoint-{number:05}", colour, "200", 200, 20)
            for number in range(endpoints)
            for colour in ("blue", "green")
        ]
        self.logs.make("AmlOnlineEndpointTrafficLog", _COLUMNS, rows)
        self._answer_once()

    def _answer_once(self) -> None:
        """A query is executed once for each endpoint, not for each instant it is asked at."""
        answer, kept = self.logs.answer, dict[str, Answer]()

        def again(query: str) -> Answer:
            key = _INSTANT.sub("", query)
            if key not in kept:
                kept[key] = answer(query)
            return kept[key]

        vars(self.logs)["answer"] = again

    def environment(self) -> dict[str, str]:
        """Of an application whose account and queues are empty but for the policies."""
        self._broker.reset(DRIFTGATE, lambda: datetime.now(UTC))
        account = self._azurite.account(Trusted())
        for number in range(POLICIES):
            policy = {"model": f"model-{number}", "endpoint": f"endpoint-{number:05}"}
            account.keep("policies", f"model-{number}.yaml", json.dumps(policy))
        account.close()
        url = self.loopback.url
        return {
            "REQUESTS_CA_BUNDLE": os.environ["REQUESTS_CA_BUNDLE"],
            "IDENTITY_ENDPOINT": f"{url}/msi/token",
            "IDENTITY_HEADER": SECRET,
            "DRIFTGATE_ADAPTERS": "azure",
            "DRIFTGATE_ACCESS": "key",
            "DRIFTGATE_CHANNELS": "files",
            "DRIFTGATE_HOME": str(self._folder / "home"),
            "DRIFTGATE_BLOB_ENDPOINT": account.blob_endpoint,
            "DRIFTGATE_TABLE_ENDPOINT": account.table_endpoint,
            "ServiceBus": self._broker.connection_string,
            "DRIFTGATE_WORKSPACE_ID": WORKSPACE,
            "DRIFTGATE_LOG_ANALYTICS_ID": LOGS,
            "DRIFTGATE_RESOURCE_MANAGER": url,
            "DRIFTGATE_LOG_ANALYTICS": url,
            "DRIFTGATE_METRICS": url,
            "DRIFTGATE_WORKSPACE_BLOBS": f"{url}/{{account}}",
        }

    def close(self) -> None:
        """End them."""
        self.scene.close()
        self.logs.close()
        self._azurite.close()
        self._broker.close()
        self.loopback.close()


@contextmanager
def services() -> Iterator[Services]:
    """Within this they run."""
    with TemporaryDirectory(prefix="driftgate-services-") as folder:
        made = Services(Path(folder))
        try:
            yield made
        finally:
            made.close()


def _deploy(scene: AzureScene, name: str) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    scene.deploy(
        name,
        {
            "traffic": {"blue": 90, "green": 10},
            "deployments": {
                colour: {"model": "churn:6", "changed": since, "instances": 2}
                for colour in ("blue", "green")
            },
        },
    )
