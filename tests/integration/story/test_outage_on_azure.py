"""Services away for hours, on Azure's adapters: what waits keeps its turn and is decided once."""

import json
from datetime import timedelta

import pytest

from shared.service.dead_letters.letters import find
from tests.integration.loopback.server import refusal
from tests.integration.service_bus.broker.stored import State
from tests.integration.story.hosting import Host

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
UNANSWERED = refusal(505, "Away", "No.")
"""The SDK itself tries this one once."""
BUSY = refusal(503, "Busy", "No.", Retry_After="3600")
ENDPOINTS = ("east-endpoint", "west-endpoint")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def host(story, monkeypatch):
    for name in ENDPOINTS:
        story.workspace.deploy(name, {"traffic": {"blue": 100}, "deployments": {"blue": {}}})
    return Host(story, monkeypatch)


def arrive(story, completed, *names):
    for name in names:
        text = json.dumps(completed("blue", at=story.clock.now))
        story.application.service.receive(
            text.replace("loan-endpoint", name).encode(), via="event-grid"
        )
        story.clock.advance(timedelta(seconds=1))


def decided(story, name):
    chain = story.application.ledger.chain(f"endpoint/{name}")
    return [logged.decision["event"]["id"] for logged in chain]


class Azure:
    """Resource Manager behind the loopback, which can be away for a while."""

    def __init__(self, story, monkeypatch):
        self.away, self.says, self.asked = False, UNANSWERED, 0
        self._answer = story.loopback.router.answer
        monkeypatch.setattr(story.loopback.router, "answer", self.answer)

    def answer(self, request):
        if self.away and request.path.startswith("/subscriptions/"):
            self.asked += 1
            return self.says
        return self._answer(request)


def pass_time(host, until):
    """The host takes what is due, whenever something is."""
    story = host.story
    while True:
        host.run()
        later = [one.envelope.scheduled for one in host.held("checks", State.SCHEDULED)]
        if not later or min(later) > until:
            story.clock.now = max(story.clock.now, until)
            return
        story.clock.now = max(story.clock.now, min(later))


def test_an_outage_of_three_hours_puts_events_off_in_their_session_and_each_is_decided_once(
    host, completed, monkeypatch
):
    story, azure = host.story, Azure(host.story, monkeypatch)
    azure.away = True
    arrive(story, completed, "east-endpoint", "east-endpoint", "west-endpoint")
    pass_time(host, story.clock.now + 3 * HOUR)

    assert azure.asked > 3 * 10
    waiting = host.held("checks", State.SCHEDULED)
    assert [one.envelope.session for one in waiting] == [
        "endpoint/east-endpoint",
        "endpoint/east-endpoint",
        "endpoint/west-endpoint",
    ]
    assert [decided(story, name) for name in ENDPOINTS] == [[], []]
    assert find(story.application.adapters).letters == ()

    azure.away = False
    pass_time(host, story.clock.now + HOUR)

    assert [len(decided(story, name)) for name in ENDPOINTS] == [2, 1]
    assert decided(story, "east-endpoint") == sorted(decided(story, "east-endpoint"))
    assert host.held("checks") == host.held("checks", State.SCHEDULED) == []
    assert find(story.application.adapters).letters == ()


def test_a_service_that_says_when_is_asked_once_by_all_and_each_event_comes_again_then(
    host, completed, monkeypatch
):
    story, azure = host.story, Azure(host.story, monkeypatch)
    azure.away, azure.says = True, BUSY
    arrive(story, completed, *ENDPOINTS)
    handed = host.run()

    assert (handed, azure.asked) == (2, 1)
    for one in host.held("checks", State.SCHEDULED):
        assert HOUR - MINUTE < one.envelope.scheduled - story.clock.now <= HOUR
    assert len(host.held("checks", State.SCHEDULED)) == 2
