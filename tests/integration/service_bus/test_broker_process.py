"""The broker as a process of its own."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.azure.service_bus import ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.ports import Message

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def connection_string(tmp_path):
    entities = tmp_path / "entities.json"
    entities.write_text(
        json.dumps(
            {
                "work": {"duplicate_window": 600, "lock": 30, "most_deliveries": 2},
                "alerts": {"subscriptions": {"pager": {"rules": ["severity = 'critical'"]}}},
            }
        )
    )
    command = [sys.executable, "-m", "tests.integration.service_bus.broker"]
    with subprocess.Popen(  # noqa: S603  our own interpreter and module
        [*command, "--entities", str(entities)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.usefixtures("broker_process")
def test_a_process_serves_the_entities_it_was_given(connection_string):
    with (
        connect_to_local_broker(connection_string) as client,
        closing(ServiceBusSender(client)) as sender,
        closing(
            ServiceBusReceiver(client, subscriptions={"alerts": "pager"}, wait=timedelta(seconds=2))
        ) as receiver,
    ):
        sender.send(
            [
                Message(
                    id=f"{queue}-{severity}",
                    queue=queue,
                    session="s",
                    body={},
                    properties={"severity": severity},
                )
                for queue in ("work", "alerts")
                for severity in ("info", "critical")
            ]
        )
        received = [receiver.receive(queue).message.id for queue in ("work", "work", "alerts")]

    assert received == ["work-info", "work-critical", "alerts-critical"]
