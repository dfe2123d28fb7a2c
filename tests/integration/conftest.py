"""Servers on loopback that the tests of the Azure adapters talk to."""

from tests.integration.channels.fixtures import (
    known_certificates,
    known_process,
    network,
    service,
)
from tests.integration.loopback.fixtures import credential, loopback, loopback_process
from tests.integration.service_bus.fixtures import broker_process
from tests.integration.storage.fixtures import account, azurite

__all__ = [
    "account",
    "azurite",
    "broker_process",
    "credential",
    "known_certificates",
    "known_process",
    "loopback",
    "loopback_process",
    "network",
    "service",
]
