"""Servers on loopback that the Azure adapters of a contract talk to."""

from tests.integration.service_bus.fixtures import broker_process

__all__ = ["broker_process"]
