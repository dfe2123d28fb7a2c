"""Several subjects decided at once: one commit, and each still stands for itself."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from shared.domain.event import Check, check_due
from shared.errors import Conflict, Refused, Unavailable
from shared.ports import Message
from shared.service.messages import CHECKS, work_message
from shared.service.worker import MOST_AT_ONCE, Worker
from tests.conftest import NOON

NAMES = tuple(f"endpoint-{letter}" for letter in "abcde")


def look(name, minute=0):
    return work_message(check_due(Check.ROUTING, f"endpoint/{name}", NOON, {"minute": minute}))


def decided(scene, name):
    found = scene.application.ledger.decisions(f"endpoint/{name}")
    return [decision["event"]["data"]["minute"] for decision in reversed(found)]


def worker(scene):
    """Of the checks alone, for which no time goes by while it decides."""
    together = {CHECKS: scene.application.service.handle_all}
    return Worker(scene.application.queue, {}, together, timer=lambda: 0.0)


@pytest.fixture
def fleet(scene):
    for name in NAMES:
        scene.endpoint("{blue: 100}", "{blue: {}}", name)
    return scene


def test_each_subject_keeps_its_order_however_many_are_decided_together(fleet):
    for minute in range(4):
        fleet.application.adapters.sender.send([look(name, minute) for name in NAMES])

    rounds = worker(fleet).drain()

    assert {name: decided(fleet, name) for name in NAMES} == {name: [0, 1, 2, 3] for name in NAMES}
    assert rounds == 4


def test_one_that_can_never_be_handled_puts_only_itself_aside(fleet):
    poison = Message(id="poison", queue=CHECKS, session="endpoint/x", body={"no": "event"})
    fleet.application.adapters.sender.send([look(NAMES[0]), poison, look(NAMES[1])])

    worker(fleet).drain()

    [letter] = fleet.application.queue.dead_letters(CHECKS)
    assert (letter.message.id, letter.reason) == ("poison", "MalformedPayload")
    assert [decided(fleet, name) for name in NAMES[:3]] == [[0], [0], []]
    assert fleet.application.queue.peek(CHECKS) == []


def test_one_that_another_worker_decided_meanwhile_is_decided_again_and_the_rest_at_once(
    fleet, monkeypatch
):
    service, ledger = fleet.application.service, fleet.application.ledger
    commit, lost = ledger.commit, [f"endpoint/{NAMES[1]}"]

    def late(**row):
        if row["subject"] in lost:
            lost.remove(row["subject"])
            raise Conflict("It moved on.")
        commit(**row)

    monkeypatch.setattr(ledger, "commit", late)
    answers = service.handle_all([look(name).body for name in NAMES], lambda: False)

    assert answers == [None] * len(NAMES)
    assert all(decided(fleet, name) == [0] for name in NAMES)


def test_what_is_not_committed_together_is_not_committed_at_all_and_comes_again(fleet, monkeypatch):
    ledger, queue = fleet.application.ledger, fleet.application.queue
    together = ledger.together

    @contextmanager
    def full():
        with together():
            yield
            raise Unavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "together", full)
        queue.send([look(name) for name in NAMES])
        worker(fleet).step()

    assert [decided(fleet, name) for name in NAMES] == [[], [], [], [], []]
    fleet.clock.advance(timedelta(seconds=1))
    worker(fleet).drain()
    assert [decided(fleet, name) for name in NAMES] == [[0]] * 5


def test_after_enough_time_what_was_not_begun_is_given_back_without_a_try(fleet):
    queue = fleet.application.queue
    queue.send([look(name) for name in NAMES])
    service = fleet.application.service

    Worker(queue, {}, {CHECKS: lambda bodies, _: service.handle_all(bodies, lambda: True)}).step()

    assert [decided(fleet, name) for name in NAMES] == [[0], [], [], [], []]
    assert [queue.receive(CHECKS).delivery_count for _ in NAMES[1:]] == [1, 1, 1, 1]


def test_a_burst_is_never_held_at_once(fleet):
    queue = fleet.application.queue
    queue.send([look(f"endpoint-{number}") for number in range(5 * MOST_AT_ONCE)])
    sizes = []

    def count(bodies, _):
        sizes.append(len(bodies))
        return [None] * len(bodies)

    Worker(queue, {}, {CHECKS: count}).drain()

    assert sizes == [MOST_AT_ONCE] * 5


def test_a_payload_of_several_events_is_kept_at_once_and_queued_in_its_order(scene, completed):
    scene.endpoint("{green: 100}", "{green: {}}")
    times = [NOON + timedelta(minutes=minute) for minute in range(5)]
    payload = [completed("green", at=at)[0] for at in times]

    receipts = scene.application.service.receive(json.dumps(payload).encode(), via="test")

    waiting = [message.id for message in scene.application.queue.peek(CHECKS)]
    assert waiting == [receipt.key for receipt in receipts]
    assert all(scene.application.archive.get(receipt.key) for receipt in receipts)


def test_one_event_that_the_broker_refuses_keeps_no_other_of_its_payload_from_it(
    scene, completed, monkeypatch
):
    events = [completed("green", at=NOON + timedelta(minutes=minute))[0] for minute in range(3)]
    queue = scene.application.queue
    send = queue.send

    def refuse(messages):
        if any(one.body["id"] == events[1]["id"] for one in messages):
            raise Refused("It is too large.")
        send(messages)

    monkeypatch.setattr(queue, "send", refuse)
    with pytest.raises(Refused, match="too large"):
        scene.application.service.receive(json.dumps(events).encode(), via="test")

    waiting = [message.body["id"] for message in queue.peek(CHECKS)]
    assert waiting == [events[0]["id"], events[2]["id"]]
