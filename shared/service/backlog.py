"""How much waits, and for how long: backpressure that can be seen before anybody is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.event import Check, Event, EventType
from shared.domain.wording import spell_duration
from shared.ports import Broker, Ledger, Telemetry, Waiting

MOST_UNSENT = 1000
LONG = timedelta(minutes=1)
"""Longer than anything waits while nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in the outbox, counted up to 1000, and in each queue; `queues` is None on Azure.

    There nobody may count them without the right to manage the namespace: its metric ActiveMessages
    does, and the heartbeat tells how long it waited itself.
    """

    taken: datetime
    outbox: int
    outbox_since: datetime | None
    queues: tuple[Waiting, ...] | None

    def age(self, since: datetime | None) -> timedelta:
        """How long something waits; none where there is nothing."""
        return timedelta() if since is None else max(timedelta(), self.taken - since)

    @property
    def late(self) -> str | None:
        """What waits longer than a minute, in a sentence; None where nothing does."""
        places = [(one.queue, f"{one.messages}", one.since) for one in self.queues or ()]
        if self.outbox_since is not None:
            more = " or more" if self.outbox >= MOST_UNSENT else ""
            places.append(("the outbox", f"{self.outbox}{more}", self.outbox_since))
        told = [
            f"{number} in {name}, the oldest for {spell_duration(self.age(since))}"
            for name, number, since in places
            if self.age(since) > LONG
        ]
        return f"Behind: {'; '.join(told)}." if told else None

    def tell(self, telemetry: Telemetry) -> None:
        """Set the gauges of the outbox's size and of each queue's size and age."""
        telemetry.gauge("outbox.size", float(self.outbox))
        for one in self.queues or ():
            telemetry.gauge("queue.size", float(one.messages), queue=one.queue)
            telemetry.gauge("queue.age", self.age(one.since).total_seconds(), queue=one.queue)


def backlog_of(ledger: Ledger, broker: Broker | None, now: datetime) -> Backlog:
    """What waits now. Raises Unavailable where the ledger or the broker does not answer."""
    since = ledger.oldest_unsent()
    return Backlog(
        taken=now,
        outbox=0 if since is None else len(ledger.unsent(limit=MOST_UNSENT)),
        outbox_since=since,
        queues=None if broker is None else tuple(broker.waiting()),
    )


def tell_wait(event: Event, decided: datetime, telemetry: Telemetry) -> None:
    """Where a heartbeat was decided: how long it waited in the queue, to the minute it is cut to.

    Every other event waits as long, so that this is the age of the queue on any broker.
    """
    if event.type is EventType.CHECK_DUE and event.data.get("check") == Check.HEARTBEAT:
        waited = max(0.0, (decided - event.time).total_seconds())
        telemetry.gauge("queue.waited", waited)
