"""On Azurite and the test broker: what was kept and never queued is found, and decided once."""

import json
from datetime import timedelta

import pytest

from tests.integration.story.hosting import Host

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MINUTE = timedelta(minutes=1)


class Died(BaseException):
    """The process ends."""


def come(story, registered, version):
    payload = json.dumps(registered(version, at=story.clock.now)).encode()
    story.application.service.receive(payload, via="event-grid")


def test_the_timer_finds_what_a_process_kept_and_did_not_queue(story, registered, monkeypatch):
    host, app = Host(story, monkeypatch), story.application

    def die(*_):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(type(app.adapters.sender._otherwise), "send", die)
        with pytest.raises(Died):
            come(story, registered, "1")
    story.clock.advance(timedelta(seconds=1))
    come(story, registered, "2")
    host.run()
    story.clock.advance(11 * MINUTE)

    assert [app.sweep(), app.sweep()] == [1, 0]
    host.run()
    story.clock.advance(11 * MINUTE)
    assert app.sweep() == 0
    told = [one.decision["event"]["id"] for one in app.ledger.chain("model/loan-default")]
    assert told == ["loan-default-2", "loan-default-1"]
    assert host.held("checks") == []
