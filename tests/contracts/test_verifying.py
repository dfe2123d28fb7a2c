"""On every ledger: what somebody does to its rows behind its back is named by verifying."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.azure.blob_stores import BlobEvidence
from shared.adapters.azure.table_ledger import TableLedger
from shared.adapters.azure.table_rows import decision_row, event_row, partition_of, text_of, texts
from shared.adapters.embedded import EmbeddedEvidence, EmbeddedLedger
from shared.domain.chain.links import Fault, is_stub
from shared.errors import InvalidData, NotFound
from shared.service.verifying import Heads, verify
from shared.service.verifying.heads import heads_of
from tests.conftest import NOON
from tests.service.chained import SUBJECT, chain, commit, kept, looked

LENGTH = 6


@dataclass
class OnSqlite:
    """The rows of the embedded ledger, by versions."""

    ledger: Any
    evidence: Any
    folder: Path

    def _do(self, statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "ledger.db")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def _numbers(self) -> list[int]:
        rows = self._do("SELECT number FROM decision WHERE subject = ? ORDER BY number", SUBJECT)
        return [number for (number,) in rows]

    def read(self, version: int) -> str:
        number = self._numbers()[version - 1]
        return str(self._do("SELECT decision FROM decision WHERE number = ?", number)[0][0])

    def write(self, version: int, text: str) -> None:
        number = self._numbers()[version - 1]
        self._do("UPDATE decision SET decision = ? WHERE number = ?", text, number)

    def drop(self, version: int) -> None:
        self._do("DELETE FROM decision WHERE number = ?", self._numbers()[version - 1])

    def read_state(self) -> tuple[int, str]:
        [(version, state)] = self._do("SELECT version, state FROM state WHERE subject = ?", SUBJECT)
        return version, state

    def write_state(self, version: int, text: str) -> None:
        self._do(
            "UPDATE state SET version = ?, state = ? WHERE subject = ?", version, text, SUBJECT
        )

    def drop_state(self) -> None:
        self._do("DELETE FROM state WHERE subject = ?", SUBJECT)

    def alter_evidence(self, name: str) -> None:
        self._do("UPDATE evidence SET content = ? WHERE hash = ?", b"other", name)

    def drop_evidence(self, name: str) -> None:
        self._do("DELETE FROM evidence WHERE hash = ?", name)


@dataclass
class OnTables:
    """The rows of Table Storage, by versions."""

    ledger: Any
    evidence: Any
    account: Any

    @property
    def _table(self) -> Any:
        return self.account.tables.get_table_client("ledger")

    def _row(self, row: str) -> Any:
        return self._table.get_entity(partition_of(SUBJECT), row)

    def read(self, version: int) -> str:
        return text_of(self._row(decision_row(version)))

    def write(self, version: int, text: str) -> None:
        self._table.update_entity({**self._row(decision_row(version)), **texts(text, "it")})

    def drop(self, version: int) -> None:
        self._table.delete_entity(partition_of(SUBJECT), decision_row(version))

    def read_state(self) -> tuple[int, str]:
        row = self._row("state")
        return row["version"], text_of(row)

    def write_state(self, version: int, text: str) -> None:
        self._table.update_entity({**self._row("state"), **texts(text, "it"), "version": version})

    def drop_state(self) -> None:
        self._table.delete_entity(partition_of(SUBJECT), "state")

    def alter_evidence(self, name: str) -> None:
        self.account.keep("evidence", f"{name[:2]}/{name}", b"other")

    def drop_evidence(self, name: str) -> None:
        self.account.blobs.get_blob_client("evidence", f"{name[:2]}/{name}").delete_blob()


@pytest.fixture(params=["embedded", "table-storage"])
def rows(request, tmp_path):
    if request.param == "embedded":
        yield OnSqlite(
            EmbeddedLedger(tmp_path / "ledger.db"),
            EmbeddedEvidence(tmp_path / "ledger.db"),
            tmp_path,
        )
        return
    account = request.getfixturevalue("account")
    ledger = TableLedger(account.table_endpoint, account.credential, clock=lambda: NOON)
    yield OnTables(ledger, BlobEvidence(account.blobs), account)
    ledger.close()


def verified(rows, **asked):
    return verify(rows.ledger, rows.evidence, NOON, **asked)


def faults(rows, **asked):
    return [(one.fault, one.version) for one in verified(rows, **asked).breaks]


def alter(rows):
    rows.write(3, rows.read(3).replace("serves", "starves"))


def swap(rows):
    third, fourth = rows.read(3), rows.read(4)
    rows.write(3, fourth)
    rows.write(4, third)


def twice(rows):
    rows.write(4, rows.read(3))


def cut(rows):
    rows.drop(LENGTH)


def put_back(rows):
    rows.write_state(
        2,
        rows.read_state()[1]
        .replace("12:50", "12:10")
        .replace(*(_hash(rows, version) for version in (LENGTH, 2))),
    )


def _hash(rows, version):
    return rows.read(version).partition('"hash":"')[2][:64]


def alter_state(rows):
    version, text = rows.read_state()
    rows.write_state(version, text.replace("12:50", "12:51"))


HARMS = [
    (alter, {(Fault.ALTERED, 3)}),
    (lambda rows: rows.drop(3), {(Fault.MISSING, 3)}),
    (swap, {(Fault.REORDERED, 3), (Fault.REORDERED, 4), (Fault.REORDERED, 5)}),
    (twice, {(Fault.FORKED, 4), (Fault.MISSING, 5)}),
    (cut, {(Fault.END_MISSING, LENGTH)}),
    (put_back, {(Fault.STATE_BEHIND, 2)}),
    (alter_state, {(Fault.STATE_ALTERED, LENGTH)}),
    (lambda rows: rows.drop_state(), {(Fault.STATE_MISSING, 0)}),
    (lambda rows: rows.write(3, "{"), {(Fault.UNREADABLE, 3)}),
]


def test_a_ledger_nobody_touched_is_intact(rows):
    chain(rows.ledger, LENGTH)
    chain(rows.ledger, 2, "model/churn")

    found = verified(rows)

    assert (found.breaks, found.subjects, found.links) == ((), 2, LENGTH + 2)
    assert verified(rows, subject=SUBJECT).links == LENGTH


@pytest.mark.parametrize(
    ("harm", "named"),
    HARMS,
    ids=["altered", "dropped", "swapped", "doubled", "cut", "put back", "state", "gone", "no json"],
)
def test_what_is_done_to_its_rows_is_named(rows, harm, named):
    chain(rows.ledger, LENGTH)
    harm(rows)

    found = set(faults(rows))

    assert named <= found
    assert {fault for fault, _ in found - named} <= {Fault.INBOX}


def test_an_event_that_is_marked_as_handled_without_its_decision_is_named(rows):
    chain(rows.ledger, LENGTH)
    if isinstance(rows, OnSqlite):
        rows._do("UPDATE decision SET event_key = 'x' WHERE number = 3")
        assert faults(rows) == [(Fault.INBOX, 3)]
        return
    rows._table.create_entity(
        {
            "PartitionKey": partition_of(SUBJECT),
            "RowKey": event_row("x"),
            "event_key": "x",
            "version": 9,
            "commit": "x",
        }
    )
    rows._table.delete_entity(
        partition_of(SUBJECT), event_row(looked(NOON + timedelta(minutes=20)).key)
    )

    assert faults(rows) == [(Fault.INBOX, 3), (Fault.INBOX, 9)]


def test_evidence_that_is_gone_or_altered_is_named_only_where_it_is_asked_for(rows):
    decisions = list(kept(rows.ledger, rows.evidence, LENGTH))
    assert verified(rows, with_evidence=True).evidence == LENGTH
    rows.alter_evidence(decisions[1].evidence_hash)
    rows.drop_evidence(decisions[3].evidence_hash)

    assert faults(rows) == []
    assert faults(rows, with_evidence=True) == [
        (Fault.EVIDENCE_ALTERED, 2),
        (Fault.EVIDENCE_MISSING, 4),
    ]


def test_an_end_that_was_put_back_with_its_state_shows_against_heads_kept_elsewhere(rows):
    chain(rows.ledger, LENGTH - 1)
    before = rows.read_state()
    heads = Heads.read(verified(rows).heads.content())
    commit(rows.ledger, looked(NOON + timedelta(hours=5)))
    later = verified(rows, against=heads)
    assert later.breaks == ()
    assert later.heads == heads_of(rows.ledger, NOON)

    rows.drop(LENGTH)
    rows.write_state(*before)

    assert {one.fault for one in verified(rows).breaks} <= {Fault.INBOX}, "a chain cannot show it"
    assert (Fault.HEAD, LENGTH) in faults(rows, against=later.heads)


def test_a_chain_that_was_made_anew_shows_against_heads_kept_elsewhere(rows):
    chain(rows.ledger, 2)
    heads = verified(rows).heads
    other = commit(rows.ledger, looked(NOON, "model/churn"), sentence="another")
    forged = Heads(taken=NOON, heads={**heads.heads, "model/churn": (1, "c" * 64)})

    assert faults(rows, against=heads) == []
    assert faults(rows, against=forged) == [(Fault.HEAD, 1)]
    assert verified(rows).heads.heads["model/churn"] == (1, other.hash)


def test_contents_that_are_erased_leave_a_stub_and_the_event_stays_handled(rows):
    decisions = chain(rows.ledger, LENGTH)
    chain(rows.ledger, 1, "model/churn")

    rows.ledger.erase(SUBJECT, [1, 3, LENGTH], "e" * 64)
    rows.ledger.erase(SUBJECT, [3], "f" * 64)

    stub = {"hash": decisions[2].hash, "previous": decisions[1].hash, "erased": "e" * 64}
    kept = [logged.decision for logged in rows.ledger.chain(SUBJECT)]
    assert kept[2] == {**stub, "decided": "2026-02-03T12:20:00Z"}
    assert rows.ledger.decision(SUBJECT, decisions[2].event.key) == kept[2]
    assert [is_stub(one) for one in kept] == [True, False, True, False, False, True]
    assert [one["hash"] for one in rows.ledger.decisions(SUBJECT, limit=2)] == [
        decisions[4].hash,
        decisions[3].hash,
    ]
    assert len(rows.ledger.decisions()) == 4
    assert set(faults(rows)) == {(Fault.NOT_ERASED_BY_ANYBODY, n) for n in (1, 3, LENGTH)}


def test_a_chain_longer_than_a_page_is_erased_and_walked_whole(rows):
    count = 130 if isinstance(rows, OnTables) else 600
    chain(rows.ledger, count)

    rows.ledger.erase(SUBJECT, range(1, count + 1), "e" * 64)

    assert len(verified(rows).breaks) == count
    assert rows.ledger.decisions(SUBJECT) == []


def test_heads_that_were_altered_or_are_none_are_refused(rows):
    chain(rows.ledger, 2)
    content = verified(rows).heads.content()

    with pytest.raises(InvalidData, match="the file was altered"):
        Heads.read(content.replace(b'"version":2', b'"version":1'))
    with pytest.raises(InvalidData, match="It holds no heads"):
        Heads.read(b"[]")


def test_a_subject_nobody_spoke_of_is_not_found(rows):
    with pytest.raises(NotFound, match="Nothing was decided of 'model/nobody'"):
        verified(rows, subject="model/nobody")
