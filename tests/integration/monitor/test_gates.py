"""One host of Azure says "later" to one, and all of the process leave it alone until then."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.azure.blob_container import blob_service
from shared.adapters.azure.blob_stores import BlobProfiles
from shared.adapters.azure.gates import PATIENCE, GatedTransport, Gates
from shared.adapters.azure.logs import WorkspaceLogs
from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.table_ledger import TableLedger
from shared.errors import NotFound, Throttled, Unavailable
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE
from tests.integration.loopback.server import Answer, refusal

QUERY = "/v1/workspaces/{workspace}/query"
THING = "/subscriptions/s/things/{name}"


class Time:
    """Goes on when a thread waits or a test says so."""

    def __init__(self):
        self.now, self.waited = 1000.0, []

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def gates(time):
    return Gates(clock=time, wait=time.wait)


@pytest.fixture
def manager(loopback, credential, gates):
    loopback.router.add("GET", THING, lambda _: Answer(body={"name": "it"}))
    made = ResourceManager(credential, endpoint=loopback.url, retries=0, gates=gates)
    yield made
    made.close()


def read(manager, name="it"):
    return manager.get(f"/subscriptions/s/things/{name}", {}, thing="it", permission="a role")


def busy(loopback, status=429, **headers):
    loopback.router.fail_next("GET", THING, refusal(status, "Busy", "No.", **headers))


def asked(loopback, route=THING, method="GET"):
    return len(loopback.router.requests(method, route))


@pytest.mark.parametrize("status", [429, 503])
def test_whoever_comes_after_a_throttled_answer_asks_nothing_and_is_told_the_time(
    loopback, manager, time, status
):
    busy(loopback, status, Retry_After="120")
    with pytest.raises(Throttled, match=f"Azure answered {status}") as first:
        read(manager)
    time.now += 20

    def told(number):
        with pytest.raises(Throttled) as problem:
            read(manager, f"{number}")
        return problem.value.after

    with ThreadPoolExecutor(8) as pool:
        later = list(pool.map(told, range(8)))

    assert first.value.after == 120
    assert later == [100.0] * 8
    assert asked(loopback) == 1
    assert time.waited == []


def test_after_that_time_it_is_asked_again(loopback, manager, time):
    busy(loopback, Retry_After="120")
    with pytest.raises(Throttled):
        read(manager)
    time.now += 120

    assert read(manager) == {"name": "it"}


def test_a_short_wait_is_waited_for_in_front_of_the_gate(loopback, manager, time):
    busy(loopback, Retry_After="7")
    with pytest.raises(Throttled):
        read(manager)

    assert read(manager) == {"name": "it"}
    assert time.waited == [7.0]
    assert PATIENCE >= 7.0


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {}), (503, {}), (500, {"Retry_After": "120"}), (429, {"Retry_After": "soon"})],
)
def test_who_says_no_time_shuts_no_gate(loopback, manager, status, headers):
    busy(loopback, status, **headers)
    with pytest.raises(Unavailable):
        read(manager)

    assert read(manager) == {"name": "it"}


def test_the_gate_is_of_one_host_and_one_identity(loopback, manager, credential, gates):
    busy(loopback, Retry_After="120")
    with pytest.raises(Throttled):
        read(manager)
    other = ResourceManager(credential, endpoint=loopback.url, retries=0)

    assert read(other) == {"name": "it"}
    gates.enter("management.azure.com")
    other.close()


def test_a_query_of_the_log_shuts_it_for_every_client_that_goes_out_through_it(
    loopback, manager, credential, gates
):
    loopback.router.add("POST", QUERY, lambda _: refusal(429, "Busy", "No.", Retry_After="3600"))
    logs = WorkspaceLogs(WORKSPACE, credential, endpoint=loopback.url, gates=gates)
    for _ in range(3):
        with pytest.raises(Throttled) as problem:
            logs.requests("ep", NOON, NOON)
        assert problem.value.after == 3600

    assert asked(loopback, QUERY, "POST") == 1
    with pytest.raises(Throttled):
        read(manager)
    assert asked(loopback) == 0
    logs.close()


def test_tables_and_blobs_of_the_sdk_go_out_through_it_too(loopback, credential, gates):
    router, busy_now = loopback.router, refusal(503, "ServerBusy", "No.", Retry_After="3600")
    router.add("GET", "/profiles/{name:path}", lambda _: busy_now)
    blobs = blob_service(loopback.url, credential, transport=GatedTransport(gates), retry_total=0)
    ledger = TableLedger(
        loopback.url, credential, clock=lambda: NOON, transport=GatedTransport(gates)
    )
    with pytest.raises(Unavailable):
        BlobProfiles(blobs).load("model/a")
    first = len(router.log)

    with pytest.raises(Throttled):
        BlobProfiles(blobs).load("model/b")
    with pytest.raises(Throttled):
        ledger.state("model/a")
    assert len(router.log) == first
    blobs.close()
    ledger.close()


def test_what_is_not_there_is_no_reason_to_wait(loopback, manager):
    busy(loopback, 404, Retry_After="120")
    with pytest.raises(NotFound):
        read(manager)

    assert read(manager) == {"name": "it"}
