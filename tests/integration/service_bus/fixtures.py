"""The broker for tests: one a test process, with empty entities for each test."""

from collections.abc import Iterator

import pytest

from tests.integration.service_bus.broker.server import Broker
from tests.integration.service_bus.sdk_sleeps import shorten_sleeps


@pytest.fixture(scope="session")
def broker_process() -> Iterator[Broker]:
    """The process's broker, without entities, and the SDK without its long sleeps."""
    broker = Broker({}, patience=0.05)
    with pytest.MonkeyPatch.context() as monkeypatch:
        shorten_sleeps(monkeypatch)
        yield broker
    broker.close()
