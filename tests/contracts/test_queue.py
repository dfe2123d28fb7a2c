"""What every sender, receiver and reader of dead letters promises, whatever is behind them.

Not among the promises: that the dead letters keep the reason of the last try (Service Bus writes
a sentence of its own), and that waiting messages of a queue with sessions can be seen (its SDK has
no way). What only the embedded queue does is in `test_embedded_queue.py`.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.adapters.azure.service_bus import (
    Retries,
    ServiceBusSender,
    connect_to_local_broker,
)
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.adapters.embedded import EmbeddedQueue, QueueSettings
from shared.errors import Conflict, Refused
from shared.ports import Message
from tests.conftest import StoppedClock
from tests.integration.service_bus.entities import DRIFTGATE

WAIT = timedelta(seconds=1)
LINGER = timedelta(seconds=0.1)


def message(number, *, session="endpoint/loan-endpoint", queue="checks"):
    return Message(id=f"message-{number}", queue=queue, session=session, body={"number": number})


@pytest.fixture
def clock():
    """Starts now: the Service Bus SDK compares locks with the clock of the machine."""
    return StoppedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(params=["embedded", "service-bus"])
def queue(request, tmp_path, clock) -> Iterator[SimpleNamespace]:
    """All that can be done with queues; `checks` is tried three times."""
    if request.param == "embedded":
        settings = {
            "checks": QueueSettings(most_deliveries=3),
            "environment-checks": QueueSettings(dead_letter_expired=False),
        }
        yield gathered(EmbeddedQueue(tmp_path / "queues.db", clock=clock, queues=settings))
        return
    broker = request.getfixturevalue("broker_process")
    thrice = replace(DRIFTGATE["checks"], most_deliveries=3)
    broker.reset({**DRIFTGATE, "checks": thrice}, clock)
    retries = Retries(retry_total=1, retry_backoff_factor=0.01)
    with (
        connect_to_local_broker(broker.connection_string, retries=retries) as client,
        closing(ServiceBusSender(client)) as sender,
        closing(ServiceBusReceiver(client, wait=WAIT, linger=LINGER)) as receiver,
    ):
        yield gathered(sender, receiver, ServiceBusDeadLetters(client, wait=WAIT))


def gathered(*parts):
    names = ("send", "receive", "complete", "abandon", "dead_letter", "dead_letters", "remove")
    found = {n: getattr(part, n) for part in reversed(parts) for n in names if hasattr(part, n)}
    return SimpleNamespace(**found)


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

    clock.advance(timedelta(minutes=30))
    assert take(queue) == 1


def test_an_abandoned_message_comes_first_again_with_its_count(queue):
    queue.send([message(1), message(2)])
    queue.abandon(queue.receive("checks"), "not now")

    again = queue.receive("checks")

    assert (again.message.body["number"], again.delivery_count) == (1, 2)


def test_after_its_tries_a_message_is_put_aside_and_the_next_one_comes(queue):
    queue.send([message(1), message(2)])
    for _ in range(3):
        queue.abandon(queue.receive("checks"), "the endpoint did not answer")

    [dead] = queue.dead_letters("checks")
    assert dead.reason == "MaxDeliveryCountExceeded"
    assert dead.sentence
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

    left = threading.Semaphore(100)

    taken: list[int] = []

    def work(_):
        while left.acquire(blocking=False):
            delivery = queue.receive("checks")
            if delivery is None:
                left.release()
            else:
                taken.append(delivery.message.body["number"])
                queue.complete(delivery)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert sorted(taken) == list(range(100))
    for start in range(5):
        assert [number for number in taken if number % 5 == start] == list(range(start, 100, 5))


def test_a_message_keeps_all_that_was_sent(queue, clock):
    sent = replace(
        message(1),
        body={"specversion": "1.0", "subject": "model/größe", "correlationid": "c-1", "n": [1.5]},
        properties={"severity": "critical", "kind": "drift"},
        scheduled=clock.now + timedelta(minutes=1),
    )
    queue.send([sent])
    clock.advance(timedelta(minutes=1))

    assert queue.receive("checks").message == sent


def test_a_message_that_outlived_its_time_is_gone_with_what_it_held(queue, clock):
    due = clock.now + timedelta(minutes=1)
    sent = replace(message(1, queue="environment-checks"), scheduled=due, lives=60.0)
    queue.send([sent, replace(message(2, queue="environment-checks"), lives=600.0)])
    clock.advance(timedelta(minutes=3))

    delivery = queue.receive("environment-checks")
    assert delivery.message.id == "message-2"
    queue.complete(delivery)
    assert queue.receive("environment-checks") is None
    assert queue.dead_letters("environment-checks") == []


def test_one_send_reaches_several_queues(queue):
    names = (
        "checks",
        "alerts",
        "retraining-requests",
        "promotion-requests",
        "environment-checks",
    )
    queue.send([message(n, queue=name) for n, name in enumerate(names)])

    received = [queue.receive(name).message for name in names]

    assert received == [message(n, queue=name) for n, name in enumerate(names)]


def test_a_notice_reaches_the_subscription_of_its_channel_and_not_the_log(queue):
    teams = {"what": "notice", "channel": "teams"}
    queue.send(
        [
            replace(message(1, queue="alerts"), properties=teams),
            replace(message(2, queue="alerts"), properties={"what": "alert"}),
            replace(message(3, queue="alerts"), properties={"what": "notice", "channel": "log"}),
        ]
    )

    of_teams, of_log = queue.receive("alerts/teams"), queue.receive("alerts")

    assert (of_teams.message.body, of_teams.message.queue) == ({"number": 1}, "alerts/teams")
    assert of_log.message.body == {"number": 2}
    queue.complete(of_teams)
    queue.complete(of_log)
    assert queue.receive("alerts").message.body == {"number": 3}
