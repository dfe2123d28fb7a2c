"""Servers on loopback that the tests of the Azure adapters talk to."""

from tests.integration.loopback.fixtures import loopback, loopback_process

__all__ = ["loopback", "loopback_process"]
