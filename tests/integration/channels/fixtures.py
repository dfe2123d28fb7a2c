"""One server a process that answers under the names of the channels' services."""

from collections.abc import Iterator

import pytest

from tests.integration.channels.world import OURS, WELL_KNOWN, Network, port_of
from tests.integration.loopback.certificates import Certificates, make_certificates
from tests.integration.loopback.server import LoopbackServer, Router


@pytest.fixture(scope="session")
def known_certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("channels"), (*WELL_KNOWN, OURS))


@pytest.fixture(scope="session")
def known_process(known_certificates: Certificates) -> Iterator[LoopbackServer]:
    server = LoopbackServer(known_certificates)
    yield server
    server.close()


@pytest.fixture
def service(known_process: LoopbackServer) -> Iterator[Router]:
    known_process.router = Router()
    yield known_process.router
    assert known_process.router.unknown == [], "a channel called a route that nobody serves"


@pytest.fixture
def network(known_process: LoopbackServer, service: Router) -> Network:
    assert service.log == []
    return Network(port=port_of(known_process.url), authority=known_process.certificates)
