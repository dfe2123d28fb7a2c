"""What every archive, evidence store and profile store promises."""

from datetime import timedelta

import pytest

from shared.adapters.embedded import EmbeddedArchive, FolderEvidence, FolderProfiles
from shared.errors import NotFound, Refused
from shared.ports import ArchivedEvent
from tests.conftest import NOON


@pytest.fixture(params=[lambda folder: EmbeddedArchive(folder / "a.db")], ids=["embedded"])
def archive(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture(params=[lambda folder: FolderEvidence(folder / "evidence")], ids=["folder"])
def evidence(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture(params=[lambda folder: FolderProfiles(folder / "profiles")], ids=["folder"])
def profiles(request, tmp_path):
    return request.param(tmp_path)


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


def test_evidence_is_found_by_the_hash_of_its_content(evidence):
    name = evidence.put(b"facts")

    assert evidence.put(b"facts") == name
    assert evidence.get(name) == b"facts"


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", ""])
def test_evidence_that_is_not_there_is_not_found(evidence, name):
    with pytest.raises(NotFound):
        evidence.get(name)


def test_evidence_altered_on_disk_is_refused(tmp_path):
    store = FolderEvidence(tmp_path)
    name = store.put(b"facts")
    (tmp_path / name[:2] / name).write_bytes(b"other facts")

    with pytest.raises(Refused, match="was altered after it was kept"):
        store.get(name)


def test_the_newest_profile_under_a_name_wins(profiles):
    profiles.save("model/loan-default/7", {"rows": 1})
    profiles.save("model/loan-default/7", {"rows": 2})

    assert profiles.load("model/loan-default/7") == {"rows": 2}
    assert profiles.load("model/loan-default/8") is None


@pytest.mark.parametrize("name", ["model/../../outside", "/outside", "model//7"])
def test_a_profile_name_never_leaves_its_folder(profiles, name):
    with pytest.raises(Refused, match="is no profile name"):
        profiles.save(name, {})
