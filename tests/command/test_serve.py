"""`driftgate serve` as people run it: real processes, real signals, a kill, two on one home."""

import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import EVENTS

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """One that serves; its lines of JSON are waited for as they come."""

    def __init__(self, home, *arguments):
        command = [sys.executable, "-m", "shared.cli.main", "serve", "--json", "--port", "0"]
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and our own command
            [*command, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "DRIFTGATE_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.seen = []
        self.port = int(self.until("serving")["url"].rpartition(":")[2])

    def until(self, what, **fields):
        """The next row of a kind; fails at the end of all rows."""
        for line in self.process.stdout:
            row = json.loads(line)
            self.seen.append(row)
            if row["what"] == what and fields.items() <= row.items():
                return row
        pytest.fail(f"no {what} among {self.seen}: {self.process.stderr.read()}")
        return None

    def ask(self, method, path, body=None):
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as asked:
            asked.request(method, path, body, {"Content-Type": "application/json"})
            return json.loads(asked.getresponse().read())

    def end(self, number):
        """How it ended of a signal, and what it said of that on standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def serving(home, *arguments):
    """A process that is gone in the end, whatever a test finds."""
    made = Process(home, *arguments)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def test_what_came_in_before_a_kill_is_there_and_another_command_works_beside(tmp_path, run):
    home = tmp_path / "home"
    payload = (EVENTS / "arm_online_deployment_write_success.derived.json").read_bytes()
    with serving(home) as first:
        [receipt] = first.ask("POST", "/runtime/webhooks/EventGrid", payload)
        row = first.until("decision", subject="endpoint/loan-endpoint", type="DeploymentCompleted")
        beside = json.loads(run("status", "--json", home=home).stdout)
        sent = run("send", EVENTS / "aml_model_registered.eventgrid.json", "--json", home=home)
        second = run("serve", "--port", "0", home=home)
        assert first.end(signal.SIGKILL)[0] == -signal.SIGKILL

    assert "endpoint/loan-endpoint" in {one["subject"] for one in beside["subjects"]}
    assert sent.returncode == 0
    [decision] = [
        one
        for one in json.loads(sent.stdout)["decisions"]
        if one["event"]["type"].endswith("ModelRegistered")
    ]
    assert decision["subject"].startswith("model/")
    assert (second.returncode, second.stdout) == (3, "")
    assert second.stderr.startswith("Another driftgate serve works on ")

    with serving(home) as again:
        kept = again.ask("GET", "/api/v1/decisions?subject=endpoint/loan-endpoint")
        [repeated] = again.ask("POST", "/runtime/webhooks/EventGrid", payload)
        ended = again.end(signal.SIGTERM)

    assert row["hash"] in {one["hash"] for one in kept["decisions"]}
    assert repeated["key"] == receipt["key"]
    assert ended == (0, "")


def test_ctrl_c_settles_what_is_in_hand_and_ends_as_shells_know_it(tmp_path):
    with serving(tmp_path) as process:
        code, said = process.end(signal.SIGINT)

    assert (code, said) == (130, "\nInterrupted.\n")


def test_a_played_demo_goes_on_where_it_ended_and_others_on_its_home_tell_its_time(tmp_path, run):
    """Its home as the story leaves it, without the half minute that playing it takes."""
    home = tmp_path / "demo"
    for folder in ("workspace/endpoints", "policies"):
        (home / folder).mkdir(parents=True)
    (home / "report.html").write_text("", encoding="utf-8")
    ended = "2019-06-15T06:00:00+00:00"
    clock = {"began": ended, "at": ended, "since": None}
    (home / "clock.json").write_text(json.dumps(clock), encoding="utf-8")

    with serving(tmp_path, "--demo") as process:
        row = process.seen[-1]
        beside = run("send", EVENTS / "aml_model_registered.eventgrid.json", "--json", home=home)
        process.end(signal.SIGTERM)

    assert row["story_ended"] == "2019-06-15T06:00:00Z"
    assert row["at"].startswith("2019-06-15T06:0")
    decided = [one["decided"] for one in json.loads(beside.stdout)["decisions"]]
    assert decided
    assert all(time.startswith("2019-06-15T06:0") for time in decided)
    stands = json.loads((home / "clock.json").read_text(encoding="utf-8"))
    assert stands["since"] is None
    assert stands["at"] > ended


def test_fresh_without_the_demo_is_refused(run):
    done = run("serve", "--fresh")

    assert (done.returncode, done.stderr) == (
        3,
        "--fresh is about the demo; give --demo with it.\n",
    )
