"""Azurite for tests: one a test process, an empty account for each test."""

from collections.abc import Iterator

import pytest
from azure.identity import ManagedIdentityCredential

from tests.integration.loopback.server import LoopbackServer
from tests.integration.storage.azurite import Account, Azurite


@pytest.fixture(scope="session")
def azurite(
    loopback_process: LoopbackServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Azurite]:
    process = Azurite(loopback_process.certificates, tmp_path_factory.mktemp("azurite"))
    yield process
    process.close()


@pytest.fixture
def account(azurite: Azurite, loopback: LoopbackServer) -> Iterator[Account]:
    assert loopback.url.startswith("https://"), "it gives the tokens and the certificate"
    with ManagedIdentityCredential() as credential:
        made = azurite.account(credential)
        yield made
        made.close()
