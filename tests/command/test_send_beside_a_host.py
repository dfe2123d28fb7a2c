"""`driftgate send` where a host has the event in hand before the command asks for it."""

import json

import pytest

from shared.bootstrap import build
from shared.cli import sending
from shared.hosting.alone import alone, lock_in
from shared.settings import Settings
from tests.conftest import EVENTS

SENT = EVENTS / "arm_online_deployment_write_success.derived.json"


@pytest.fixture
def quicker(tmp_path, monkeypatch):
    """A host that holds the home's lock and takes whatever is queued while the command waits."""
    settings = Settings(home=tmp_path / "home")
    monkeypatch.setattr(sending, "decide_waiting", lambda _: [])
    with alone(settings, lock_in(settings.home)):
        host = build(settings)
        monkeypatch.setattr(sending, "sleep", lambda _: host.worker().drain())
        yield


@pytest.mark.usefixtures("quicker")
def test_what_the_host_decided_is_shown_as_decided(run):
    done = run("send", SENT, "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["already_decided"]) == (0, [])
    assert [one["subject"] for one in told["decisions"]] == ["endpoint/loan-endpoint"]


def test_what_no_host_has_in_hand_is_not_waited_for(run, monkeypatch):
    monkeypatch.setattr(sending, "decide_waiting", lambda _: [])
    monkeypatch.setattr(sending, "sleep", lambda _: pytest.fail("waited for nobody"))

    done = run("send", SENT)

    assert (done.returncode, "could not be decided" in done.stderr) == (1, True)
