"""A broker with Driftgate's entities, a clock that stands still, and the SDK connected to it."""

import gc
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from azure.servicebus import ServiceBusClient

from shared.adapters.azure.service_bus import Retries, connect_to_local_broker
from tests.conftest import StoppedClock
from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.entities import DRIFTGATE

IMPATIENT = Retries(retry_total=2, retry_backoff_factor=0.01, try_timeout=5.0)


@pytest.fixture
def clock() -> StoppedClock:
    """Starts now: the SDK compares locks with the clock of the machine."""
    return StoppedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def broker(broker_process: Broker, clock: StoppedClock) -> Iterator[Broker]:
    """The SDK never closes the socket of a connection that was cut; that is for the collector."""
    broker_process.reset(DRIFTGATE, clock)
    yield broker_process
    if broker_process.cuts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def client(broker: Broker) -> Iterator[ServiceBusClient]:
    with connect_to_local_broker(broker.connection_string, retries=IMPATIENT) as connected:
        yield connected
