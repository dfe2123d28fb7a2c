"""Servers on loopback that the Azure adapters of a contract talk to."""

from tests.integration.loopback.fixtures import loopback, loopback_process
from tests.integration.service_bus.fixtures import broker_process

__all__ = ["broker_process", "loopback", "loopback_process"]
