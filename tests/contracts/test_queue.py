"""What every sender and receiver promises, whatever is behind it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.embedded import EmbeddedQueue, QueueSettings
from shared.errors import Conflict, Refused
from shared.ports import Message
from tests.conftest import StoppedClock


def message(number, *, session="endpoint/loan-endpoint", queue="checks"):
    return Message(id=f"message-{number}", queue=queue, session=session, body={"number": number})


def embedded(folder, clock):
    return EmbeddedQueue(
        folder / "queues.db", clock=clock, queues={"checks": QueueSettings(most_deliveries=3)}
    )


@pytest.fixture(params=[embedded], ids=["embedded"])
def make_queue(request):
    """Add the adapter of another broker here and it has to keep the same promises."""
    return request.param


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def queue(make_queue, tmp_path, clock):
    return make_queue(tmp_path, clock)


def take(queue):
    delivery = queue.receive("checks")
    if delivery is None:
        return None
    queue.complete(delivery)
    return delivery.message.body["number"]


def test_messages_of_a_session_come_in_the_order_they_were_sent(queue):
    queue.send([message(1), message(2), message(3)])

    assert [take(queue), take(queue), take(queue), take(queue)] == [1, 2, 3, None]


def test_a_session_is_held_by_one_receiver_at_a_time(queue):
    queue.send([message(1), message(2), message(3, session="model/other")])

    first, second, third = (queue.receive("checks") for _ in range(3))

    assert first.message.body["number"] == 1
    assert second.message.body["number"] == 3
    assert third is None


def test_a_repeat_of_a_message_id_is_dropped_within_the_window_and_taken_after_it(queue, clock):
    queue.send([message(1), message(1)])
    assert [take(queue), take(queue)] == [1, None]

    clock.advance(timedelta(minutes=11))
    queue.send([message(1)])

    assert take(queue) == 1


def test_a_scheduled_message_is_not_seen_before_its_time(queue, clock):
    queue.send([replace(message(1), scheduled=clock.now + timedelta(minutes=30))])

    assert take(queue) is None
    assert queue.next_due() == clock.now + timedelta(minutes=30)

    clock.advance(timedelta(minutes=30))
    assert take(queue) == 1


def test_an_abandoned_message_comes_first_again_with_its_count(queue):
    queue.send([message(1), message(2)])
    queue.abandon(queue.receive("checks"), "not now")

    again = queue.receive("checks")

    assert (again.message.body["number"], again.delivery_count) == (1, 2)


def test_after_its_tries_a_message_is_put_aside_with_the_last_reason_and_the_next_one_comes(queue):
    queue.send([message(1), message(2)])
    for _ in range(3):
        queue.abandon(queue.receive("checks"), "the endpoint did not answer")

    [dead] = queue.dead_letters("checks")
    assert (dead.reason, dead.sentence) == (
        "MaxDeliveryCountExceeded",
        "the endpoint did not answer",
    )
    assert dead.message == message(1)
    assert take(queue) == 2


def test_a_lock_that_ran_out_gives_the_message_back_and_can_no_longer_be_settled(queue, clock):
    queue.send([message(1)])
    late = queue.receive("checks")
    clock.advance(timedelta(minutes=2))

    again = queue.receive("checks")

    assert again.delivery_count == 2
    with pytest.raises(Conflict, match="lock on message message-1 is lost"):
        queue.complete(late)
    queue.complete(again)


def test_a_lock_that_always_runs_out_ends_in_the_dead_letters(queue, clock):
    queue.send([message(1)])
    for _ in range(3):
        assert queue.receive("checks") is not None
        clock.advance(timedelta(minutes=2))

    assert queue.receive("checks") is None
    assert [dead.reason for dead in queue.dead_letters("checks")] == ["MaxDeliveryCountExceeded"]


def test_a_message_can_be_put_aside_at_once_with_a_sentence(queue):
    queue.send([message(1)])

    queue.dead_letter(queue.receive("checks"), "Refused", "It names no subject.")

    [dead] = queue.dead_letters("checks")
    assert (dead.reason, dead.sentence) == ("Refused", "It names no subject.")
    assert take(queue) is None


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (replace(message(1), session=""), "Message message-1 has no session"),
        (replace(message(1), id="x" * 129), "A message id and a session have 1 to 128"),
        (replace(message(1), body={"text": "x" * 300_000}), "over the limit of 262144"),
    ],
)
def test_a_message_the_cloud_would_refuse_is_refused_here(queue, bad, sentence):
    with pytest.raises(Refused, match=sentence):
        queue.send([bad])


def test_four_receivers_take_each_message_once_and_keep_every_session_in_order(queue):
    sessions = ("a", "b", "c", "d", "e")
    queue.send([message(n, session=sessions[n % 5]) for n in range(100)])

    def work(_):
        taken = []
        while (number := take(queue)) is not None or queue.peek("checks"):
            if number is not None:
                taken.append(number)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [number for part in pool.map(work, range(4)) for number in part]

    assert sorted(taken) == list(range(100))


@settings(max_examples=20, deadline=None)
@given(plan=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12))
def test_nothing_is_lost_and_order_holds_whatever_is_abandoned(tmp_path_factory, plan):
    queue = embedded(tmp_path_factory.mktemp("queue"), StoppedClock())
    queue.send([message(n, session=session) for n, (session, _) in enumerate(plan)])
    done: list[int] = []

    while (delivery := queue.receive("checks")) is not None:
        number = delivery.message.body["number"]
        if delivery.delivery_count <= plan[number][1]:
            queue.abandon(delivery, "again")
        else:
            queue.complete(delivery)
            done.append(number)

    dead = [letter.message.body["number"] for letter in queue.dead_letters("checks")]
    assert sorted(done + dead) == list(range(len(plan)))
    for session in "abc":
        mine = [number for number in done if plan[number][0] == session]
        assert mine == sorted(mine)
