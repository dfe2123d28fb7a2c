"""What the embedded queue does beyond the promises that every adapter keeps."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.embedded import EmbeddedQueue, QueueSettings
from shared.adapters.embedded.queue import _EARLIEST
from shared.adapters.message_rows import message_from_json, message_to_json
from shared.ports import Message
from tests.conftest import StoppedClock


def message(number, *, session="endpoint/loan-endpoint"):
    return Message(id=f"message-{number}", queue="checks", session=session, body={"number": number})


def opened(folder, clock):
    return EmbeddedQueue(
        folder / "queues.db", clock=clock, queues={"checks": QueueSettings(most_deliveries=3)}
    )


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def queue(tmp_path, clock):
    return opened(tmp_path, clock)


def test_it_tells_when_the_next_message_is_due(queue, clock):
    assert queue.next_due() is None

    queue.send([replace(message(1), scheduled=clock.now + timedelta(minutes=30))])

    assert queue.next_due() == clock.now + timedelta(minutes=30)


def test_the_next_message_that_is_due_may_be_of_any_queue(queue, clock):
    for minutes, name in ((30, "checks"), (10, "alerts"), (20, "promotion-requests")):
        later = clock.now + timedelta(minutes=minutes)
        queue.send([replace(message(minutes), queue=name, scheduled=later)])

    assert queue.next_due() == clock.now + timedelta(minutes=10)


def test_to_tell_when_the_next_one_is_due_no_session_is_gone_through(queue):
    with queue._database.read() as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {_EARLIEST}").fetchall()

    assert not [row["detail"] for row in plan if row["detail"].startswith("SCAN session")]


def test_it_shows_what_waits_due_or_not(queue, clock):
    later = replace(message(1), scheduled=clock.now + timedelta(minutes=30))
    queue.send([later, message(2)])

    assert queue.peek("checks") == [later, message(2)]


def test_dead_letters_keep_the_reason_of_the_last_try(queue):
    queue.send([message(1)])
    for _ in range(3):
        queue.abandon(queue.receive("checks"), "the endpoint did not answer")

    [dead] = queue.dead_letters("checks")

    assert dead.sentence == "the endpoint did not answer"


def test_what_nobody_read_in_its_time_is_put_aside(queue, clock):
    queue.send([replace(message(1), lives=60.0)])
    clock.advance(timedelta(minutes=1))

    assert queue.receive("checks") is None
    [dead] = queue.dead_letters("checks")
    assert (dead.reason, dead.message.id) == ("TTLExpiredException", "message-1")


def test_a_row_has_headers_only_where_there_are_any_and_is_read_back_either_way():
    plain, told = message(1), replace(message(1), headers={"subject": "other"})

    assert "headers" not in message_to_json(plain)
    assert message_from_json(message_to_json(plain)) == plain
    assert message_from_json(message_to_json(told)) == told


def test_letters_of_a_file_from_before_tries_were_kept_are_still_there(tmp_path, clock):
    row = message_to_json(message(1))
    with closing(sqlite3.connect(tmp_path / "queues.db")) as old, old:
        old.execute(
            "CREATE TABLE dead_letter (number INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT,"
            " at TEXT, reason TEXT, sentence TEXT, message TEXT)"
        )
        old.execute(
            "INSERT INTO dead_letter VALUES (7, 'checks', '2026-02-03T12:00:00Z', 'r', 's', ?)",
            (row,),
        )

    [letter] = opened(tmp_path, clock).dead_letters("checks")

    assert (letter.number, letter.tries, letter.message) == (7, 0, message(1))


def test_what_a_message_holds_is_not_shown(queue):
    queue.send([message(77)])

    assert "77" not in repr(queue.receive("checks").message).replace("message-77", "")


@settings(max_examples=20)
@given(plan=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12))
def test_nothing_is_lost_and_order_holds_whatever_is_abandoned(tmp_path_factory, plan):
    queue = opened(tmp_path_factory.mktemp("queue"), StoppedClock())
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


def test_a_busy_session_lets_every_other_have_its_turn(queue, clock):
    queue.send([message(n, session="busy") for n in range(50)])
    queue.send([message(100 + n, session=f"quiet-{n}") for n in range(3)])
    order = []
    for _ in range(6):
        clock.advance(timedelta(milliseconds=1))
        delivery = queue.receive("checks")
        queue.complete(delivery)
        order.append(delivery.message.session)

    assert order == ["busy", "quiet-0", "quiet-1", "quiet-2", "busy", "busy"]


def test_several_are_received_at_once_each_of_another_session(queue):
    queue.send([message(n, session="abc"[n % 3]) for n in range(9)])

    taken = queue.receive_some("checks", 10)

    assert [one.message.body["number"] for one in taken] == [0, 1, 2]
    queue.complete_all(taken)
    assert [one.message.body["number"] for one in queue.receive_some("checks", 2)] == [3, 4]


def test_what_is_completed_together_leaves_one_whose_lock_is_lost_to_who_has_it(queue, clock):
    queue.send([message(0, session="a")])
    late = queue.receive("checks")
    clock.advance(timedelta(minutes=2))
    again = queue.receive("checks")
    queue.send([message(1, session="b")])

    queue.complete_all([late, queue.receive("checks")])

    assert [one.body["number"] for one in queue.peek("checks")] == [0]
    queue.complete(again)


def test_a_message_that_is_due_later_does_not_hold_up_its_session(queue, clock):
    later = replace(message(1), scheduled=clock.now + timedelta(minutes=5))
    queue.send([later, message(2)])

    now = queue.receive("checks")
    queue.complete(now)

    assert now.message.id == "message-2"
    assert queue.receive("checks") is None
    clock.advance(timedelta(minutes=5))
    assert queue.receive("checks").message.id == "message-1"


def test_what_an_older_version_left_waiting_has_its_turn(tmp_path, clock):
    opened(tmp_path, clock).send([message(1), message(2, session="other")])
    with closing(sqlite3.connect(tmp_path / "queues.db")) as connection, connection:
        connection.execute("DROP TABLE session")
        connection.execute("PRAGMA user_version = 0")

    again = opened(tmp_path, clock)

    assert [one.message.id for one in again.receive_some("checks", 5)] == ["message-1", "message-2"]
