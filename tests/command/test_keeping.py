"""`driftgate retention` and `driftgate erase` as a person or a program runs them."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.embedded import EmbeddedEvidence, EmbeddedLedger, FolderAnchors
from shared.service.verifying.anchoring import anchor
from tests.service.chained import SUBJECT, kept

BECAUSE = ("--because", "asked [red]for[/]")


@pytest.fixture
def home(tmp_path):
    """Five decisions, and their evidence as it was put long ago."""
    folder = tmp_path / "home"
    ledger, evidence = (
        EmbeddedLedger(folder / "driftgate.db"),
        EmbeddedEvidence(folder / "driftgate.db"),
    )
    list(kept(ledger, evidence, 5))
    orphan = evidence.put(b"of a decision that was never committed")
    old = (datetime.now(UTC) - timedelta(days=500)).isoformat()
    with closing(sqlite3.connect(folder / "driftgate.db")) as connection, connection:
        connection.execute("UPDATE evidence SET put = ?", (old,))
    return folder, orphan


def is_kept(home):
    """Whether what no decision rests on is there still."""
    folder, orphan = home
    return orphan in {one.hash for one in EmbeddedEvidence(folder / "driftgate.db").walk()}


def test_retention_counts_first_and_removes_when_it_is_told_to(run, home):
    counted = json.loads(run("retention", "--json").stdout)
    assert counted["to_remove"] == {"archive": 0, "evidence": 1, "decisions": 0}
    assert is_kept(home)

    applied = json.loads(run("retention", "--apply", "--json").stdout)

    assert (applied["removed"]["evidence"], applied["finished"]) == (1, True)
    assert not is_kept(home)
    assert "Nothing was removed" in run("retention").stdout
    assert run("verify", "--evidence").returncode == 0


@pytest.mark.usefixtures("home")
def test_an_erasure_is_told_first_and_done_when_it_is_told_to(run):
    planned = run("erase", SUBJECT, *BECAUSE, "--author", "anna")
    assert (planned.returncode, "what 5 decisions say" in planned.stdout) == (0, True)
    assert "Nothing was erased" in planned.stdout
    assert run("verify", "--json").returncode == 0

    done = run("erase", SUBJECT, *BECAUSE, "--author", "anna", "--apply")

    assert done.stdout.startswith("Erased of endpoint/loan-endpoint: what 5 decisions said, 0")
    assert run("verify", "--evidence", "--again").returncode == 0
    again = run("erase", SUBJECT, *BECAUSE, "--apply")
    assert (again.returncode, "Nothing is kept of" in again.stderr) == (3, True)


@pytest.mark.usefixtures("home")
def test_an_erasure_in_json_names_the_decision_that_says_so(run):
    planned = json.loads(run("erase", SUBJECT, *BECAUSE, "--json").stdout)["to_erase"]
    done = json.loads(run("erase", SUBJECT, *BECAUSE, "--apply", "--json").stdout)["erased"]

    assert (planned["decisions"], done["decisions"], done["waiting"]) == (5, 5, 0)
    assert len(done["decision"]) == 64


def test_heads_that_driftgate_kept_itself_are_compared_with(run, home):
    ledger = EmbeddedLedger(home[0] / "driftgate.db")
    assert "No heads were kept yet" in run("verify", "--against", "kept").stderr

    anchors = FolderAnchors(home[0] / "heads")
    anchor(ledger, anchors, datetime(2026, 2, 4, 2, 20, tzinfo=UTC))

    assert run("verify", "--against", "kept").returncode == 0
    (home[0] / "driftgate.db").unlink()
    assert run("verify", "--against", "kept").returncode == 2
