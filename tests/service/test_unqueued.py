"""An event that was kept and never queued, and is sent by nobody again, is found by the sweep."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.errors import Refused, Unavailable
from shared.service import unqueued
from shared.service.dead_letters.letters import find
from shared.service.messages import CHECKS

MINUTE = timedelta(minutes=1)


class Died(BaseException):
    """The process ends."""


class Sender:
    """Passes on, unless its process dies first or the broker refuses."""

    def __init__(self, sender):
        self._sender, self.problem = sender, None

    def send(self, messages):
        if self.problem is not None:
            raise self.problem
        self._sender.send(messages)


@pytest.fixture
def app(scene):
    def around(adapters):
        return replace(adapters, sender=Sender(adapters.sender))

    scene.application = build(scene.application.settings, clock=scene.clock, around=around)
    return scene.application


def lose(scene, registered, *versions, problem=Died):
    """They come in, and their process dies between the archive and the queue."""
    sender = scene.application.adapters.sender
    for version in versions:
        sender.problem = problem()
        with pytest.raises(problem):
            come(scene, registered, version)
        scene.clock.advance(timedelta(seconds=1))
        sender.problem = None


def come(scene, registered, version):
    payload = registered(version, at=scene.clock.now)
    scene.application.service.receive(json.dumps(payload).encode(), via="test")
    scene.clock.advance(timedelta(seconds=1))


def decided(scene):
    found = scene.application.ledger.decisions("model/loan-default")
    return sorted(one["event"]["id"] for one in found)


def test_what_was_kept_and_never_queued_is_queued_after_ten_minutes_and_decided_once(
    scene, app, registered
):
    lose(scene, registered, "1", "2")
    come(scene, registered, "3")
    scene.drain()
    assert decided(scene) == ["loan-default-3"]

    scene.clock.advance(8 * MINUTE)
    assert app.sweep() == 0
    scene.clock.advance(3 * MINUTE)
    assert app.sweep() == 2
    scene.drain()

    assert decided(scene) == [f"loan-default-{number}" for number in (1, 2, 3)]
    for _ in range(3):
        scene.clock.advance(3 * MINUTE)
        assert app.sweep() == 0
    assert app.queue.peek(CHECKS) == []


def test_whoever_dies_before_it_is_remembered_queues_the_same_once_more_and_it_is_decided_once(
    scene, app, registered, monkeypatch
):
    lose(scene, registered, "1")
    scene.clock.advance(11 * MINUTE)

    def die(*_):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(type(app.profiles), "save", die)
        with pytest.raises(Died):
            app.sweep()
    assert len(app.queue.peek(CHECKS)) == 1
    app.sweep()
    scene.drain()

    assert decided(scene) == ["loan-default-1"]


@pytest.mark.parametrize("away", ["ledger", "sender"])
def test_while_a_store_or_the_broker_is_away_nothing_is_passed_over(
    scene, app, registered, monkeypatch, away
):
    lose(scene, registered, "1")
    scene.clock.advance(11 * MINUTE)

    def unavailable(*_, **__):
        raise Unavailable("No answer.")

    with monkeypatch.context() as patched:
        target, name = {
            "ledger": (type(app.ledger), "decision"),
            "sender": (type(app.adapters.sender), "send"),
        }[away]
        patched.setattr(target, name, unavailable)
        with pytest.raises(Unavailable):
            app.sweep()
    scene.clock.advance(3 * 60 * MINUTE)

    assert app.sweep() == 1
    scene.drain()
    assert decided(scene) == ["loan-default-1"]


def test_what_lies_among_the_dead_letters_is_left_to_whoever_looks_at_them(
    scene, app, registered, monkeypatch
):
    def broken(*_):
        raise Refused("It can never be.")

    come(scene, registered, "1")
    with monkeypatch.context() as patched:
        patched.setattr(app.service, "_attempt", lambda _: Refused("It can never be."))
        patched.setattr(app.service, "handle", broken)
        scene.drain()
    assert len(find(app.adapters).letters) == 1
    scene.clock.advance(11 * MINUTE)

    assert app.sweep() == 0
    assert len(find(app.adapters).letters) == 1


def test_what_waits_in_the_queue_is_decided_once_though_it_was_looked_at(scene, app, registered):
    come(scene, registered, "1")
    scene.clock.advance(11 * MINUTE)
    app.sweep()
    scene.drain()

    assert decided(scene) == ["loan-default-1"]
    assert app.queue.peek(CHECKS) == []


def test_what_the_broker_refuses_or_nobody_can_read_holds_up_nothing(scene, app, registered):
    scene.application.service.receive(b'{"odd": 1}', via="test")
    lose(scene, registered, "1")
    scene.clock.advance(11 * MINUTE)
    app.adapters.sender.problem = Refused("It is too large.")
    assert app.sweep() == 0
    app.adapters.sender.problem = None
    lose(scene, registered, "2")
    scene.clock.advance(11 * MINUTE)

    assert app.sweep() == 1
    scene.drain()
    assert decided(scene) == ["loan-default-2"]


def test_a_look_goes_through_so_many_and_the_next_goes_on_behind_it(
    scene, app, registered, monkeypatch
):
    monkeypatch.setattr(unqueued, "MOST", 3)
    lose(scene, registered, *(f"{number}" for number in range(8)))
    scene.clock.advance(11 * MINUTE)

    assert [app.sweep() for _ in range(4)] == [3, 3, 2, 0]


def test_a_look_that_takes_long_ends_and_the_next_goes_on_behind_it(scene, app, registered):
    lose(scene, registered, "1", "2")
    scene.clock.advance(11 * MINUTE)
    seconds = iter(range(0, 1000, 10))

    looks = [unqueued.queue_unqueued(app.adapters, scene.clock.now, lambda: next(seconds))]
    looks += [app.sweep(), app.sweep()]

    assert looks == [1, 1, 0]


def test_the_first_look_of_an_installation_goes_back_a_day(scene, app, registered):
    lose(scene, registered, "1")
    scene.clock.advance(23 * 60 * MINUTE)
    lose(scene, registered, "2")
    scene.clock.advance(2 * 60 * MINUTE)

    assert app.sweep() == 1
