"""Receiving under locks, dead letters, and the filters of subscriptions."""

import logging
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage

from shared.adapters.azure.service_bus import ServiceBusSender
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.errors import Conflict, NoPermission, NotFound
from shared.ports import Message
from tests.integration.service_bus.broker.settings import Subscription
from tests.integration.service_bus.broker.sql_filter import sql_filter
from tests.integration.service_bus.entities import DRIFTGATE

WAIT = timedelta(seconds=1)
LINGER = timedelta(seconds=0.1)


def message(number, *, queue="checks", session="model/loan-default", **properties):
    return Message(
        id=f"message-{number}",
        queue=queue,
        session=session,
        body={"number": number},
        properties=properties,
    )


@pytest.fixture
def sender(client):
    with closing(ServiceBusSender(client)) as made:
        yield made


@pytest.fixture
def receiver(client):
    with closing(ServiceBusReceiver(client, wait=WAIT, linger=LINGER)) as made:
        yield made


@pytest.fixture
def graveyard(client):
    return ServiceBusDeadLetters(client, wait=WAIT)


def test_a_queue_without_sessions_gives_several_messages_at_once(sender, receiver):
    sender.send([message(n, queue="promotion-requests") for n in range(3)])

    deliveries = [receiver.receive("promotion-requests") for _ in range(4)]

    assert [d and d.message.body["number"] for d in deliveries] == [0, 1, 2, None]
    for delivery in deliveries[:3]:
        receiver.complete(delivery)
    assert receiver.receive("promotion-requests") is None


def test_a_link_is_used_again_for_the_next_message(sender, receiver, broker):
    sender.send([message(n, queue="promotion-requests") for n in range(5)])

    for _ in range(5):
        receiver.complete(receiver.receive("promotion-requests"))

    assert len(broker.endpoints) == 2


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_message_is_settled_over_a_new_connection_when_the_old_one_is_gone(
    sender, receiver, broker
):
    sender.send([message(1, queue="promotion-requests")])
    delivery = receiver.receive("promotion-requests")
    broker.drop_connections()

    receiver.complete(delivery)

    assert len(broker.call(lambda: broker.namespace.source("promotion-requests"))) == 0


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_session_whose_connection_is_gone_is_lost_and_its_message_comes_again(
    sender, receiver, broker
):
    sender.send([message(1)])
    delivery = receiver.receive("checks")
    broker.drop_connections()

    with pytest.raises(Conflict, match="lock on message message-1 is lost"):
        receiver.complete(delivery)

    assert receiver.receive("checks").message == message(1)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("queue", ["checks", "promotion-requests"])
def test_a_receiver_goes_on_after_a_dropped_connection(sender, receiver, broker, queue):
    sender.send([message(1, queue=queue)])
    receiver.complete(receiver.receive(queue))
    broker.drop_connections()
    sender.send([message(2, queue=queue)])

    assert receiver.receive(queue).message == message(2, queue=queue)


def test_a_message_cannot_be_settled_twice(sender, receiver):
    sender.send([message(1)])
    delivery = receiver.receive("checks")
    receiver.complete(delivery)

    with pytest.raises(Conflict, match="lock on message message-1 is lost"):
        receiver.complete(delivery)


def test_why_a_message_was_given_back_is_logged(sender, receiver, caplog):
    sender.send([message(1)])
    with caplog.at_level(logging.WARNING, logger="driftgate.service_bus"):
        receiver.abandon(receiver.receive("checks"), "the endpoint did not answer")

    assert "message message-1 of checks is given back after try 1" in caplog.text
    assert "the endpoint did not answer" in caplog.text


def test_a_closed_receiver_gives_its_sessions_back(sender, receiver):
    sender.send([message(1)])
    receiver.receive("checks")

    receiver.close()

    assert receiver.receive("checks").delivery_count == 1


def test_an_unknown_queue_is_named(receiver, graveyard):
    with pytest.raises(NotFound, match="no queue, topic or subscription 'nowhere'"):
        receiver.receive("nowhere")
    with pytest.raises(NotFound, match="no queue, topic or subscription 'nowhere'"):
        graveyard.dead_letters("nowhere")


