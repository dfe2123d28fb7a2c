"""What the SDK can do with the broker beyond what Driftgate's adapters use today."""

from contextlib import closing
from datetime import timedelta

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageNotFoundError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

PLAIN = "retraining-requests"
WAIT = 2


def send(client, queue, *bodies, **fields):
    with client.get_queue_sender(queue) as sender:
        sender.send_messages([ServiceBusMessage(body, **fields) for body in bodies])


def bodies(messages):
    return [str(message) for message in messages]


def test_a_message_is_scheduled_seen_and_cancelled(client, clock):
    later = clock.now + timedelta(hours=1)
    with client.get_queue_sender(PLAIN) as sender:
        first, second = sender.schedule_messages(
            [ServiceBusMessage("a"), ServiceBusMessage("b")], later
        )
        sender.cancel_scheduled_messages(first)
        with pytest.raises(MessageNotFoundError):
            sender.cancel_scheduled_messages(first)

    with client.get_queue_receiver(PLAIN) as receiver:
        [seen] = receiver.peek_messages(10)
        assert (seen.sequence_number, seen.state.name) == (second, "SCHEDULED")
        clock.advance(timedelta(hours=1))
        assert bodies(receiver.receive_messages(1, max_wait_time=WAIT)) == ["b"]


def test_a_lock_is_renewed_over_management(client, clock):
    send(client, PLAIN, "a")
    with client.get_queue_receiver(PLAIN) as receiver:
        [message] = receiver.receive_messages(1, max_wait_time=WAIT)
        clock.advance(timedelta(seconds=40))
        until = receiver.renew_message_lock(message)
        assert until == clock.now + timedelta(minutes=1)
        clock.advance(timedelta(seconds=40))

        receiver.complete_message(message)


def test_a_lock_that_ran_out_cannot_be_renewed(client, clock):
    send(client, PLAIN, "a")
    with client.get_queue_receiver(PLAIN) as receiver:
        [message] = receiver.receive_messages(1, max_wait_time=WAIT)
        clock.advance(timedelta(minutes=1))

        with pytest.raises(MessageLockLostError):
            receiver.renew_message_lock(message)


def test_a_deferred_message_is_received_by_its_number(client):
    send(client, PLAIN, "a")
    with client.get_queue_receiver(PLAIN) as receiver:
        [message] = receiver.receive_messages(1, max_wait_time=WAIT)
        receiver.defer_message(message)
        [again] = receiver.receive_deferred_messages(message.sequence_number)
        receiver.dead_letter_message(again, reason="Later", error_description="Never came.")

    with client.get_queue_receiver(PLAIN, sub_queue="deadletter") as receiver:
        [dead] = receiver.receive_messages(1, max_wait_time=WAIT)
        assert (dead.dead_letter_reason, dead.dead_letter_error_description) == (
            "Later",
            "Never came.",
        )
        receiver.complete_message(dead)


def test_receive_and_delete_leaves_nothing(client, broker):
    send(client, PLAIN, "a", "b")
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    with client.get_queue_receiver(PLAIN, receive_mode=mode) as receiver:
        assert bodies(receiver.receive_messages(2, max_wait_time=WAIT)) == ["a", "b"]

    assert broker.call(lambda: len(broker.namespace.source(PLAIN))) == 0


def test_what_was_fetched_ahead_is_given_back_uncounted(client):
    send(client, PLAIN, "a", "b", "c")
    with client.get_queue_receiver(PLAIN, prefetch_count=10) as receiver:
        receiver.complete_message(receiver.receive_messages(1, max_wait_time=WAIT)[0])

    with client.get_queue_receiver(PLAIN) as receiver:
        again = receiver.receive_messages(2, max_wait_time=WAIT)
        assert [(str(message), message.delivery_count) for message in again] == [
            ("b", 0),
            ("c", 0),
        ]


def test_a_session_keeps_a_state_and_is_renewed(client, clock):
    send(client, "checks", "a", session_id="s")
    with client.get_queue_receiver("checks", session_id="s", max_wait_time=WAIT) as receiver:
        assert receiver.session.get_state() is None
        receiver.session.set_state(b"half")
        clock.advance(timedelta(seconds=50))
        assert receiver.session.renew_lock() == clock.now + timedelta(minutes=1)
        assert receiver.session.get_state() == b"half"

    assert list(client.list_queue_sessions("checks")) == ["s"]


def test_a_held_session_is_refused_to_others_by_name(client):
    send(client, "checks", "a", session_id="s")
    with client.get_queue_receiver("checks", session_id="s", max_wait_time=WAIT) as first:
        first.receive_messages(1, max_wait_time=WAIT)
        other = client.get_queue_receiver("checks", session_id="s", max_wait_time=WAIT)

        with closing(other), pytest.raises(SessionCannotBeLockedError):
            other.receive_messages(1, max_wait_time=WAIT)


def test_a_session_that_ran_out_is_detached(client, clock):
    send(client, "checks", "a", session_id="s")
    next_one = {"session_id": NEXT_AVAILABLE_SESSION, "max_wait_time": WAIT}
    with client.get_queue_receiver("checks", **next_one) as receiver:
        [message] = receiver.receive_messages(1, max_wait_time=WAIT)
        clock.advance(timedelta(minutes=1))

        with pytest.raises((SessionLockLostError, MessageLockLostError)):
            receiver.complete_message(message)


def test_a_queue_with_sessions_refuses_a_receiver_without(client):
    receiver = client.get_queue_receiver("checks")

    with closing(receiver), pytest.raises(ServiceBusError, match="requires sessions"):
        receiver.receive_messages(1, max_wait_time=WAIT)


def test_a_message_past_its_time_to_live_is_a_dead_letter_once_somebody_receives(client, clock):
    send(client, PLAIN, "a", time_to_live=timedelta(seconds=30))
    clock.advance(timedelta(seconds=30))

    with client.get_queue_receiver(PLAIN) as receiver:
        assert receiver.receive_messages(1, max_wait_time=0.2) == []
    with client.get_queue_receiver(PLAIN, sub_queue="deadletter") as receiver:
        [dead] = receiver.peek_messages(10)
        assert dead.dead_letter_reason == "TTLExpiredException"


def test_kinds_of_bodies_and_properties_come_back_as_they_went(client):
    properties = {"text": "größe", "number": 7, "share": 0.25, "yes": True}
    body = b"x" * 200_000
    send(client, PLAIN, body, application_properties=properties, subject="s", to="t")

    with client.get_queue_receiver(PLAIN) as receiver:
        [message] = receiver.receive_messages(1, max_wait_time=WAIT)

    assert b"".join(message.body) == body
    received = {name.decode(): value for name, value in message.application_properties.items()}
    assert received == {**properties, "text": "größe".encode()}
    assert (message.subject, message.to) == ("s", "t")


def test_time_goes_on_for_a_receiver_that_waits(client, broker, clock):
    with client.get_queue_sender(PLAIN) as sender:
        soon = clock.now + timedelta(minutes=1)
        sender.send_messages(ServiceBusMessage("a", scheduled_enqueue_time_utc=soon))
    broker.call(lambda: broker.later(0.1, lambda: clock.advance(timedelta(minutes=1))))

    with client.get_queue_receiver(PLAIN) as receiver:
        assert bodies(receiver.receive_messages(1, max_wait_time=WAIT)) == ["a"]
