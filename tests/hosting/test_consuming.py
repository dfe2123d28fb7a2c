"""Consumers are woken by what comes, outlive what fails, and settle what is in hand."""

from datetime import timedelta
from threading import Event, Thread

import pytest

from shared.adapters.embedded.queue import EmbeddedQueue
from shared.errors import Unavailable
from shared.hosting import consuming
from shared.hosting.bells import Bells
from shared.hosting.consuming import Consuming
from shared.ports import Message
from shared.service.worker import Worker
from tests.hosting.conftest import LONGEST_SECONDS

BODY = {"text": "hello"}


def message(queue, number=1, **fields):
    return Message(id=f"m{number}", queue=queue, session="s", body=BODY, **fields)


class Line:
    """A queue on a file, and consumers of two of its queues whose handlers a test gives."""

    def __init__(self, folder, clock, told):
        self.path, self.clock, self.told = folder / "queues.db", clock, told
        self.queue = EmbeddedQueue(self.path, clock=clock)
        self.handlers = {"a": lambda _: None, "b": lambda _: None}
        self.bells = Bells(self.handlers)
        self.receiver = self.queue
        self.consuming = None

    def start(self):
        workers = {
            name: Worker(self.receiver, {name: handler}) for name, handler in self.handlers.items()
        }
        self.consuming = Consuming(workers, self.bells, self.queue, self.clock, self.told)
        self.consuming.start()

    def send(self, *messages):
        self.queue.send(messages)
        self.bells.sent(messages)


@pytest.fixture
def line(tmp_path, scene, told):
    made = Line(tmp_path / "line", scene.clock, told)
    yield made
    if made.consuming is not None:
        assert made.consuming.stop(LONGEST_SECONDS) == []


def test_what_is_sent_is_handled_at_once(line):
    handled = Event()
    line.handlers["a"] = lambda _: handled.set()
    line.start()

    line.send(message("a"))

    assert handled.wait(LONGEST_SECONDS)


def test_what_lay_there_before_is_handled_at_the_start(line):
    handled = Event()
    line.handlers["a"] = lambda _: handled.set()
    line.queue.send([message("a")])

    line.start()

    assert handled.wait(LONGEST_SECONDS)


def test_what_is_due_later_is_handled_when_the_clock_comes_there(line):
    handled = Event()
    line.handlers["a"] = lambda _: handled.set()
    line.start()
    line.send(message("a", scheduled=line.clock() + timedelta(hours=1)))
    assert not handled.is_set()

    line.clock.advance(timedelta(hours=1))
    line.bells.later.ring()

    assert handled.wait(LONGEST_SECONDS)


def test_what_another_process_sends_is_found_without_a_bell(line):
    handled = Event()
    line.handlers["a"] = lambda _: handled.set()
    line.start()

    EmbeddedQueue(line.path, clock=line.clock).send([message("a")])

    assert handled.wait(LONGEST_SECONDS)


def test_a_handler_that_waits_holds_up_no_other_queue(line):
    free, handled = Event(), Event()
    line.handlers = {"a": lambda _: free.wait(LONGEST_SECONDS), "b": lambda _: handled.set()}
    line.start()

    line.send(message("a"), message("b", 2))

    assert handled.wait(LONGEST_SECONDS)
    free.set()


def test_a_handler_that_crashes_stops_neither_its_queue_nor_the_others(line):
    handled = {"a": Event(), "b": Event()}

    def crash(body):
        if body != BODY:
            raise ZeroDivisionError
        handled["a"].set()

    line.handlers = {"a": crash, "b": lambda _: handled["b"].set()}
    line.start()

    line.send(Message(id="bad", queue="a", session="t", body={}), message("a"), message("b", 2))

    assert handled["a"].wait(LONGEST_SECONDS)
    assert handled["b"].wait(LONGEST_SECONDS)


def test_a_queue_that_does_not_answer_is_told_and_asked_again(line, monkeypatch):
    monkeypatch.setattr(consuming, "PAUSE_SECONDS", 0.0)
    handled = Event()
    line.handlers["a"] = lambda _: handled.set()

    class Failing:
        """A queue whose first answers are faults."""

        left = 2

        def receive(self, queue):
            if queue == "a" and self.left:
                self.left -= 1
                raise Unavailable("The disk is full.")
            return line.queue.receive(queue)

        def __getattr__(self, name):
            return getattr(line.queue, name)

    line.receiver = Failing()
    line.queue.send([message("a")])
    line.start()

    assert handled.wait(LONGEST_SECONDS)
    assert "The disk is full." in line.told.wait("fault", "a").sentence


def test_what_is_in_hand_is_settled_before_it_stops(line):
    begun, free = Event(), Event()

    def handle(_):
        begun.set()
        assert free.wait(LONGEST_SECONDS)

    line.handlers["a"] = handle
    line.start()
    line.send(message("a"))
    assert begun.wait(LONGEST_SECONDS)
    late = []
    stopping = Thread(target=lambda: late.append(line.consuming.stop(LONGEST_SECONDS)))
    stopping.start()

    free.set()
    stopping.join(LONGEST_SECONDS)

    assert late == [[]]
    assert line.queue.peek("a") == []


def test_whoever_does_not_end_in_time_is_named_and_its_message_stays(line):
    begun, free = Event(), Event()

    def handle(_):
        begun.set()
        free.wait(LONGEST_SECONDS)

    line.handlers["a"] = handle
    line.start()
    line.send(message("a"))
    assert begun.wait(LONGEST_SECONDS)

    assert "a-0" in line.consuming.stop(0)
    assert len(line.queue.peek("a")) == 1
    free.set()


def test_a_message_to_a_topic_rings_for_each_of_its_subscriptions():
    bells = Bells(["alerts", "alerts/teams", "checks"])

    bells.sent([message("alerts")])

    assert {name: bell.rung for name, bell in bells.queues.items()} == {
        "alerts": 1,
        "alerts/teams": 1,
        "checks": 0,
    }
