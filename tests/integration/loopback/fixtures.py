"""The loopback server for tests: one a test process, with fresh routes for each test."""

from collections.abc import Iterator

import pytest
from azure.identity import ManagedIdentityCredential

from tests.integration.loopback.certificates import make_certificates
from tests.integration.loopback.identity import SECRET, serve_tokens
from tests.integration.loopback.server import LoopbackServer


@pytest.fixture(scope="session")
def loopback_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackServer]:
    server = LoopbackServer(make_certificates(tmp_path_factory.mktemp("certificates")))
    yield server
    server.close()


@pytest.fixture
def credential() -> Iterator[ManagedIdentityCredential]:
    """The identity of the function app; tokens come from the loopback server."""
    with ManagedIdentityCredential() as identity:
        yield identity


@pytest.fixture
def loopback(
    loopback_process: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LoopbackServer]:
    """The server with no routes but those of the identity; the SDKs trust it and get tokens."""
    server = loopback_process
    server.router = type(server.router)()
    serve_tokens(server.router)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificates.authority))
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", SECRET)
    yield server
    assert server.router.unknown == [], "a client called a route that nobody serves"
