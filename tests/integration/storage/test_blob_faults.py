"""Blobs of the storage account: what is altered, missing or forbidden is told in words."""

import pytest

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_container import blob_service
from shared.adapters.azure.blob_stores import BlobEvidence, BlobProfiles, PolicyBlobs
from shared.errors import AlteredEvidence, NoPermission, NotFound, Unavailable
from shared.ports import ArchivedEvent
from tests.conftest import NOON
from tests.integration.loopback.server import Answer

QUICK = {"initial_backoff": 0.001, "increment_base": 0.01, "random_jitter_range": 0}


def storage_refusal(status, code):
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No.</Message></Error>"
    headers = {"Content-Type": "application/xml", "x-ms-error-code": code}
    return Answer(status=status, body=body.encode(), headers=headers)


@pytest.fixture
def scripted(loopback, account):
    service = blob_service(f"{loopback.url}/account", account.credential, retry_total=2, **QUICK)
    yield service, loopback.router
    service.close()


def test_evidence_altered_in_the_container_is_refused(account):
    store = BlobEvidence(account.blobs)
    name = store.put(b"facts")
    account.keep("evidence", f"{name[:2]}/{name}", b"other facts")

    with pytest.raises(AlteredEvidence, match="was altered after it was kept"):
        store.get(name)


def test_a_container_that_is_missing_is_named(account):
    account.blobs.delete_container("profiles")

    with pytest.raises(NotFound, match="container 'profiles' at https://localhost"):
        BlobProfiles(account.blobs).load("model/a/1")


def test_an_index_entry_without_its_event_is_passed_over(account):
    archive = BlobArchive(account.blobs)
    archive.put(ArchivedEvent(key="k1", received=NOON, via="test", body=b"1"))
    archive.put(ArchivedEvent(key="k2", received=NOON, via="test", body=b"2"))
    events = account.blobs.get_container_client("events")
    kept = archive.get("k1")
    for name in list(events.list_blob_names(name_starts_with="by-key/")):
        if b'"key":"k2"' in events.download_blob(name).readall():
            events.delete_blob(name)

    assert list(archive.list()) == [kept]


def test_a_policy_that_did_not_change_is_not_read_again(account, loopback):
    reads = []
    service = blob_service(
        account.blob_endpoint,
        account.credential,
        raw_response_hook=lambda answer: reads.append(answer.http_request.url.partition("?")[0]),
    )
    files = PolicyBlobs(service)
    account.keep("policies", "loan.yaml", "model: loan\n")
    first = dict(files())
    again = dict(files())
    account.keep("policies", "loan.yaml", "model: fraud\n")
    changed = dict(files())
    service.close()

    assert first == again == {"loan.yaml": b"model: loan\n"}
    assert changed == {"loan.yaml": b"model: fraud\n"}
    assert len([url for url in reads if url.endswith("loan.yaml")]) == 2
    assert loopback.router.unknown == []


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (
            storage_refusal(403, "AuthorizationPermissionMismatch"),
            NoPermission,
            "the role Storage Blob Data Contributor",
        ),
        (storage_refusal(503, "ServerBusy"), Unavailable, "Could not read"),
        (Answer(hang_up=True), Unavailable, "Could not read"),
    ],
    ids=["forbidden", "busy", "silent"],
)
def test_a_fault_is_told_in_one_sentence(scripted, answer, error, sentence):
    service, router = scripted
    router.add("GET", "/account/profiles/{name:path}", lambda _: answer)

    with pytest.raises(error, match=sentence):
        BlobProfiles(service).load("model/a/1")


def test_a_busy_account_is_asked_again(scripted):
    service, router = scripted
    content = Answer(
        status=206,
        body=b'{"rows":1}',
        headers={"Content-Range": "bytes 0-9/10", "ETag": '"1"', "x-ms-blob-type": "BlockBlob"},
    )
    router.add("GET", "/account/profiles/{name:path}", lambda _: content)
    router.fail_next("GET", "/account/profiles/{name:path}", storage_refusal(503, "ServerBusy"))

    assert BlobProfiles(service).load("model/a/1") == {"rows": 1}
