"""`driftgate deadletters` as a person or a program runs it."""

import json
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest

from shared.bootstrap import build
from shared.settings import Settings
from tests.conftest import EVENTS
from tests.service.test_dead_letters import note

DOCUMENTED = (Path(__file__).resolve().parents[2] / "docs" / "dead-letters.md").read_text()


@pytest.fixture
def app(tmp_path):
    """Two letters of promotion-requests, in the home that `run` works on."""
    home = tmp_path / "home"
    application = build(Settings(home=home))
    application.adapters.notes.keep(note())
    application.adapters.notes.keep(note(message_id="m-2", body=b"\xff", reason="BadBytes"))
    return application


def ids(run, *words):
    done = run("deadletters", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return [letter["id"] for letter in json.loads(done.stdout)["dead_letters"]]


@pytest.mark.usefixtures("app")
def test_without_anything_it_counts_by_queue(run):
    done = run("deadletters")

    assert done.returncode == 0
    assert "promotion-requests   2" in done.stdout
    assert json.loads(run("deadletters", "--json").stdout)["dead_letters"] == {
        "promotion-requests": 2
    }


def test_nothing_put_aside_is_said_so(run):
    assert run("deadletters").stdout == "There are no dead letters.\n"
    assert (
        run("deadletters", "list").stdout
        == "No dead letter fits; see how many there are with: driftgate deadletters\n"
    )


@pytest.mark.usefixtures("app")
def test_letters_are_listed_with_why(run):
    done = run("deadletters", "list", "--queue", "promotion-requests", "--reason", "Not*")

    [identity] = ids(run, "--reason", "NotFound")
    assert done.stdout.splitlines() == [
        f"{identity} promotion-requests 2026-02-03 12:00 UTC message of model/churn",
        "  NotFound after 1 try: There is no pipeline 12.",
    ]


@pytest.mark.usefixtures("app")
def test_one_is_shown_whole(run):
    [identity] = ids(run, "--reason", "NotFound")

    done = run("deadletters", "show", identity[:6])
    assert '"version": "7"' in done.stdout
    assert "  session: model/churn" in done.stdout
    shown = json.loads(run("deadletters", "show", identity, "--json").stdout)["dead_letter"]
    assert shown["message"]["data"] == {"version": "7"}


def test_an_edit_shows_its_diff_asks_and_can_be_taken_back(run, app, monkeypatch):
    [identity] = ids(run, "--reason", "NotFound")
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))

    refused = run("deadletters", "edit", identity, "--set", "data.branch=next")
    assert refused.returncode == 3
    assert '+    "branch": "next"' in refused.stdout
    assert app.adapters.notes.notes("promotion-requests")[0].edited is None

    done = run("deadletters", "edit", identity, "--set", "data.branch=next", "--yes")
    assert done.returncode == 0
    assert f"driftgate deadletters resubmit {identity} --apply" in done.stdout
    assert " edited" in run("deadletters", "list").stdout
    assert run("deadletters", "edit", identity, "--undo").returncode == 0
    assert " edited" not in run("deadletters", "list").stdout


@pytest.mark.usefixtures("app")
def test_a_whole_body_comes_from_a_file_and_is_looked_at_first(run, tmp_path):
    [identity] = ids(run, "--reason", "BadBytes")
    file = tmp_path / "body.json"
    file.write_text("[1]")
    edit = ("deadletters", "edit", identity, "--file", file, "--yes")

    refused = run(*edit)
    assert (refused.returncode, refused.stderr) == (3, "The body is no JSON object; write one.\n")

    file.write_text('{"id": "x"}')
    assert run(*edit).returncode == 0
    assert run("deadletters", "edit", identity).returncode == 3


def test_resubmitting_says_what_it_would_do_until_it_is_told_to(run, app):
    [identity] = ids(run, "--reason", "NotFound")

    dry = run("deadletters", "resubmit", identity)
    assert dry.returncode == 0
    assert f"would be sent {identity} promotion-requests m-1" in dry.stdout
    assert "Nothing was sent: 1 would be, with --apply." in dry.stdout
    assert app.queue.peek("promotion-requests") == []

    done = run("deadletters", "resubmit", identity, "--apply", "--rate", "60000")
    assert done.returncode == 0
    assert done.stdout.startswith(f"sent {identity} promotion-requests m-1\n")
    assert "DeadLettersResubmitted deadletters/promotion-requests" in done.stdout
    assert app.queue.peek("promotion-requests") == [], "it was handled, as no host is there"
    assert ids(run, "--reason", "NotFound") == []


@pytest.mark.usefixtures("app")
def test_what_nobody_can_read_is_refused_with_what_to_do(run):
    done = run("deadletters", "resubmit", "--queue", "promotion-requests", "--apply", "--json")

    outcomes = {one["outcome"] for one in json.loads(done.stdout)["dead_letters"]}
    assert (done.returncode, outcomes) == (2, {"sent", "refused"})


@pytest.mark.usefixtures("app")
def test_everything_is_never_meant_by_nothing(run):
    for command in (("resubmit", "--apply"), ("purge", "--because", "old", "--yes")):
        done = run("deadletters", *command)
        assert done.returncode == 3
        assert done.stderr.startswith("Say which dead letters are meant")
    assert len(ids(run)) == 2


@pytest.mark.usefixtures("app")
def test_purging_needs_a_reason_and_a_yes(run, monkeypatch):
    purge = ("deadletters", "purge", "--queue", "promotion-requests")
    assert run(*purge, "--yes").returncode == 3

    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert run(*purge, "--because", "old").returncode == 3
    assert len(ids(run)) == 2

    done = run(*purge, "--because", "old", "--yes", "--author", "berta")
    assert done.returncode == 0
    assert done.stdout.startswith("Gone for good: 2.\n")
    assert "DeadLettersPurged deadletters/promotion-requests" in done.stdout
    assert ids(run) == []


@pytest.mark.usefixtures("app")
def test_a_wrong_filter_is_one_sentence(run):
    done = run("deadletters", "list", "--where", "message.[")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("where is no JMESPath")
    assert run("deadletters", "list", "--since", "soon").returncode == 3
    assert run("deadletters", "show", "ffff").returncode == 3


def test_the_example_of_the_documentation_runs(run, tmp_path):
    """Its folder is made here, each command is run as it stands."""
    home = tmp_path / "home"
    folder = home / "dead-events" / "DRIFTGATE-RESOURCE-EVENTS" / "2026" / "2" / "3" / "9"
    folder.mkdir(parents=True)
    sample = (EVENTS / "arm_online_deployment_write_success.derived.json").read_text()
    added = '"deadLetterReason": "MaxDeliveryAttemptsExceeded", "deliveryAttempts": 30, "eventType"'
    assert f's/"eventType"/{added}/' in DOCUMENTED
    (folder / "1f0c.json").write_text(sample.replace('"eventType"', added))
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENTED, re.DOTALL)
    commands = [
        line for block in blocks for line in block.splitlines() if line.startswith("driftgate ")
    ]

    done = [run(*shlex.split(command)[1:]) for command in commands]

    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 6
    counted, listed, asked, dry, sent, events = (one.stdout for one in done)
    assert "event-grid   1" in counted
    assert listed == asked
    assert "MaxDeliveryAttemptsExceeded after 30 tries" in listed
    assert "Nothing was sent: 1 would be, with --apply." in dry
    assert sent.startswith("sent ")
    assert "DeploymentCompleted endpoint/loan-endpoint" in events
