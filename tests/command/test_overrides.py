"""`driftgate override`, `overrides` and `withdraw-override` as a person or a program runs them."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.bootstrap import build
from shared.domain.canonical import to_plain
from shared.domain.people.override import override_given, override_of
from shared.domain.state import SubjectState
from shared.settings import Settings


@pytest.fixture
def run(tmp_path):
    """The command in this process."""
    from typer.testing import CliRunner

    from shared.cli.commands import app

    def command(*words):
        environment = {"DRIFTGATE_HOME": str(tmp_path), "LOGNAME": "berta"}
        done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return command


@pytest.fixture
def override(tmp_path):
    """Version 7 was judged, and somebody lets its auc pass."""
    now = datetime.now(UTC)
    given = override_of(
        override_given(
            *("churn", "7"),
            gates=["metric/auc"],
            author="anna",
            reason="hotfix [red]x[/]",
            until=now + timedelta(days=1),
            now=now,
        )
    )
    state = SubjectState(versions={"7": "fail"}, overrides=(given,))
    build(Settings(home=tmp_path, workspace=tmp_path / "workspace")).ledger.commit(
        subject="model/churn",
        version=0,
        event_key="seed",
        now=now,
        decision={},
        state=to_plain(state),
        messages=[],
    )
    return given


@pytest.mark.usefixtures("override")
def test_it_is_said_in_the_name_of_who_is_signed_in(run):
    words = ("override", "churn", "7", "--gate", "drift_gate", "--gate", "metric/f1")
    done = run(*words, "--until", "2d", "--because", "measured by hand", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)["override"]
    assert (said["author"], said["gates"]) == ("berta", ["drift_gate", "metric/f1"])
    shown = run(*words, "--until", "2d", "--because", "measured by hand", "--author", "carl").stdout
    assert " churn:7 passes drift_gate, metric/f1 until " in shown
    assert ", says carl: measured by hand" in shown


def test_they_are_listed_as_they_were_said(run, override):
    shown = run("override", "list", "churn").stdout

    assert shown.startswith("in force churn:7 passes metric/auc until ")
    assert override.id in shown
    assert "  anna: hotfix [red]x[/]" in shown
    [one] = json.loads(run("override", "list", "--json").stdout)["overrides"]
    assert (one["model"], one["id"], one["standing"]) == ("churn", override.id, "in force")


def test_taken_back_it_says_what_was_taken_back(run, override):
    done = run("override", "withdraw", "churn", override.id, "--because", "measured again")

    assert done.returncode == 0
    assert done.stdout.startswith(f"Taken back: {override.id} churn:7 passes metric/auc until ")


@pytest.mark.usefixtures("override")
def test_what_cannot_be_let_pass_exits_three_with_one_sentence(run):
    words = ("override", "churn", "7", "--until", "1d", "--because", "x", "--gate")
    done = run(*words, "readable")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("gates has 'readable', which cannot be let pass; name one thing")
    assert done.stderr.count("\n") == 1
    unknown = run("override", "withdraw", "churn", "abc", "--because", "x")
    assert (unknown.returncode, unknown.stderr[:29]) == (3, "churn has no override abc; kn")
    assert run("override", "churn", "7", "--until", "1d", "--because", "x").returncode == 3


def test_a_new_home_says_that_nobody_lets_anything_pass(run):
    assert run("override", "list").stdout == (
        "Nobody lets any gate pass; try: driftgate override declare --help\n"
    )
    assert "any gate of churn pass" in run("override", "list", "churn").stdout
