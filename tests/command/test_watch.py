"""`driftgate watch`: what was decided, then what comes."""

import json
from threading import Event

import pytest

from shared.cli.hosting.watch import Watching
from tests.conftest import EVENTS

SENT = EVENTS / "arm_online_deployment_write_success.derived.json"


@pytest.fixture
def sent(run):
    assert run("send", SENT).returncode == 0


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("sent")
def test_once_shows_what_is_there_and_ends(run):
    done = run("watch", "--once", "--json")

    assert done.returncode == 0
    assert [row["subject"] for row in rows(done) if row["what"] == "decision"] == [
        "endpoint/loan-endpoint"
    ]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["loan-endpoint"], 1),
        (["endpoint/loan-endpoint"], 1),
        (["other"], 0),
        (["--since", "1h"], 1),
    ],
)
@pytest.mark.usefixtures("sent")
def test_it_shows_what_is_asked_for(run, words, count):
    done = run("watch", "--once", "--json", *words)

    assert len([row for row in rows(done) if row["what"] == "decision"]) == count


def test_a_time_that_is_none_is_refused(run):
    done = run("watch", "--since", "soon")

    assert (done.returncode, done.stdout) == (3, "")
    assert "since" in done.stderr


@pytest.mark.usefixtures("sent")
def test_people_get_a_line_with_the_verdict_and_the_sentence(run):
    done = run("watch", "--once")

    assert "pass DeploymentCompleted endpoint/loan-endpoint" in done.stdout


def decision(name, **fields):
    event = {"type": "io.driftgate.DeploymentCompleted"}
    return {
        "hash": name,
        "decided": "2026-02-03T12:00:00Z",
        "subject": "endpoint/e",
        "event": event,
        "verdict": "pass",
        "findings": [],
        "actions": [],
        **fields,
    }


def test_what_comes_while_it_follows_is_shown_once_wherever_it_comes_from():
    """The seam of a deployed service: anything that answers with the newest decisions."""
    made, shown, ended = [decision("a")], [], Event()

    def show(row):
        shown.append(row["hash"])
        if row["hash"] == "a":
            made.insert(0, decision("b"))
        else:
            ended.set()

    class Waits(Event):
        """An end that is looked for without waiting."""

        def wait(self, timeout=None):  # noqa: ARG002  the event's own
            return ended.is_set()

    Watching(show).run(lambda many: made[:many], follow=True, ended=Waits())

    assert shown == ["a", "b"]


def test_text_of_events_is_no_command_to_a_terminal_or_a_pipeline(capsys):
    from shared.cli.hosting.lines import showing

    bad = "\x1b[2J ##vso[task.complete] [red]"
    row = {"what": "alert", "at": "2026-02-03T12:00:00Z", "subject": "s", "status": "firing"}
    for as_json in (True, False):
        showing(as_json=as_json)({**row, "severity": "critical", "title": bad})

    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "##vso[" not in out
    assert "[red]" in out
