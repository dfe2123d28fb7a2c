"""A world that does not answer for hours delays events: none is lost, each is decided once."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.domain.canonical import canonical_json
from shared.errors import Conflict, InvalidData, Throttled, Unavailable
from shared.service.again import AT_ONCE, MOST_PUT_OFF, PUT_OFF, put_off
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.poison import MOST_TRIES, Received
from shared.service.dead_letters.resending import message_again
from shared.service.messages import CHECKS

MODELS = ("churn", "loan")
HOUR = timedelta(hours=1)


class Ledger:
    """Passes on to the ledger, unless the storage is out of reach."""

    def __init__(self, ledger):
        self._ledger = ledger
        self.away = False

    def __getattr__(self, name):
        if self.away:
            raise Unavailable("The storage does not answer.")
        return getattr(self._ledger, name)


@pytest.fixture
def outage(scene):
    """The scene with a ledger that can be taken away, and two events of each of two models."""
    scene.application = build(
        scene.application.settings,
        clock=scene.clock,
        around=lambda adapters: replace(adapters, ledger=Ledger(adapters.ledger)),
    )
    return scene, scene.application.ledger


def arrive(scene, registered):
    for version in ("1", "2"):
        for model in MODELS:
            payload = registered(version, model=model, at=scene.clock.now)
            scene.application.service.receive(json.dumps(payload).encode(), via="test")
        scene.clock.advance(timedelta(seconds=1))


def waiting(scene, registered):
    scene.application.service.receive(json.dumps(registered("1")).encode(), via="test")
    return scene.application.queue.receive(CHECKS).message


def by_worker(scene):
    """The embedded worker takes all that is due."""
    scene.drain()


def by_host(scene):
    """As the Functions host does: what raises is given back at once, with no pause."""
    app, queue = scene.application, scene.application.queue
    while (delivery := queue.receive(CHECKS)) is not None:
        message = delivery.message
        received = Received(
            queue=CHECKS,
            id=message.id,
            number=1,
            tries=delivery.delivery_count,
            body=canonical_json(message.body),
            session=message.session,
            properties=message.properties,
        )
        try:
            app.take(received, app.service.handle)
        except Unavailable as problem:
            queue.abandon(delivery, str(problem))
        else:
            queue.complete(delivery)
    for other in queue.waiting():
        while (delivery := queue.receive(other.queue)) is not None:
            queue.complete(delivery)


def pass_time(scene, take, until):
    """Take what is due whenever something is; returns how many messages waited at most."""
    most, queue = 0, scene.application.queue
    while True:
        take(scene)
        most = max(most, len(queue.peek(CHECKS)))
        due = queue.next_due()
        if due is None or due > until:
            scene.clock.now = max(scene.clock.now, until)
            return most
        scene.clock.now = max(scene.clock.now, due)


@pytest.mark.parametrize("take", [by_worker, by_host])
def test_an_outage_of_two_hours_loses_no_event_and_each_is_decided_once(outage, registered, take):
    scene, ledger = outage
    ledger.away = True
    arrive(scene, registered)

    waited = pass_time(scene, take, scene.clock.now + 2 * HOUR)
    assert waited <= len(MODELS) * 2
    assert len(scene.application.queue.peek(CHECKS)) == len(MODELS) * 2

    ledger.away = False
    pass_time(scene, take, scene.clock.now + HOUR)

    for model in MODELS:
        told = [one["event"]["id"] for one in ledger.decisions(f"model/{model}")]
        assert sorted(told) == [f"{model}-{version}" for version in (1, 2)]
    assert find(scene.application.adapters).letters == ()
    assert scene.application.queue.peek(CHECKS) == []


@pytest.mark.parametrize("take", [by_worker, by_host])
def test_after_a_day_it_ends_aside_and_sent_again_it_is_put_off_anew(outage, registered, take):
    scene, ledger = outage
    ledger.away = True
    queue = scene.application.queue
    last = replace(waiting(scene, registered), properties={PUT_OFF: str(MOST_PUT_OFF - 1)}, id="a")
    queue.send([replace(last, session="the last but one")])

    pass_time(scene, take, scene.clock.now + HOUR)

    [letter] = find(scene.application.adapters).letters
    assert letter.sentence == "The storage does not answer."
    assert letter.tries == MOST_TRIES
    assert letter.message.properties[PUT_OFF] == str(MOST_PUT_OFF)
    assert PUT_OFF not in message_again(letter, scene.clock.now).properties


def test_the_pauses_make_a_day(scene, registered):
    message, began = waiting(scene, registered), scene.clock.now
    while scene.application.put_off(message, Unavailable("No answer."), AT_ONCE):
        message = scene.application.queue.peek(CHECKS, limit=1000)[-1]
        scene.clock.now = message.scheduled

    assert timedelta(hours=24) <= scene.clock.now - began <= timedelta(hours=25)


def test_a_short_outage_keeps_the_order_within_each_subject(outage, registered):
    """The session waits with its first message while the worker's own pauses last."""
    scene, ledger = outage
    ledger.away = True
    arrive(scene, registered)
    pass_time(scene, by_worker, scene.clock.now + timedelta(seconds=10))

    ledger.away = False
    pass_time(scene, by_worker, scene.clock.now + HOUR)

    for model in MODELS:
        told = [one["event"]["id"] for one in ledger.decisions(f"model/{model}")]
        assert told == [f"{model}-{version}" for version in (2, 1)]


