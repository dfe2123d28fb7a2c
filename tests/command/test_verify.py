"""`driftgate verify` as a person, a pipeline or a schedule runs it."""

import json
import sqlite3
from contextlib import closing

import pytest

from shared.adapters.embedded import EmbeddedLedger
from tests.service.chained import chain


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    chain(EmbeddedLedger(folder / "driftgate.db"), 5)
    return folder


def harm(home, statement):
    with closing(sqlite3.connect(home / "driftgate.db")) as connection, connection:
        connection.execute(statement)


@pytest.mark.usefixtures("home")
def test_an_intact_ledger_exits_with_zero_and_says_how_much_was_looked_at(run):
    done = run("verify")

    assert done.returncode == 0
    assert done.stdout.startswith("intact: 1 subject, 5 links in ")


def test_a_broken_one_exits_with_two_and_names_the_place(run, home):
    harm(home, "UPDATE decision SET decision = replace(decision, '\"pass\"', '\"fail\"')")

    plain = json.loads(run("verify", "endpoint/loan-endpoint", "--json").stdout)

    assert run("verify").returncode == 2
    assert "Decision 1 of '2026-02-03T12:00:00Z' is no longer what was" in run("verify").stdout
    assert (plain["intact"], plain["links"], len(plain["breaks"])) == (False, 5, 5)
    assert plain["breaks"][0]["fault"] == "altered"


def test_heads_kept_in_a_file_prove_that_nothing_was_put_back(run, home, tmp_path):
    heads = tmp_path / "kept" / "heads.json"
    assert run("verify", "--heads", heads).returncode == 0
    assert run("verify", "--against", heads).returncode == 0

    harm(home, "DELETE FROM decision")
    harm(home, "DELETE FROM state")

    assert run("verify").returncode == 0
    done = run("verify", "--against", heads)
    assert (done.returncode, "was the last once, is not there" in done.stdout) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("model/nobody",), "Nothing was decided of 'model/nobody'"),
        (("--against", "nowhere.json"), "nowhere.json cannot be read: No such file"),
        (("--heads", "/dev/null/heads.json"), "/dev/null/heads.json cannot be written"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_done_is_one_sentence_and_exits_with_three(run, arguments, sentence):
    done = run("verify", *arguments)

    assert (done.returncode, sentence in done.stderr) == (3, True)
    assert len(done.stderr.splitlines()) == 1
