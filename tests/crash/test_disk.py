"""A disk that is full or a file that is held: what came is given back, and nothing is half done."""

import errno
import json
import sqlite3
from datetime import timedelta

import pytest

from shared.adapters.embedded import database as database_module
from shared.adapters.embedded import files
from shared.adapters.embedded.machine_learning import FileModels
from shared.bootstrap import build
from shared.errors import Unavailable

ENDPOINT = "{blue: {model: 'loan-default:7', version: 7}, green: {}}"
SUBJECT = "endpoint/loan-endpoint"
FILES = ("archive", "ledger", "queue")


def connection_of(port):
    with port._database.read() as connection:
        return connection


def fill(port):
    """The database of the port takes no further page."""
    [(pages,)] = connection_of(port).execute("PRAGMA page_count")
    connection_of(port).execute(f"PRAGMA max_page_count={pages}")


def make_room(port):
    connection_of(port).execute("PRAGMA max_page_count=1000000")


def put(scene, completed):
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    scene.endpoint("{blue: 100}", ENDPOINT)
    return completed("green")


@pytest.mark.parametrize("name", FILES)
def test_a_full_disk_gives_events_back_and_with_room_each_is_decided_once(scene, completed, name):
    """Whatever is full: the archive, the queue, or the ledger at a commit."""
    put(scene, completed)
    payloads = [json.dumps(completed(f"green{number}")).encode() for number in range(60)]
    service, ledger = scene.application.service, scene.application.ledger
    fill(getattr(scene.application, name))

    def take_all():
        for payload in payloads:
            for receipt in service.receive(payload, via="test"):
                service.handle(receipt.event.to_cloud_event())

    with pytest.raises(Unavailable, match=r"db takes nothing .*full"):
        take_all()

    before = len(ledger.decisions(SUBJECT, limit=1000))
    assert before < len(payloads)
    assert ledger.state(SUBJECT).version == before

    make_room(getattr(scene.application, name))
    for payload in payloads:
        service.receive(payload, via="test")
    scene.drain()

    decided = [one["event"]["id"] for one in ledger.decisions(SUBJECT, limit=1000)]
    told = [one for one in decided if one.startswith("green")]
    assert len(told) == len(set(told)) == len(payloads)
    assert ledger.unsent() == []


def test_a_database_that_is_held_gives_the_message_back(scene, completed, monkeypatch):
    """Somebody else holds the ledger's file for longer than anyone waits."""
    monkeypatch.setattr(database_module, "_PATIENCE_SECONDS", 0.01)
    payload = put(scene, completed)
    application = build(scene.application.settings, clock=scene.clock)
    [receipt] = application.service.receive(json.dumps(payload).encode(), via="test")
    other = sqlite3.connect(scene.home / "driftgate.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    application.worker().step()

    assert application.ledger.subjects() == []
    assert [one.id for one in application.queue.peek("checks")] == [receipt.event.key]

    other.execute("ROLLBACK")
    other.close()
    scene.clock.advance(timedelta(seconds=1))
    application.worker().drain()
    assert len(application.ledger.decisions(SUBJECT)) == 1


def test_evidence_that_cannot_be_written_decides_nothing(scene, completed, monkeypatch):
    """The disk is full while evidence is written: the next try writes all of it."""
    payload = put(scene, completed)
    [receipt] = scene.application.service.receive(json.dumps(payload).encode(), via="test")

    def full(_):
        raise Unavailable("No space left on the disk.")

    monkeypatch.setattr(scene.application.evidence, "put", full)
    with pytest.raises(Unavailable, match="No space left"):
        scene.application.service.handle(receipt.event.to_cloud_event())

    assert list(scene.application.evidence.walk()) == []
    assert scene.application.ledger.subjects() == []
    monkeypatch.undo()
    scene.drain()
    assert len(scene.application.ledger.decisions("endpoint/loan-endpoint")) == 1


def test_a_file_that_cannot_be_written_leaves_no_draft(tmp_path, monkeypatch):
    make = files.NamedTemporaryFile

    def full(**kwargs):
        file = make(**kwargs)
        file.write = _refuse
        return file

    monkeypatch.setattr(files, "NamedTemporaryFile", full)
    with pytest.raises(Unavailable, match="No space left"):
        files.write_whole(tmp_path / "profile.json", b"{}")

    assert list(tmp_path.iterdir()) == []


def _refuse(_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_transaction_that_the_disk_has_ended_leaves_the_connection_usable(tmp_path):
    """SQLite rolls back by itself when the disk is full; the next one begins all the same."""
    database = database_module.Database(tmp_path / "a.db", "CREATE TABLE IF NOT EXISTS t (x TEXT)")
    with database.read() as connection:
        connection.execute("PRAGMA max_page_count=3")
    with (
        pytest.raises(Unavailable, match=r"a\.db takes nothing at the moment"),
        database.write() as connection,
    ):
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))

    with database.write() as connection:
        connection.execute("INSERT INTO t VALUES ('small')")

    with database.read() as connection:
        assert [row["x"] for row in connection.execute("SELECT x FROM t")] == ["small"]


def test_a_version_that_is_shared_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    """A copy that breaks off is no version: the next try copies it."""
    (tmp_path / "models/loan").mkdir(parents=True)
    (tmp_path / "registries/shared").mkdir(parents=True)
    (tmp_path / "models/loan/9.yaml").write_text("tags: {owner: risk}\n")
    monkeypatch.setattr(files.Path, "replace", lambda *_: _refuse(None))
    with pytest.raises(Unavailable):
        FileModels(tmp_path).share("loan", "9", "shared")
    monkeypatch.undo()

    assert list((tmp_path / "registries/shared/loan").iterdir()) == []
    FileModels(tmp_path).share("loan", "9", "shared")
    shared = tmp_path / "registries/shared/loan/9.yaml"
    assert shared.read_text() == "tags: {owner: risk}\n"
