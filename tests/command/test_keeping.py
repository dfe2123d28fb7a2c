"""`driftgate retention` and `driftgate erase` as a person or a program runs them."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.embedded import EmbeddedLedger, FolderAnchors, FolderEvidence
from shared.service.verifying.anchoring import anchor
from tests.service.chained import SUBJECT, kept

BECAUSE = ("--because", "asked [red]for[/]")


@pytest.fixture
def home(tmp_path):
    """Five decisions, and their evidence as it was put long ago."""
    folder = tmp_path / "home"
    ledger, evidence = EmbeddedLedger(folder / "driftgate.db"), FolderEvidence(folder / "evidence")
    list(kept(ledger, evidence, 5))
    orphan = evidence.put(b"of a decision that was never committed")
    old = (datetime.now(UTC) - timedelta(days=500)).timestamp()
    for path in (folder / "evidence").rglob("*"):
        os.utime(path, (old, old))
    return folder, orphan


def test_retention_counts_first_and_removes_when_it_is_told_to(run, home):
    counted = json.loads(run("retention", "--json").stdout)
    assert counted["to_remove"] == {"archive": 0, "evidence": 1, "decisions": 0}
    assert (home[0] / "evidence" / home[1][:2] / home[1]).exists()

    applied = json.loads(run("retention", "--apply", "--json").stdout)

    assert (applied["removed"]["evidence"], applied["finished"]) == (1, True)
    assert not (home[0] / "evidence" / home[1][:2] / home[1]).exists()
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