def test_put_off_twice_it_waits_once(scene, registered):
    """Whoever dies between sending and completing does both again."""
    message = waiting(scene, registered)
    for _ in range(2):
        assert scene.application.put_off(message, Unavailable("No answer."), AT_ONCE)

    [_, later] = scene.application.queue.peek(CHECKS)
    assert later.scheduled == scene.clock.now + timedelta(minutes=1)
    assert (later.body, later.session) == (message.body, message.session)


@pytest.mark.parametrize(
    ("problem", "tries", "more"),
    [
        (Unavailable("No answer."), AT_ONCE - 1, {}),
        (Conflict("It changed."), MOST_TRIES, {}),
        (InvalidData("It names no model."), MOST_TRIES, {}),
        (RuntimeError(), MOST_TRIES, {}),
        (Unavailable("No answer."), AT_ONCE, {"queue": "promotion-requests"}),
        (Unavailable("No answer."), AT_ONCE, {"properties": {PUT_OFF: str(MOST_PUT_OFF)}}),
        (Unavailable("No answer."), AT_ONCE, {"session": ""}),
    ],
)
def test_what_is_not_put_off_takes_its_usual_way(scene, registered, problem, tries, more):
    message = replace(waiting(scene, registered), **more)

    assert not scene.application.put_off(message, problem, tries)
    assert len(scene.application.queue.peek(CHECKS)) == 1


@pytest.mark.parametrize(("after", "pause"), [(3600.0, 3600), (5.0, 60)])
def test_who_is_told_a_time_to_wait_does_not_try_before_it(scene, registered, after, pause):
    message = waiting(scene, registered)
    assert scene.application.put_off(message, Throttled("Busy.", after), 1)

    [_, later] = scene.application.queue.peek(CHECKS)
    assert later.scheduled == scene.clock.now + timedelta(seconds=pause)
    assert not scene.application.put_off(message, Throttled("Busy."), 1)


def test_a_broker_that_takes_nothing_leaves_the_message_to_its_tries(scene, registered):
    class Deaf:
        def send(self, messages):
            raise Unavailable(f"Not one of {len(messages)} was taken.")

    message = waiting(scene, registered)
    asked = {"sender": Deaf(), "now": scene.clock.now}
    assert not put_off(message, Unavailable("No answer."), AT_ONCE, **asked)
