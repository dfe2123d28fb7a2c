"""Whatever is abandoned, nothing is lost and sessions keep their order."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.azure.service_bus import ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus_dead_letters import ServiceBusDeadLetters
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.ports import Message
from tests.conftest import StoppedClock
from tests.integration.service_bus.conftest import IMPATIENT
from tests.integration.service_bus.entities import DRIFTGATE

THRICE = {**DRIFTGATE, "checks": replace(DRIFTGATE["checks"], most_deliveries=3)}


def message(number, session):
    return Message(id=f"message-{number}", queue="checks", session=session, body={"number": number})


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(plan=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12))
def test_nothing_is_lost_and_order_holds_whatever_is_abandoned(broker_process, plan):
    broker_process.reset(THRICE, StoppedClock(datetime.now(UTC).replace(microsecond=0)))
    done: list[int] = []
    with (
        connect_to_local_broker(broker_process.connection_string, retries=IMPATIENT) as client,
        closing(ServiceBusSender(client)) as sender,
        closing(
            ServiceBusReceiver(client, wait=timedelta(seconds=1), linger=timedelta(seconds=0.1))
        ) as receiver,
    ):
        sender.send([message(n, session) for n, (session, _) in enumerate(plan)])
        while (delivery := receiver.receive("checks")) is not None:
            number = delivery.message.body["number"]
            if delivery.delivery_count <= plan[number][1]:
                receiver.abandon(delivery, "again")
            else:
                receiver.complete(delivery)
                done.append(number)
        letters = ServiceBusDeadLetters(client).dead_letters("checks")

    dead = [letter.message.body["number"] for letter in letters]
    assert sorted(done + dead) == list(range(len(plan)))
    for session in "abc":
        mine = [number for number in done if plan[number][0] == session]
        assert mine == sorted(mine)
