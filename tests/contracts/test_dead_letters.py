"""What every place of dead letters promises: SQLite and files, Service Bus and blobs alike."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.adapters.azure.blob_dead_letters import BlobDeadEvents, BlobNotes
from shared.adapters.azure.service_bus import Retries, ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.adapters.embedded import EmbeddedQueue
from shared.adapters.embedded.dead_events import FolderDeadEvents
from shared.errors import NotFound
from shared.ports import Message, Note
from tests.conftest import EVENTS, NOON, StoppedClock
from tests.integration.service_bus.entities import DRIFTGATE

WAIT = timedelta(seconds=0.3)


def message(number, queue="promotion-requests", **fields):
    return Message(
        id=f"message-{number}",
        queue=queue,
        session="model/churn",
        body={"number": number},
        **fields,
    )


@pytest.fixture
def clock():
    return StoppedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(params=["embedded", "service-bus"])
def bus(request, tmp_path, clock):
    """Sends, buries, looks and removes."""
    if request.param == "embedded":
        queue = EmbeddedQueue(tmp_path / "queues.db", clock=clock)
        yield SimpleNamespace(sender=queue, receiver=queue, letters=queue)
        return
    broker = request.getfixturevalue("broker_process")
    broker.reset(DRIFTGATE, clock)
    retries = Retries(retry_total=1, retry_backoff_factor=0.01)
    with (
        connect_to_local_broker(broker.connection_string, retries=retries) as client,
        closing(ServiceBusSender(client)) as sender,
        closing(ServiceBusReceiver(client, wait=WAIT)) as receiver,
    ):
        letters = ServiceBusDeadLetters(client, wait=WAIT)
        yield SimpleNamespace(sender=sender, receiver=receiver, letters=letters)


def buried(bus, *messages):
    """Their dead letters, in the order they were put aside."""
    bus.sender.send(messages)
    for one in messages:
        delivery = bus.receiver.receive(one.queue)
        bus.receiver.dead_letter(delivery, "Refused", f"Of {delivery.message.id}.")
    return bus.letters.dead_letters(messages[0].queue)


def test_letters_are_listed_oldest_first_with_numbers_that_stay_and_no_more_than_asked(bus):
    letters = buried(bus, message(1), message(2), message(3))

    assert [letter.message.body["number"] for letter in letters] == [1, 2, 3]
    assert len({letter.number for letter in letters}) == 3
    assert bus.letters.dead_letters("promotion-requests", limit=2) == letters[:2]


def test_a_letter_has_all_that_was_sent_and_its_body_as_it_came(bus):
    sent = replace(message(1), properties={"model": "churn"}, lives=3600.0)

    [letter] = buried(bus, sent)

    assert letter.message == sent
    assert json.loads(letter.original) == {"number": 1}
    assert (letter.reason, letter.sentence) == ("Refused", "Of message-1.")


def test_headers_that_are_not_those_of_the_body_are_kept(bus):
    told = {"subject": "other", "correlation_id": "c-1", "content_type": "text/json"}

    [letter] = buried(bus, replace(message(1), headers=told))

    assert letter.message.headers == told


def test_letters_are_removed_by_number_from_the_middle_and_the_others_stay(bus):
    first, second, third = buried(bus, message(1), message(2), message(3))

    assert set(bus.letters.remove("promotion-requests", {second.number})) == {second.number}
    left = bus.letters.dead_letters("promotion-requests")
    assert [letter.number for letter in left] == [first.number, third.number]
    assert set(bus.letters.remove("promotion-requests", {second.number})) == set()


def test_what_waits_in_the_queue_of_the_undelivered_is_listed_with_why_and_removed(bus):
    body = {"data": {"reason": "gone", "sentence": "The channel is gone."}}
    bus.sender.send(
        [replace(message(n, "undelivered"), id=f"notice-{n}", body=body) for n in range(3)]
    )

    first, second, _ = bus.letters.dead_letters("undelivered")
    assert (first.reason, first.sentence) == ("gone", "The channel is gone.")

    assert set(bus.letters.remove("undelivered", {second.number})) == {second.number}
    left = bus.letters.dead_letters("undelivered")
    assert [letter.message.id for letter in left] == ["notice-0", "notice-2"]
    assert bus.letters.dead_letters("undelivered/dead") == []


def test_a_subscription_has_letters_of_its_own(bus):
    notice = {"what": "notice", "channel": "teams"}
    bus.sender.send([message(1, "alerts", properties=notice)])
    delivery = bus.receiver.receive("alerts/teams")
    bus.receiver.dead_letter(delivery, "Refused", "No.")

    [letter] = bus.letters.dead_letters("alerts/teams")

    assert (letter.message.queue, letter.message.properties) == ("alerts/teams", notice)
    assert bus.letters.dead_letters("alerts") == []


def note(number=7, **fields):
    return Note(
        **{
            "queue": "alerts/teams",
            "message_id": "m-1",
            "number": number,
            "at": NOON,
            "reason": "InvalidData",
            "sentence": "It names no model.",
            "tries": 10,
            "whole": True,
            "session": "s",
            "properties": {"model": "churn"},
            "headers": {"subject": "x"},
            "lives": 60.0,
            "body": b"\xff{",
            **fields,
        }
    )


@pytest.fixture(params=["embedded", "blobs"])
def notes(request, tmp_path, clock):
    if request.param == "embedded":
        return EmbeddedQueue(tmp_path / "queues.db", clock=clock).notes
    return BlobNotes(request.getfixturevalue("account").blobs)


def test_a_note_keeps_every_byte_and_is_listed_with_its_queue_alone(notes):
    kept = [note(), note(8, at=NOON + timedelta(hours=1), edited=b"{}", body=None, whole=False)]
    for one in reversed(kept):
        notes.keep(one)
    notes.keep(note(queue="checks"))

    assert notes.notes("alerts/teams") == kept
    assert notes.notes("alerts/teams", limit=1)[0] in kept
    assert notes.notes("alerts") == []
    assert notes.count() == 2
    assert [notes.note("alerts/teams", one.message_id, one.number) for one in kept] == kept
    assert notes.note("alerts/teams", kept[0].message_id, 99) is None


def test_a_note_of_the_same_message_takes_the_place_of_the_one_before(notes):
    notes.keep(note())
    notes.keep(note(edited=b'{"n": 2}'))

    assert [one.edited for one in notes.notes("alerts/teams")] == [b'{"n": 2}']
    notes.drop(note())
    notes.drop(note())
    assert (notes.notes("alerts/teams"), notes.count()) == ([], 0)


PLACE = "DRIFTGATE-WORKSPACE-EVENTS/2026/2/3/9/2c1f.json"
FORMS = ("eventgrid", "cloudevents")


def sample(form):
    return json.loads((EVENTS / f"eventgrid_dead_letter.{form}.json").read_bytes())


@pytest.fixture(params=["folder", "blobs"])
def grid(request, tmp_path):
    """Where Event Grid writes, and who reads it."""
    if request.param == "folder":

        def write(name, content):
            path = tmp_path / "dead-events" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

        return SimpleNamespace(write=write, events=FolderDeadEvents(tmp_path / "dead-events"))
    account = request.getfixturevalue("account")
    BlobNotes(account.blobs).keep(note())
    return SimpleNamespace(
        write=lambda name, content: account.keep("deadletters", name, content),
        events=BlobDeadEvents(account.blobs),
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_dead_event_tells_why_and_has_the_envelope_as_it_was(grid, form):
    written = sample(form)
    entries = written if isinstance(written, list) else [written]
    grid.write(PLACE, json.dumps(entries).encode())

    [event] = grid.events.dead_events()

    assert (event.reason, event.tries) == ("MaxDeliveryAttemptsExceeded", 1)
    assert event.sentence == "Event Grid could not deliver it: the last answer was NotFound."
    envelope = json.loads(event.envelope)
    assert envelope["id"] == entries[0]["id"]
    assert not [name for name in envelope if "dead" in name.lower() or "delivery" in name.lower()]
    assert grid.events.count_events() == 1


def test_one_event_of_a_file_is_removed_and_the_last_takes_the_file_with_it(grid):
    grid.write(PLACE, json.dumps([{**sample("cloudevents"), "id": n} for n in "ab"]).encode())
    first, second = grid.events.dead_events()

    grid.events.remove_event(first)
    assert grid.events.dead_events() == [second]
    grid.events.remove_event(first)
    grid.events.remove_event(second)

    assert (grid.events.dead_events(), grid.events.count_events()) == ([], 0)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b"[[[", b"{"])
def test_a_file_that_is_no_array_of_events_is_a_dead_event_itself(grid, content):
    grid.write(PLACE, content)

    [event] = grid.events.dead_events()

    assert (event.reason, event.envelope) == ("unreadable", content)
    grid.events.remove_event(event)
    assert grid.events.dead_events() == []


def test_an_unknown_queue_is_not_found_on_service_bus(bus):
    if isinstance(bus.letters, EmbeddedQueue):
        assert bus.letters.dead_letters("nowhere") == []
        return
    with pytest.raises(NotFound, match="'nowhere'"):
        bus.letters.dead_letters("nowhere")
