"""How much waits and for how long is told: by gauges, by the API, and by `driftgate status`."""

import json
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.bootstrap import build
from shared.ports import Message
from shared.scenarios.hindered import MutedSender
from shared.service.backlog import backlog_of
from shared.web.operations import api
from tests.web.platform import ask

MINUTE = timedelta(minutes=1)


@dataclass
class Gauges:
    """Keeps what was set last."""

    values: dict[tuple[str, ...], float] = field(default_factory=dict)

    def span(self, *_, **__):
        return nullcontext()

    def traceparent(self):
        return None

    def count(self, *_, **__):
        pass

    def gauge(self, name, value, **attributes):
        self.values[(name, *attributes.values())] = value


@pytest.fixture
def gauges():
    return Gauges()


@pytest.fixture
def watched(scene, gauges):
    """The scene's application with gauges that can be read."""
    scene.application = build(
        scene.application.settings,
        clock=scene.clock,
        around=lambda adapters: replace(adapters, telemetry=gauges),
    )
    return scene


def work(name, queue="checks", **more):
    return Message(id=name, queue=queue, session=name, body={"id": name}, **more)


def test_what_is_due_counts_by_queue_and_what_is_scheduled_or_kept_does_not(scene):
    queue, noon = scene.application.queue, scene.clock.now
    queue.send([work("a"), work("b", "retraining-requests"), work("k", "undelivered")])
    queue.send([work("later", scheduled=noon + 5 * MINUTE)])
    scene.clock.advance(2 * MINUTE)
    queue.send([work("c")])

    found = backlog_of(scene.application.ledger, queue, scene.clock.now)

    assert [(one.queue, one.messages, one.since) for one in found.queues] == [
        ("checks", 2, noon),
        ("retraining-requests", 1, noon),
    ]
    assert found.late == (
        "Behind: 2 in checks, the oldest for 2 min; 1 in retraining-requests, the oldest for 2 min."
    )


def test_a_message_that_is_being_handled_waits_still_and_one_that_is_done_no_more(scene):
    queue, clock = scene.application.queue, scene.clock
    queue.send([work("a")])
    delivery = queue.receive("checks")
    assert [one.messages for one in queue.waiting()] == [1]

    queue.complete(delivery)

    found = backlog_of(scene.application.ledger, queue, clock.now)
    assert (found.queues, found.late, found.outbox) == ((), None, 0)


def test_the_heartbeat_tells_sizes_and_ages_and_how_long_it_waited_itself(
    watched, gauges, registered
):
    service, clock = watched.application.service, watched.clock
    service.receive(json.dumps(registered("7")).encode(), via="test")
    clock.advance(3 * MINUTE)

    service.heartbeat()
    assert gauges.values["queue.size", "checks"] == 1
    assert gauges.values["queue.age", "checks"] == 180
    assert gauges.values["outbox.size",] == 0

    clock.advance(2 * MINUTE)
    watched.drain()
    assert gauges.values["queue.waited",] == 120


def test_an_outbox_that_does_not_drain_is_told_with_its_size_and_age(scene, registered):
    """A model without a policy makes an alert, which the broker does not take."""
    scene.application = build(
        scene.application.settings,
        clock=scene.clock,
        around=lambda adapters: replace(
            adapters, sender=MutedSender(adapters.sender, lambda: True)
        ),
    )
    scene.send(registered("7"))
    scene.clock.advance(2 * MINUTE)

    found = backlog_of(scene.application.ledger, scene.application.queue, scene.clock.now)
    answer = json.loads(ask(api(scene.application), "GET", "/api/v1/health").get_body())

    assert found.outbox > 0
    assert found.late == f"Behind: {found.outbox} in the outbox, the oldest for 2 min."
    assert (answer["outbox"], answer["outbox_seconds"]) == (found.outbox, 120.0)


def test_health_tells_each_queue_and_nothing_of_those_that_service_bus_counts(scene):
    scene.application.queue.send([work("a")])
    scene.clock.advance(MINUTE / 2)

    answer = json.loads(ask(api(scene.application), "GET", "/api/v1/health").get_body())

    assert answer["queues"] == [{"queue": "checks", "messages": 1, "seconds": 30.0}]
    assert backlog_of(scene.application.ledger, None, scene.clock.now).queues is None
