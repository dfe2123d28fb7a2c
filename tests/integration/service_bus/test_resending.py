"""Dead letters of Service Bus are sent again and taken away, over the real SDK."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage

from shared.adapters.azure.service_bus import ServiceBusSender
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.errors import Unavailable
from shared.ports import Message
from shared.service.dead_letters.editing import keep
from shared.service.dead_letters.letters import SOURCES, find
from shared.service.dead_letters.resending import resend

QUEUE = "promotion-requests"
WAIT = timedelta(seconds=0.3)
LINGER = timedelta(seconds=0.1)


@pytest.fixture
def receiver(client):
    with closing(ServiceBusReceiver(client, wait=WAIT, linger=LINGER)) as made:
        yield made


@pytest.fixture
def bus(scene, client):
    """An application whose messages go over Service Bus, all else in files."""
    with closing(ServiceBusSender(client)) as sender:
        adapters = replace(
            scene.application.adapters,
            sender=sender,
            dead_letters=ServiceBusDeadLetters(client, wait=WAIT),
        )
        scene.application = replace(scene.application, adapters=adapters)
        yield scene


def again(scene, letters, **changes):
    app = scene.application
    who = {"author": "berta", "reason": "mended", "via": "test"}
    return list(
        resend(
            letters,
            service=app.service,
            adapters=replace(app.adapters, **changes),
            now=scene.clock(),
            **who,
        )
    )


def letters(scene):
    found = find(scene.application.adapters, SOURCES[:-1])
    assert found.problems == ()
    return found.letters


def test_a_letter_comes_back_whole_and_in_its_session(bus, receiver):
    sent = Message(
        id="m-1",
        queue="checks",
        session="model/churn",
        body={"id": "b-1", "subject": "model/churn"},
        properties={"kind": "drift"},
        lives=3600.0,
        headers={"correlation_id": "c-9"},
    )
    bus.application.adapters.sender.send([sent])
    receiver.dead_letter(receiver.receive("checks"), "Refused", "No.")
    [letter] = letters(bus)

    [one] = again(bus, [letter])

    assert (one.outcome, letters(bus)) == ("sent", ())
    back = receiver.receive("checks").message
    assert (back.id, back.session, back.body) == (one.sent_as, "model/churn", sent.body)
    assert back.properties == sent.properties


class Stuck:
    """Looks, and fails to remove: the process ends in between, as far as the letters can tell."""

    def __init__(self, letters):
        self.dead_letters = letters.dead_letters

    def remove(self, queue, numbers):
        raise Unavailable(f"No answer about {len(numbers)} of {queue}.")


def test_what_was_sent_and_not_removed_is_dropped_as_a_duplicate_when_sent_again(bus, receiver):
    sender = bus.application.adapters.sender
    sender.send([Message(id=f"m-{n}", queue=QUEUE, session="s", body={"n": n}) for n in range(3)])
    for _ in range(3):
        receiver.dead_letter(receiver.receive(QUEUE), "Refused", "No.")
    found = letters(bus)
    with pytest.raises(Unavailable):
        again(bus, found, dead_letters=Stuck(bus.application.adapters.dead_letters))
    assert letters(bus) == found

    again(bus, found)

    assert letters(bus) == ()
    taken = [receiver.receive(QUEUE) for _ in range(4)]
    assert [one and one.message.body["n"] for one in taken] == [0, 1, 2, None]


def test_bytes_that_are_no_json_are_kept_and_sent_once_they_are_mended(bus, client, receiver):
    with client.get_queue_sender(QUEUE) as link:
        link.send_messages(
            ServiceBusMessage(b"\xff{", message_id="bad", application_properties={"model": "churn"})
        )
    assert receiver.receive(QUEUE) is None
    [letter] = letters(bus)
    assert (letter.original, letter.reason) == (b"\xff{", "MalformedPayload")

    keep(letter, b'{"id": "mended"}', bus.application.adapters, bus.clock())
    again(bus, letters(bus))

    back = receiver.receive(QUEUE).message
    assert (back.body, back.properties) == ({"id": "mended"}, {"model": "churn"})
    assert letters(bus) == ()