@pytest.mark.parametrize("fault", ["token", "role"])
def test_an_identity_that_may_not_receive_is_told_the_role(receiver, graveyard, broker, fault):
    broker.faults.token_status = 401 if fault == "token" else 200
    broker.faults.without_role = fault == "role"

    for look in (receiver.receive, graveyard.dead_letters):
        with pytest.raises(NoPermission, match="Azure Service Bus Data Receiver"):
            look("promotion-requests")
    with pytest.raises(NoPermission, match="Azure Service Bus Data Receiver"):
        receiver.receive("checks")


def test_a_body_that_is_no_json_object_is_put_aside_and_the_next_one_comes(
    client, sender, receiver, graveyard
):
    with client.get_queue_sender("promotion-requests") as link:
        link.send_messages([ServiceBusMessage(b"\xff", message_id="bad"), ServiceBusMessage("[1]")])
    sender.send([message(1, queue="promotion-requests")])

    delivery = receiver.receive("promotion-requests")

    assert delivery.message.body == {"number": 1}
    first, second = graveyard.dead_letters("promotion-requests")
    assert first.sentence == "Message bad in promotion-requests is not a JSON object."
    assert (first.reason, first.message.body) == ("MalformedPayload", {"text": "\ufffd"})
    assert second.message.body == {"text": "[1]"}


def test_a_dead_letter_under_lock_is_still_seen(client, sender, receiver, graveyard):
    sender.send([message(1, queue="promotion-requests")])
    receiver.dead_letter(receiver.receive("promotion-requests"), "Refused", "Nobody reads it.")
    [seen] = graveyard.dead_letters("promotion-requests")

    with client.get_queue_receiver("promotion-requests", sub_queue="deadletter") as link:
        [locked] = link.receive_messages(1, max_wait_time=1)

        assert locked.sequence_number == seen.number
        assert graveyard.dead_letters("promotion-requests") == [seen]


def test_more_dead_letters_than_a_page_are_read_and_no_more_than_asked(sender, graveyard, broker):
    broker.reset(
        {**DRIFTGATE, "checks": replace(DRIFTGATE["checks"], most_deliveries=1)}, broker.clock
    )
    sender.send([message(n) for n in range(130)])

    def bury():
        queue = broker.namespace.source("checks")
        queue.sessions.accept("model/loan-default", queue)
        while (stored := queue.take("model/loan-default")) is not None:
            queue.abandon(stored.token)

    broker.call(bury)

    assert [dead.message.body["number"] for dead in graveyard.dead_letters("checks")] == list(
        range(130)
    )
    assert len(graveyard.dead_letters("checks", limit=120)) == 120


def test_a_subscription_gets_what_its_filter_wants(sender, client, broker):
    pager = Subscription(rules={"$Default": sql_filter("severity IN ('critical', 'error')")})
    alerts = DRIFTGATE["alerts"]
    subscriptions = {**alerts.subscriptions, "pager": pager}
    broker.reset(
        {**DRIFTGATE, "alerts": replace(alerts, subscriptions=subscriptions)}, broker.clock
    )
    sender.send(
        [
            message(1, queue="alerts", severity="info"),
            message(2, queue="alerts", severity="critical"),
        ]
    )
    receivers = {
        name: ServiceBusReceiver(client, wait=WAIT, linger=LINGER, subscriptions={"alerts": name})
        for name in ("log", "pager")
    }

    found = {
        name: [receiver.receive("alerts") for _ in range(2)] for name, receiver in receivers.items()
    }

    for receiver in receivers.values():
        receiver.close()
    numbers = {n: [d and d.message.body["number"] for d in got] for n, got in found.items()}
    assert numbers == {"log": [1, 2], "pager": [2, None]}


def test_a_message_that_lapsed_is_forgotten_so_that_links_do_not_pile_up(client, sender, clock):
    later = timedelta(0)
    receiver = ServiceBusReceiver(client, wait=WAIT, linger=LINGER, clock=lambda: clock.now + later)
    sender.send([message(1, queue="promotion-requests"), message(2, queue="promotion-requests")])
    lapsed = receiver.receive("promotion-requests")
    later = timedelta(minutes=2)
    receiver.receive("promotion-requests")

    with pytest.raises(Conflict, match="lock on message message-1 is lost"):
        receiver.complete(lapsed)
    receiver.close()
