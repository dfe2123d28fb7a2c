"""What the fleet's meter says that a call of a store asks is what its adapter asks of Azurite."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from azure.core.pipeline.transport import RequestsTransport

from benchmarks.fleet.operations import (
    LIST,
    ONCE,
    READ,
    TABLE,
    VARIED,
    WRITE,
    of_commit,
    of_listing,
)
from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_stores import BlobEvidence, BlobProfiles, BlobReports, PolicyBlobs
from shared.adapters.azure.table_ledger import TableLedger
from shared.ports import ArchivedEvent, Message
from tests.conftest import NOON

SUBJECT = "endpoint/loan-endpoint"


@dataclass
class Asked:
    """Counts requests by what they are billed as."""

    blobs: str
    requests: Counter[str] = field(default_factory=Counter)

    def of(self, work):
        """What some work asks."""
        self.requests.clear()
        work()
        return dict(self.requests)

    def note(self, request):
        if not request.url.startswith(self.blobs):
            self.requests[TABLE] += 1
        elif "comp=list" in request.url:
            self.requests[LIST] += 1
        else:
            self.requests[READ if request.method in {"GET", "HEAD"} else WRITE] += 1


@pytest.fixture
def asked(account, monkeypatch):
    counted, send = Asked(account.blob_endpoint), RequestsTransport.send

    def counting(transport, request, **named):
        counted.note(request)
        return send(transport, request, **named)

    monkeypatch.setattr(RequestsTransport, "send", counting)
    return counted


@pytest.fixture
def ledger(account):
    made = TableLedger(account.table_endpoint, account.credential, clock=lambda: NOON)
    made.state(SUBJECT)
    yield made
    made.close()


def commit(ledger, version, messages=(), *, firing=False):
    record = {"alert": {"kind": "drift", "severity": "warning"}, "status": "firing"}
    ledger.commit(
        subject=SUBJECT,
        version=version,
        event_key=f"event-{version}",
        now=NOON + timedelta(minutes=version),
        decision={"verdict": "pass", "decided": "2026-02-03T12:00:00Z", "event": {"type": "t"}},
        state={"checks": {}, "alerts": {"a": record} if firing else {}},
        messages=messages,
    )


def message(number):
    return Message(id=f"m{number}", queue="alerts", session=SUBJECT, body={"number": number})


def test_a_commit_of_a_new_subject_names_it_before(ledger, asked):
    found = asked.of(lambda: commit(ledger, 0))

    assert found == of_commit(0, 0, changes_holding=True)


def test_a_commit_that_changes_nothing_held(ledger, asked):
    commit(ledger, 0)

    assert asked.of(lambda: commit(ledger, 1)) == of_commit(0, 0, changes_holding=False)


def test_a_commit_that_changes_what_is_held(ledger, asked):
    commit(ledger, 0)
    found = asked.of(lambda: commit(ledger, 1, firing=True))

    assert found == of_commit(0, 0, changes_holding=True)


@pytest.mark.parametrize("many", [1, 3])
def test_a_commit_with_messages_until_they_are_sent(ledger, asked, many):
    commit(ledger, 0)
    messages = [message(number) for number in range(many)]

    def committed_and_sent():
        commit(ledger, 1, messages)
        ledger.mark_sent([one.id for one in ledger.unsent(100)])

    priced = of_commit(many, 1, changes_holding=False)
    assert asked.of(committed_and_sent) == {TABLE: priced[TABLE]}


def test_what_is_read_of_the_ledger(ledger, asked):
    commit(ledger, 0)
    once = {
        "state": lambda: ledger.state(SUBJECT),
        "decisions": lambda: ledger.decisions(SUBJECT, 1),
        "unsent": lambda: ledger.unsent(100),
        "oldest_unsent": ledger.oldest_unsent,
    }
    for name, call in once.items():
        assert asked.of(call) == ONCE[f"ledger.{name}"], name
    decision = VARIED["ledger.decision"]
    known = asked.of(lambda: ledger.decision(SUBJECT, "event-0"))
    assert known == decision({"verdict": "pass"}, (), {})
    unknown = asked.of(lambda: ledger.decision(SUBJECT, "another"))
    assert unknown == decision(None, (), {})
    for listing in (ledger.reported, ledger.subjects, ledger.chained):
        assert asked.of(listing) == of_listing(1)


def test_what_is_kept_as_blobs(account, asked):
    archive, profiles = BlobArchive(account.blobs), BlobProfiles(account.blobs)
    reports, evidence = BlobReports(account.blobs), BlobEvidence(account.blobs)
    event = ArchivedEvent(key="k", received=NOON, via="event-grid", body=b"{}", event={})
    calls = {
        "archive.put": lambda: archive.put(event),
        "archive.get": lambda: archive.get("k"),
        "profiles.save": lambda: profiles.save("model/m/1", {"rows": 1}),
        "profiles.load": lambda: profiles.load("model/m/1"),
        "reports.save": lambda: reports.save("drift/m/1", "<p>"),
        "reports.load": lambda: reports.load("drift/m/1"),
    }
    for name, call in calls.items():
        assert asked.of(call) == ONCE[name], name
    assert asked.of(lambda: evidence.put(b"taken at noon")) == {WRITE: 1}
    assert asked.of(lambda: evidence.put(b"taken at noon")) == {}
    other = BlobEvidence(account.blobs)
    assert asked.of(lambda: other.put(b"taken at noon")) == {WRITE: 2}
    assert asked.of(PolicyBlobs(account.blobs)) == {LIST: 1}
