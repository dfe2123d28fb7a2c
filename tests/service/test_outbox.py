"""What the broker refuses: it holds up no other, waits for a while, and is put aside with why."""

import json
from datetime import timedelta

import pytest

from shared.errors import NotFound, Refused


class Choosy:
    """A sender that refuses what `bad` names, alone or together with others."""

    def __init__(self, sender, bad):
        self.sender, self.bad = sender, bad

    def send(self, messages):
        if any(self.bad(message) for message in messages):
            raise Refused("The message is larger than the queue takes.")
        self.sender.send(messages)


def test_a_message_that_the_broker_refuses_stays_and_holds_up_no_other(scene, completed):
    state = "{provisioning_state: Failed}"
    scene.endpoint("{blue: 100}", f"{{blue: {{}}, green: {state}, grey: {state}}}")
    service, sender = scene.application.service, scene.application.adapters.sender
    service._sender = Choosy(sender, lambda m: m.properties.get("label_deployment") == "green")

    scene.send(completed("green"))

    assert [notice["data"]["alert"]["labels"]["deployment"] for notice in scene.notices] == ["grey"]
    [kept] = scene.application.ledger.unsent()
    assert kept.properties["label_deployment"] == "green"

    service._sender = sender

    assert (service.sweep(), scene.application.ledger.unsent()) == (1, [])


def put_aside(scene):
    return [
        (note.reason, json.loads(note.body)["data"]["alert"]["labels"]["deployment"])
        for note in scene.application.adapters.notes.notes("alerts")
    ]


def test_a_message_that_is_refused_for_an_hour_is_put_aside_with_why(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    service, sender = scene.application.service, scene.application.adapters.sender
    service._sender = Choosy(sender, lambda message: message.queue == "alerts")
    scene.send(completed("green"))

    scene.clock.advance(timedelta(minutes=59))
    service.sweep()
    assert (put_aside(scene), len(scene.application.ledger.unsent())) == ([], 1)

    scene.clock.advance(timedelta(minutes=1))
    service.sweep()
    assert put_aside(scene) == [("Refused", "green")]
    assert scene.application.ledger.unsent() == []


def test_where_a_queue_is_missing_its_messages_wait_for_days(scene, completed):
    class Missing(Choosy):
        def send(self, messages):
            if any(self.bad(message) for message in messages):
                raise NotFound("There is no topic alerts.")
            self.sender.send(messages)

    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    service, sender = scene.application.service, scene.application.adapters.sender
    service._sender = Missing(sender, lambda message: message.queue == "alerts")
    scene.send(completed("green"))

    scene.clock.advance(timedelta(days=2, hours=23))
    service.sweep()
    assert put_aside(scene) == []

    scene.clock.advance(timedelta(hours=1))
    service.sweep()
    assert put_aside(scene) == [("NotFound", "green")]


def test_a_crash_between_the_note_and_the_mark_leaves_one_note(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {provisioning_state: Failed}}")
    service, ledger = scene.application.service, scene.application.ledger
    service._sender = Choosy(service._sender, lambda message: message.queue == "alerts")
    scene.send(completed("green"))
    scene.clock.advance(timedelta(hours=1))
    mark, ledger.mark_sent = ledger.mark_sent, lambda _: 1 / 0
    with pytest.raises(ZeroDivisionError):
        service.sweep()

    ledger.mark_sent = mark
    service.sweep()

    assert (len(put_aside(scene)), ledger.unsent()) == (1, [])


def test_a_broker_that_refuses_everything_is_told_as_that(scene, completed):
    names = [f"d{number}" for number in range(25)]
    failed = ", ".join(f"{name}: {{provisioning_state: Failed}}" for name in names)
    scene.endpoint("{blue: 100}", f"{{blue: {{}}, {failed}}}")
    service = scene.application.service
    service._sender = Choosy(service._sender, lambda message: message.queue == "alerts")

    scene.send(completed("d1"))

    with pytest.raises(Refused, match="larger than the queue takes"):
        service.sweep()
    assert len(scene.application.ledger.unsent()) == 25
