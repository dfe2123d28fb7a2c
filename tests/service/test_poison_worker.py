"""What can never be handled ends aside with why and its bytes, and what comes behind flows on."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import canonical_json
from shared.errors import InvalidData, Unavailable
from shared.ports import Message
from shared.service.worker import Worker

QUEUE = "retraining-requests"
GOOD = Message(id="good", queue=QUEUE, session="s", body={"id": "good"})
POISON = replace(GOOD, id="poison", body={"id": "poison"})


class Died(BaseException):
    """The process ends; nothing that would come after it is done."""


@pytest.fixture
def queue(scene):
    return scene.application.queue


def worked(scene, handle):
    """All that was handled once nothing waits any more, whatever pauses that takes."""
    done, queue = [], scene.application.queue

    def take(body):
        if body["id"] == "poison":
            handle()
        done.append(body["id"])

    worker = Worker(queue, {QUEUE: take})
    worker.drain()
    while (due := queue.next_due()) is not None:
        scene.clock.now = max(scene.clock.now, due)
        worker.drain()
    return done


def raising(problem):
    def handle():
        raise problem

    return handle


@pytest.mark.parametrize(
    ("problem", "reason", "sentence", "tries"),
    [
        (InvalidData("It names no model."), "InvalidData", "It names no model.", 1),
        (Unavailable("No answer."), "MaxDeliveryCountExceeded", "No answer.", 10),
        (
            ZeroDivisionError("/home/s3cret"),
            "MaxDeliveryCountExceeded",
            "Driftgate failed to handle it: ZeroDivisionError in test_poison_worker.py, line ",
            10,
        ),
        (RecursionError(), "MaxDeliveryCountExceeded", "Driftgate failed to handle it: Rec", 10),
    ],
)
def test_whatever_is_raised_ends_aside_after_its_tries(
    queue, scene, caplog, problem, reason, sentence, tries
):
    queue.send([POISON, GOOD])

    assert worked(scene, raising(problem)) == ["good"]

    [letter] = queue.dead_letters(QUEUE)
    assert (letter.reason, letter.tries) == (reason, tries)
    assert letter.sentence.startswith(sentence)
    assert letter.original == canonical_json(POISON.body)
    lines = [record for record in caplog.records if record.name == "driftgate.dead_letters"]
    assert len(lines) == tries
    assert "s3cret" not in caplog.text


def test_a_process_that_dies_on_it_each_time_is_survived(queue, scene):
    queue.send([POISON, GOOD])
    done = []
    for _ in range(12):
        with suppress(Died):
            done += worked(scene, raising(Died()))
        scene.clock.advance(timedelta(minutes=2))

    [letter] = queue.dead_letters(QUEUE)
    assert (letter.reason, letter.tries, done) == ("MaxDeliveryCountExceeded", 10, ["good"])


def test_a_lock_that_runs_out_each_time_ends_aside_and_stops_no_worker(queue, scene):
    """The handler takes longer than its lock, so that its message cannot be settled."""
    queue.send([POISON, GOOD])

    done = worked(scene, lambda: scene.clock.advance(timedelta(minutes=2)))

    assert done == ["poison"] * 10 + ["good"]
    [letter] = queue.dead_letters(QUEUE)
    assert letter.sentence == "Its lock ran out each time."


def test_what_nobody_read_in_time_is_aside(queue, scene):
    queue.send([replace(POISON, lives=60.0), GOOD])
    scene.clock.advance(timedelta(minutes=1))

    assert worked(scene, raising(Died())) == ["good"]
    assert [letter.reason for letter in queue.dead_letters(QUEUE)] == ["TTLExpiredException"]


@pytest.mark.parametrize(
    "row", ["nothing", "[1]", '{"id": "x"}', '{"body": [1]}', "", b"\xff\xfe", "[" * 100_000]
)
def test_a_row_that_is_no_message_is_aside_to_the_last_byte(queue, scene, row):
    queue.send([POISON, GOOD])
    with closing(sqlite3.connect(scene.home / "queues.db")) as connection, connection:
        connection.execute("UPDATE message SET message = ? WHERE id = 'poison'", (row,))
    connection.close()

    assert worked(scene, raising(Died())) == ["good"]
    [letter] = queue.dead_letters(QUEUE)
    assert letter.original == (row if isinstance(row, bytes) else row.encode())
    assert letter.reason == "MalformedPayload"
    assert queue.peek(QUEUE) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"specversion": "1.0"},
        {"id": 1, "source": [], "type": "io.driftgate.NoSuchThing", "subject": {}, "time": "t"},
        {"id": "x", "source": "s", "type": "CheckDue", "subject": "a/b", "time": 3},
        {"text": "\ufffd"},
    ],
)
def test_what_is_no_event_is_aside_after_one_try(scene, queue, body):
    queue.send([replace(POISON, queue="checks", body=body)])

    scene.drain()

    [letter] = queue.dead_letters("checks")
    assert (letter.reason, letter.tries) == ("MalformedPayload", 1)
    assert letter.sentence.startswith("A message of the queue checks is no event of ours: ")


def test_an_event_whose_reaction_has_a_bug_is_aside_after_its_tries(scene, queue):
    event = {
        "specversion": "1.0",
        "id": "e",
        "source": "driftgate/schedule",
        "type": "io.driftgate.CheckDue",
        "subject": "endpoint/e",
        "time": "2026-02-03T12:00:00Z",
        "data": {},
    }
    queue.send([replace(POISON, queue="checks", body=event)])

    for _ in range(10):
        scene.drain()
        scene.clock.advance(timedelta(minutes=1))

    [letter] = queue.dead_letters("checks")
    assert (letter.reason, letter.tries) == ("MaxDeliveryCountExceeded", 10)
    assert letter.sentence.startswith("Driftgate failed to handle it: KeyError in ")
