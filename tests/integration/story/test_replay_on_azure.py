"""Lost events are told again on Azure's adapters, through the functions and the API."""

from datetime import timedelta

import pytest

from shared.domain.replay import Of, Selection
from tests.integration.story.hosting import Host
from tests.service.replaying.lost import completed, decided, keep

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ASKED = {"name": "lost", "selection": {"since": "1d"}, "reason": "the queue lost them"}
WHY = {"reason": "too many pages"}


@pytest.fixture
def host(story, monkeypatch):
    """Five events of two endpoints came in, and no message about them was left."""
    for name in "ab":
        story.workspace.deploy(name, {"traffic": {"blue": 100}, "deployments": {"blue": {}}})
    for number in range(5):
        event = completed("ab"[number % 2], f"e{number}", story.clock.now)
        keep(story.application, event, story.clock.now)
        story.clock.advance(timedelta(seconds=1))
    return Host(story, monkeypatch)


def phase(host, name="lost"):
    row = host.call("GET", f"replays/{name}", role="viewer")[1]["replay"]
    return row["phase"], row["told"], row["skipped"]


def finish(host, name="lost", **how):
    """Time passes as the rate asks for."""
    host.run(**how)
    for _ in range(9):
        if host.run() == 0:
            if phase(host, name)[0] != "running":
                break
            host.story.clock.advance(timedelta(minutes=1))
    return phase(host, name)


def came(run):
    return [(one.came.value, one.now) for one in run.told()]


def test_lost_events_are_told_once_whoever_dies_stops_or_asks_again(host):
    app = host.application
    assert came(app.dry_run(Selection())) == [("lost", None)] * 5
    assert came(app.dry_run(Selection(), now=True)) == [("lost", "pass")] * 5
    assert app.ledger.subjects() == []

    assert host.call("POST", "replays", {**ASKED, "rate": 6}, role="operator")[0] == 202
    host.run()
    assert phase(host)[1] == 1
    assert host.call("POST", "replays/lost/stop", WHY, role="operator")[0] == 202
    host.run()
    host.story.clock.advance(timedelta(minutes=1))
    host.run()
    assert phase(host) == ("stopped", 1, 0)
    assert decided(app, "endpoint/a") == ["e0"]

    assert host.call("POST", "replays/lost/resume", WHY, role="operator")[0] == 202
    assert finish(host, most=4, dies=True) == ("done", 5, 0)
    assert decided(app, "endpoint/a") == ["e0", "e2", "e4"]
    assert decided(app, "endpoint/b") == ["e1", "e3"]
    assert {one.decision["event"]["replayname"] for one in app.ledger.chain("endpoint/b")} == {
        "lost"
    }

    host.call("POST", "replays", {**ASKED, "name": "more"}, role="operator")
    assert finish(host, "more") == ("done", 0, 5)
    again = {**ASKED, "name": "once-more", "again": True}
    host.call("POST", "replays", again, role="operator")
    assert finish(host, "once-more", most=3, dies=True)[:2] == ("done", 5)
    assert decided(app, "endpoint/b") == ["e1", "e3"] * 2
    assert came(app.dry_run(Selection(of=Of.CHAINS, subject="endpoint/b"))) == [
        ("same", "pass")
    ] * len(list(app.ledger.chain("endpoint/b")))
    assert all(host.held(queue) == [] for queue in ("checks", "replays"))
