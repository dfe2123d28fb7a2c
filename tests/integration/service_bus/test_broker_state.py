"""The broker's queues themselves, without AMQP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import StoppedClock
from tests.integration.service_bus.broker.namespace import Namespace
from tests.integration.service_bus.broker.queue import Queue
from tests.integration.service_bus.broker.settings import (
    BrokerFault,
    QueueSettings,
    Subscription,
    TopicSettings,
)
from tests.integration.service_bus.broker.sql_filter import sql_filter
from tests.integration.service_bus.broker.stored import Envelope

MINUTE = timedelta(minutes=1)
PLAIN = QueueSettings(most_deliveries=3)
SESSIONS = replace(PLAIN, sessions=True)


@pytest.fixture
def clock():
    return StoppedClock()


def sent(name, session=None, **more):
    return Envelope(id=name, session=session, **more)


def waiting(queue):
    return [stored.envelope.id for stored in queue.peek(1, 100)]


def test_a_message_is_locked_by_one_receiver_until_its_lock_runs_out(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("a"))
    first = queue.take().token

    assert queue.take() is None
    clock.advance(MINUTE)
    again = queue.take()

    assert (again.failures, again.envelope.id) == (1, "a")
    with pytest.raises(BrokerFault, match="lock supplied is invalid"):
        queue.complete(first)


def test_a_lock_that_is_renewed_holds_on(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("a"))
    token = queue.take().token
    clock.advance(MINUTE / 2)
    queue.renew(token)
    clock.advance(MINUTE / 2)

    queue.complete(token)

    assert len(queue) == 0


def test_a_released_message_comes_again_uncounted(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("a"))
    queue.release(queue.take().token)

    assert queue.take().failures == 0


def test_after_the_last_try_a_message_is_a_dead_letter_with_why(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("a"))
    for _ in range(3):
        queue.abandon(queue.take().token)

    [dead] = queue.dead_letters.peek(1, 10)

    assert len(queue) == 0
    assert dead.buried["DeadLetterReason"] == "MaxDeliveryCountExceeded"
    assert dead.failures == 0


def test_dead_letters_are_tried_for_ever_and_have_no_sessions(clock):
    queue = Queue("q", SESSIONS, clock)
    queue.put(sent("a", "s"))
    queue.sessions.accept("s", self := object())
    queue.dead_letter(queue.take("s").token, "Refused", "Why.")
    queue.release_session("s", self)

    for _ in range(20):
        queue.dead_letters.abandon(queue.dead_letters.take().token)

    assert queue.dead_letters.take().failures == 20


def test_a_repeat_is_dropped_within_the_window_only(clock):
    queue = Queue("q", QueueSettings(duplicate_window=MINUTE), clock)

    assert queue.put(sent("a")) == 1
    assert queue.put(sent("a")) is None
    clock.advance(MINUTE)
    assert queue.put(sent("a")) == 2


def test_a_scheduled_message_waits_can_be_cancelled_and_then_comes_last(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("late", scheduled=clock.now + MINUTE))
    never = queue.put(sent("never", scheduled=clock.now + MINUTE))
    queue.put(sent("now"))

    queue.cancel([never])
    with pytest.raises(BrokerFault, match="No message is scheduled"):
        queue.cancel([never])

    assert waiting(queue) == ["late", "now"]
    clock.advance(MINUTE)
    assert waiting(queue) == ["now", "late"]


def test_a_message_past_its_time_to_live_is_a_dead_letter(clock):
    queue = Queue("q", PLAIN, clock)
    queue.put(sent("a", time_to_live=MINUTE))
    clock.advance(MINUTE)

    assert queue.take() is None
    [dead] = queue.dead_letters.peek(1, 10)
    assert dead.buried["DeadLetterReason"] == "TTLExpiredException"


def test_a_deferred_message_is_had_by_its_number_only(clock):
    queue = Queue("q", PLAIN, clock)
    number = queue.put(sent("a"))
    queue.defer(queue.take().token)

    assert queue.take() is None
    [stored] = queue.take_by_number([number])
    queue.complete(stored.token)
    with pytest.raises(BrokerFault, match="Not every message"):
        queue.take_by_number([number])


def test_a_session_queue_wants_a_session(clock):
    with pytest.raises(BrokerFault, match="only messages of a session"):
        Queue("q", SESSIONS, clock).put(sent("a"))


def test_the_next_session_is_the_oldest_that_nobody_holds(clock):
    queue = Queue("q", SESSIONS, clock)
    for name, session in (("a", "x"), ("b", "y"), ("c", "x")):
        queue.put(sent(name, session))

    assert queue.free_session() == "x"
    queue.sessions.accept("x", "first")
    assert queue.free_session() == "y"
    with pytest.raises(BrokerFault, match="held by another"):
        queue.sessions.accept("x", "second")


def test_a_session_that_is_closed_gives_back_uncounted_one_that_runs_out_counts(clock):
    queue = Queue("q", SESSIONS, clock)
    queue.put(sent("a", "x"))
    queue.sessions.accept("x", "first")
    queue.take("x")
    queue.release_session("x", "first")
    queue.sessions.accept("x", "second")
    assert queue.take("x").failures == 0

    clock.advance(MINUTE)

    assert queue.free_session() == "x"
    queue.sessions.accept("x", "third")
    queue.release_session("x", "second")
    assert queue.take("x").failures == 1


def test_a_topic_copies_to_the_subscriptions_that_want_the_message_once(clock):
    critical = Subscription(rules={"critical": sql_filter("severity = 'critical'")})
    nothing = Subscription(rules={})
    subscriptions = {"log": Subscription(), "pager": critical, "mute": nothing}
    topic = TopicSettings(subscriptions=subscriptions, duplicate_window=MINUTE)
    namespace = Namespace({"alerts": topic}, clock)
    for name, severity in (("a", "critical"), ("b", "info"), ("a", "critical")):
        namespace.target("Alerts").put(sent(name, properties={"severity": severity}))

    found = [
        waiting(namespace.source(f"alerts/subscriptions/{name}"))
        for name in ("log", "pager", "mute")
    ]

    assert found == [["a", "b"], ["a"], []]


def test_an_unknown_path_is_refused(clock):
    with pytest.raises(BrokerFault, match="'nowhere' could not be found"):
        Namespace({}, clock).source("nowhere")
