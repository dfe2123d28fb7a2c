"""The worker of Driftgate takes from Service Bus as it does from the embedded queue."""

from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from shared.adapters.azure.service_bus import ServiceBusSender
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.errors import InvalidData, Unavailable
from shared.ports import Message
from shared.service.worker import Worker


def message(number, *, queue="checks", session="model/loan-default"):
    return Message(id=f"{queue}-{number}", queue=queue, session=session, body={"number": number})


@pytest.fixture
def receiver(client):
    wait, linger = timedelta(seconds=1), timedelta(seconds=0.1)
    with closing(ServiceBusReceiver(client, wait=wait, linger=linger)) as made:
        yield made


@pytest.fixture
def sender(client):
    with closing(ServiceBusSender(client)) as made:
        yield made


@pytest.fixture
def graveyard(client):
    return ServiceBusDeadLetters(client)


def test_what_is_refused_is_put_aside_and_what_is_unavailable_is_tried_again(
    sender, receiver, graveyard
):
    tries: Counter[int] = Counter()

    def handle(body):
        number = body["number"]
        tries[number] += 1
        if number == 1:
            raise InvalidData("The window has no column `age`; name another one.")
        if number == 2 and tries[number] < 3:
            raise Unavailable("The workspace did not answer.")

    sender.send([message(n) for n in range(4)])

    Worker(receiver, {"checks": handle}).drain()

    [dead] = graveyard.dead_letters("checks")
    assert tries == {0: 1, 1: 1, 2: 3, 3: 1}
    assert (dead.message, dead.reason) == (message(1), "InvalidData")
    assert dead.sentence == "The window has no column `age`; name another one."


def test_every_queue_and_the_topic_are_drained(sender, receiver):
    names = ("checks", "alerts", "retraining-requests", "promotion-requests")
    seen: dict[str, list[int]] = {name: [] for name in names}
    sender.send([message(n, queue=name) for n in (1, 2) for name in names])

    worker = Worker(
        receiver,
        {name: lambda body, to=name: seen[to].append(body["number"]) for name in names},
    )
    worker.step()
    worker.step()

    assert seen == {name: [1, 2] for name in names}
