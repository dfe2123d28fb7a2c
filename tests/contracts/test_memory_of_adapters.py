"""Many thousand names go through each adapter of Azure, and what it keeps of them stays flat."""

from types import SimpleNamespace

import pytest
from azure.core.credentials import AccessToken

from shared.adapters.azure.blob_stores import BlobEvidence, PolicyBlobs
from shared.adapters.azure.gates import Gates
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.adapters.azure.table_outbox import TableOutbox
from shared.adapters.azure.workspace_blobs import WorkspaceBlobs
from shared.adapters.github.workflows import GitHubWorkflows
from shared.adapters.message_rows import checks_from_json, glance_from_json
from shared.domain.pipelines import PipelineOrder
from shared.domain.resource_id import read_resource_id
from shared.ports import Message
from tests.conftest import NOON

MANY = 25_000


class Container:
    """Takes every blob and has those that are there."""

    def __init__(self):
        self.there = {}

    def write_new(self, _name, _content):
        return True

    def read(self, name):
        return self.there.get(name, b"")

    def versions(self):
        return dict.fromkeys(self.there, "1")


class Credential:
    def get_token(self, *_scopes, **_options):
        return AccessToken("t", 2**31)


@pytest.fixture
def evidence():
    kept = BlobEvidence(SimpleNamespace(get_container_client=lambda _: None))
    kept._blobs = Container()
    yield kept
    kept._pool.shutdown()


def test_hashes_of_evidence(evidence):
    for number in range(MANY):
        evidence.put(str(number).encode())
        assert len(evidence._lately) <= 10_000


def test_evidence_that_is_read_ahead(evidence):
    for number in range(MANY // 10):
        evidence.expect([f"{number:064x}"])
        assert len(evidence._expected) <= 64


def test_policies_that_come_and_go():
    files = PolicyBlobs(SimpleNamespace(get_container_client=lambda _: None))
    files._blobs = Container()
    for number in range(MANY):
        files._blobs.there = {f"model-{number}.yaml": b"model: m"}
        assert list(files()) == [f"model-{number}.yaml"]
        assert len(files._known) == 1


def test_where_messages_lie():
    outbox = TableOutbox(None, lambda: NOON)
    for number in range(MANY):
        message = Message(id=f"m-{number}", queue="alerts", session="", body={})
        outbox.remember(f"subject-{number}", "c", number, [message], "k")
        assert len(outbox._known) <= 10_000


def test_when_checks_reported():
    for number in range(MANY):
        checks_from_json(f'{{"routing": "2026-02-03T12:00:00.{number:06d}Z"}}')

    assert checks_from_json.cache_info().currsize <= 10_000


def test_subjects_at_a_glance():
    for number in range(MANY):
        glance_from_json(f'{{"alerts": {number}}}')

    assert glance_from_json.cache_info().currsize <= 10_000


def test_regions_of_resources():
    manager = SimpleNamespace(pages=lambda *_, **__: iter([{"location": "westeurope"}]))
    metrics = ResourceMetrics(manager, Credential(), endpoint="https://{region}.metrics")
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g"
    root = f"{group}/providers/Microsoft.Web/sites"
    for number in range(MANY):
        assert metrics._region(read_resource_id(f"{root}/site-{number}")) == "westeurope"
        assert len(metrics._regions) <= 4096


def test_connections_to_containers_of_data():
    blobs = WorkspaceBlobs(SimpleNamespace(), Credential(), SimpleNamespace())
    for number in range(500):
        blobs._container(SimpleNamespace(account=f"account{number}", container="data"))
        assert len(blobs._containers) <= 64
    blobs.close()


def test_workflows_that_were_dispatched():
    workflows = GitHubWorkflows("token")
    dispatched = []

    def ask(request, *_, **__):
        if request.method == "POST":
            dispatched.append(request)
            return {"workflow_run_id": len(dispatched)}
        return {"workflow_runs": []}

    workflows._ask = ask
    workflows._told = lambda _, number: number
    for number in range(MANY // 10):
        order = PipelineOrder(
            pipeline="o/r/f.yml", branch="main", correlation=f"c-{number}", requested=NOON
        )
        assert workflows.start(order) == workflows.start(order) == number + 1
        assert len(workflows._sent) <= 1000
    workflows.close()


def test_hosts_that_asked_to_be_left_alone():
    gates = Gates()
    for number in range(MANY):
        gates.heard(f"host-{number}", 429, {"Retry-After": "60"})
        assert len(gates._shut) <= 256
