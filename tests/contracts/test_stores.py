"""What every archive, evidence store and profile store promises."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace

import pytest

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_stores import BlobAnchors, BlobEvidence, BlobProfiles, BlobReports
from shared.adapters.embedded import (
    EmbeddedArchive,
    EmbeddedEvidence,
    FolderAnchors,
    FolderProfiles,
    FolderReports,
)
from shared.errors import NotFound, Refused
from shared.ports import ArchivedEvent
from tests.conftest import NOON


@pytest.fixture(params=["embedded", "blobs"])
def stores(request, tmp_path):
    """A store of each kind."""
    if request.param == "embedded":
        return SimpleNamespace(
            archive=EmbeddedArchive(tmp_path / "a.db"),
            evidence=EmbeddedEvidence(tmp_path / "a.db"),
            profiles=FolderProfiles(tmp_path / "profiles"),
            reports=FolderReports(tmp_path / "reports"),
            anchors=FolderAnchors(tmp_path / "heads"),
        )
    blobs = request.getfixturevalue("account").blobs
    return SimpleNamespace(
        archive=BlobArchive(blobs),
        evidence=BlobEvidence(blobs),
        profiles=BlobProfiles(blobs),
        reports=BlobReports(blobs),
        anchors=BlobAnchors(blobs),
    )


@pytest.fixture
def archive(stores):
    return stores.archive


@pytest.fixture
def evidence(stores):
    return stores.evidence


@pytest.fixture
def profiles(stores):
    return stores.profiles


def alter(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def archived(key, minutes=0, **fields):
    received = NOON + timedelta(minutes=minutes)
    return ArchivedEvent(key=key, received=received, via="test", body=b"\xff{}", **fields)


def test_a_payload_is_kept_once_as_it_came(archive):
    first = archived("k", refusal="It is not JSON.")

    assert archive.put(first) is True
    assert archive.put(archived("k", minutes=5)) is False
    assert archive.get("k") == first
    assert archive.get("other") is None


def test_the_archive_lists_a_span_newest_first(archive):
    for minute in range(4):
        archive.put(archived(f"k{minute}", minutes=minute, event={"id": str(minute)}))

    listed = archive.list(since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3))

    assert [entry.key for entry in listed] == ["k2", "k1"]
    assert [entry.key for entry in archive.list(limit=1)] == ["k3"]


def test_the_archive_is_listed_across_hours_and_an_hour_ends_before_its_last_instant(archive):
    for minute in (0, 59, 60, 61, 60 * 24 * 40):
        archive.put(archived(f"k{minute}", minutes=minute))

    hour = archive.list(since=NOON, until=NOON + timedelta(hours=1))

    assert [entry.key for entry in hour] == ["k59", "k0"]
    assert [entry.key for entry in archive.list()] == ["k57600", "k61", "k60", "k59", "k0"]


def test_the_archive_is_walked_oldest_first_in_a_span(archive):
    minutes = (61, 0, 59, 60, 57_600)
    for minute in minutes:
        received = NOON + timedelta(minutes=minute)
        archive.put(ArchivedEvent(key=f"k{minute}", received=received, via="test", body=b"{}"))

    span = archive.walk(since=NOON + timedelta(minutes=59), until=NOON + timedelta(minutes=61))

    assert [entry.key for entry in span] == ["k59", "k60"]
    assert [entry.key for entry in archive.walk()] == ["k0", "k59", "k60", "k61", "k57600"]


def test_a_payload_that_came_again_is_listed_once_and_when_it_first_came(archive):
    archive.put(archived("k"))
    archive.put(archived("k", minutes=90))

    assert [entry.received for entry in archive.list()] == [NOON]


def test_evidence_is_found_by_the_hash_of_its_content(evidence):
    name = evidence.put(b"facts")

    assert evidence.put(b"facts") == name
    assert evidence.get(name) == b"facts"


def test_a_payload_that_was_removed_is_nowhere_and_may_come_again(archive):
    for minute in (0, 1):
        archive.put(archived(f"k{minute}", minutes=minute))

    archive.remove(["k0", "k7"])
    archive.remove(["k0"])

    assert archive.get("k0") is None
    assert [entry.key for entry in archive.walk()] == ["k1"]
    assert archive.put(archived("k0", minutes=2)) is True
    assert [entry.key for entry in archive.list()] == ["k0", "k1"]


def soon():
    return datetime.now(UTC) + timedelta(minutes=1)


def test_evidence_is_walked_by_hash_from_any_on_with_when_it_was_put(evidence):
    names = sorted(evidence.put(f"facts {n}".encode()) for n in range(20))

    walked = list(evidence.walk())

    assert [kept.hash for kept in walked] == names
    assert all(soon() - timedelta(minutes=3) < kept.put < soon() for kept in walked)
    assert [kept.hash for kept in evidence.walk(names[7])] == names[8:]
    assert list(evidence.walk("f" * 64)) == []


def test_evidence_is_removed_unless_it_was_put_since(evidence):
    name = evidence.put(b"facts")

    assert evidence.remove(name, soon() - timedelta(minutes=2)) is False
    assert evidence.get(name) == b"facts"
    assert evidence.remove(name, soon()) is True
    assert evidence.remove(name, soon()) is False
    assert list(evidence.walk()) == []
    with pytest.raises(NotFound, match=r"There is no evidence .* or its time is over"):
        evidence.get(name)
    assert evidence.put(b"facts") == name
    assert evidence.get(name) == b"facts"


def test_evidence_that_is_put_again_after_an_hour_counts_as_put_then(tmp_path):
    store = EmbeddedEvidence(tmp_path / "a.db")
    store.put(b"facts")
    for hours in (0.5, 2):
        before = datetime.now(UTC) - timedelta(hours=hours)
        alter(tmp_path / "a.db", "UPDATE evidence SET put = ?", before.isoformat())
        store.put(b"facts")
        [kept] = store.walk()
        assert (kept.put == before) is (hours < 1)


def test_evidence_in_a_blob_that_another_process_puts_again_counts_as_put_then(account):
    name = BlobEvidence(account.blobs).put(b"facts")
    [before] = BlobEvidence(account.blobs).walk()
    etag = (
        account.blobs.get_blob_client("evidence", f"{name[:2]}/{name}").get_blob_properties().etag
    )

    BlobEvidence(account.blobs).put(b"facts")

    [after] = BlobEvidence(account.blobs).walk()
    blob = account.blobs.get_blob_client("evidence", f"{name[:2]}/{name}")
    assert blob.get_blob_properties().etag != etag
    assert after.put >= before.put
    assert blob.download_blob().readall() == b"facts"


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", ""])
def test_evidence_that_is_not_there_is_not_found(evidence, name):
    with pytest.raises(NotFound):
        evidence.get(name)


def test_evidence_altered_on_disk_is_refused(tmp_path):
    store = EmbeddedEvidence(tmp_path / "a.db")
    name = store.put(b"facts")
    alter(tmp_path / "a.db", "UPDATE evidence SET content = ?", b"other facts")

    with pytest.raises(Refused, match="was altered after it was kept"):
        store.get(name)


def test_evidence_that_an_older_version_kept_as_files_is_taken_over(tmp_path):
    name = sha256(b"facts").hexdigest()
    (tmp_path / "evidence" / name[:2]).mkdir(parents=True)
    (tmp_path / "evidence" / name[:2] / name).write_bytes(b"facts")

    store = EmbeddedEvidence(tmp_path / "a.db", tmp_path / "evidence")

    assert store.get(name) == b"facts"
    assert list((tmp_path / "evidence").glob("*/*")) == []


def test_the_newest_profile_under_a_name_wins(profiles):
    profiles.save("model/loan-default/7", {"rows": 1})
    profiles.save("model/loan-default/7", {"rows": 2})

    assert profiles.load("model/loan-default/7") == {"rows": 2}
    assert profiles.load("model/loan-default/8") is None


def test_profiles_of_a_folder_are_found_by_their_age_and_go_unless_they_were_saved_since(profiles):
    before = datetime.now(UTC) - timedelta(minutes=1)
    for name in ("profiling/b/part-00001", "profiling/a/order", "profilings/c", "model/loan/7"):
        profiles.save(name, {"rows": 1})
    after = datetime.now(UTC) + timedelta(minutes=1)

    assert list(profiles.walk("profiling", before)) == []
    assert list(profiles.walk("profiling", after)) == [
        "profiling/a/order",
        "profiling/b/part-00001",
    ]
    assert not profiles.remove("profiling/a/order", before)
    assert profiles.load("profiling/a/order") == {"rows": 1}
    assert profiles.remove("profiling/a/order", after)
    assert not profiles.remove("profiling/a/order", after)
    assert profiles.load("profiling/a/order") is None
    assert list(profiles.walk("profiling", after)) == ["profiling/b/part-00001"]
    assert list(profiles.walk("never", after)) == []


@pytest.mark.parametrize("name", ["model/../../outside", "/outside", "model//7"])
def test_a_profile_name_never_leaves_its_folder(profiles, name):
    with pytest.raises(Refused, match="is no profile name"):
        profiles.save(name, {})


def test_the_newest_report_under_a_name_wins(stores):
    stores.reports.save("drift/loan-default", "<p>1</p>")
    stores.reports.save("drift/loan-default", "<p>ü</p>")

    assert stores.reports.load("drift/loan-default") == "<p>ü</p>"
    assert stores.reports.load("drift/fraud") is None
    with pytest.raises(Refused, match="is no report name"):
        stores.reports.save("../x", "")


def test_what_was_kept_as_an_anchor_is_never_written_over_and_the_newest_is_found(stores):
    assert stores.anchors.newest() is None

    assert stores.anchors.keep("2026/02/03T022000Z", b"1") is True
    assert stores.anchors.keep("2027/01/01T022000Z", b"3") is True
    assert stores.anchors.keep("2026/11/30T022000Z", b"2") is True

    assert stores.anchors.keep("2027/01/01T022000Z", b"4") is False
    assert stores.anchors.newest() == b"3"
    with pytest.raises(Refused, match="is no anchor name"):
        stores.anchors.keep("../x", b"")


def test_evidence_is_walked_by_hash_in_any_part_behind_any_and_put_before_a_time(evidence):
    hashes = sorted(evidence.put(f"piece {number}".encode()) for number in range(40))
    middle, later = hashes[17], datetime.now(UTC) + timedelta(hours=1)

    assert [one.hash for one in evidence.walk()] == hashes
    assert [one.hash for one in evidence.walk(middle, later)] == hashes[18:]
    assert list(evidence.walk(put_before=later - timedelta(hours=2))) == []
    assert evidence.remove_all([*hashes[:3], "0" * 64], later) == 3
    assert [one.hash for one in evidence.walk()] == hashes[3:]


def test_what_is_expected_is_read_as_what_is_not(evidence):
    hashes = [evidence.put(f"piece {number}".encode()) for number in range(3)]

    evidence.expect([*hashes[:2], "0" * 64, "no hash"])

    assert [evidence.get(one) for one in hashes] == [b"piece 0", b"piece 1", b"piece 2"]
    for gone in ("0" * 64, "no hash"):
        with pytest.raises(NotFound):
            evidence.get(gone)


def test_many_payloads_are_walked_and_listed_in_order_and_removed(archive):
    for minute in range(30):
        archive.put(archived(f"k{minute:02d}", minutes=minute))
    keys = [f"k{minute:02d}" for minute in range(30)]

    assert [one.key for one in archive.walk()] == keys
    assert [one.key for one in archive.list(limit=29)] == keys[:0:-1]
    archive.remove([*keys[:25], "unknown"])
    assert [one.key for one in archive.walk()] == keys[25:]
