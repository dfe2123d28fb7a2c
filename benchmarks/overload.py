"""What becomes of more than there is capacity for: all of it, later, in order, and once.

First the capacity c is measured, in events a second from the first offer until the last is decided,
offered in the same payloads as the bursts are. Then, each on a new world: bursts of 10 c and 50 c
for so many seconds; a world whose every look at a model or an endpoint takes as long as ten
decisions; a broker that takes nothing for a while, so that its sender delivers again; one subject
with nine tenths of all events. What came of it is counted from the archive and the ledger's chains.
The delay of an event is from when it was first offered until it was decided; recovery is from when
the last was taken in until all was decided.
Exit code 1 where anything was lost, done twice, decided out of turn or left over.
Run: python -m benchmarks.overload [--seconds 0.3] [--events 1500]
"""

import argparse
import random
import re
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from benchmarks.mixture import Mixture
from benchmarks.throughput import IDLE_SECONDS, percentile, resident
from shared.bootstrap import Application, build
from shared.domain.canonical import parse_time
from shared.domain.event import Event
from shared.errors import Unavailable
from shared.ports import Adapters, Message, Sender
from shared.service.dead_letters.counting import count_aside

ENVELOPES = 50
"""So many go in one payload, as Event Grid batches them."""
SECONDS_TO_NEXT = 0.1
NOISY = "endpoint-00001"
Around = Callable[[Adapters], Adapters]


class Slow:
    """The workspace, taking its time over each model and each endpoint."""

    def __init__(self, workspace: Any, seconds: float) -> None:
        self._workspace, self._seconds = workspace, seconds

    def __getattr__(self, name: str) -> Any:
        if name in ("model", "endpoint"):
            sleep(self._seconds)
        return getattr(self._workspace, name)


class Refusing:
    """A broker that takes so many messages, then none for some seconds, then all."""

    def __init__(self, sender: Sender, after: int, seconds: float) -> None:
        self._sender, self._left, self._seconds = sender, after, seconds
        self._until: float | None = None
        self.refused = 0

    def send(self, messages: Sequence[Message]) -> None:
        """As the broker does, or raise Unavailable."""
        self._left -= len(messages)
        if self._left < 0 and self._until is None:
            self._until = perf_counter() + self._seconds
        if self._until is not None and perf_counter() < self._until:
            self.refused += 1
            raise Unavailable("The broker takes nothing for a while.")
        self._sender.send(messages)


@dataclass
class Offered:
    """What was offered: each event's first offer, and by subject the order they were queued in."""

    first: dict[str, datetime] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    deliveries: int = 0
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Overload:
    """One application that is offered more than it can do."""

    home: Path
    events: int
    around: Around | None = None
    noisy: float = 0.0
    offered: Offered = field(default_factory=Offered)
    before: float = 0.0
    peak: float = 0.0
    deepest: int = 0

    def __post_init__(self) -> None:
        self.mixture = Mixture(self.home, endpoints=500, models=250)
        self.application = build(self.mixture.settings, around=self.around)

    def go(self) -> "Outcome":
        """Offer all of it at once while the worker works it off; what came of it."""
        self.before = resident()
        front, through = threading.Thread(target=self._offer), threading.Event()
        watch = threading.Thread(target=self._watch, args=[through])
        front.start()
        watch.start()
        try:
            self._work(front)
        finally:
            through.set()
            front.join()
            watch.join()
        outcome = Outcome.of(self.application, self.events, self.offered)
        self.application.adapters.close()
        return outcome

    def _envelopes(self) -> Iterator[bytes]:
        """Those of the mixture from outside; with a noisy subject, endpoints alone."""
        choice = random.Random(self.mixture.seed)  # noqa: S311  whose turn it is is no secret
        for arrival in self.mixture.arrivals():
            payload = arrival.payload
            if payload is None or (self.noisy and b"onlineEndpoints" not in payload):
                continue
            if choice.random() < self.noisy:
                payload = re.sub(rb"endpoint-\d{5}", NOISY.encode(), payload)
            yield payload.strip()[1:-1]

    def _payloads(self) -> Iterator[bytes]:
        envelopes = islice(self._envelopes(), self.events)
        while some := list(islice(envelopes, ENVELOPES)):
            yield b"[" + b",".join(some) + b"]"

    def _offer(self) -> None:
        """Each payload as soon as the one before is taken; what is not taken comes again."""
        again: deque[tuple[bytes, datetime]] = deque()
        self.offered.began = datetime.now(UTC)
        for payload in self._payloads():
            self._deliver(payload, datetime.now(UTC), again)
        while again:
            sleep(SECONDS_TO_NEXT)
            self._deliver(*again.popleft(), again)
        self.offered.ended = datetime.now(UTC)

    def _deliver(self, payload: bytes, at: datetime, again: deque[tuple[bytes, datetime]]) -> None:
        self.offered.deliveries += 1
        try:
            receipts = self.application.service.receive(payload, via="event-grid")
        except Unavailable:
            again.append((payload, at))
            return
        for receipt in receipts:
            if receipt.event is not None:
                self.offered.first[receipt.key] = at
                self.offered.order[receipt.event.subject].append(receipt.key)

    def _work(self, front: threading.Thread) -> None:
        """Consume every queue until nothing is due; the outbox is swept as its timer does."""
        worker, busy = self.application.worker(), True
        while busy:
            offering = front.is_alive()
            while worker.step():
                pass
            sleep(IDLE_SECONDS)
            swept = 0 if offering else self.application.service.sweep()
            busy = bool(offering or swept or self.application.queue.waiting())

    def _watch(self, through: threading.Event) -> None:
        while not through.wait(SECONDS_TO_NEXT):
            self.peak = max(self.peak, resident())
            waiting = sum(one.messages for one in self.application.queue.waiting())
            self.deepest = max(self.deepest, waiting)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the archive, the chains, the outbox and the dead letters tell afterwards."""

    archived: int
    decided: int
    lost: int
    twice: int
    out_of_turn: int
    unsent: int
    aside: int
    took: float
    recovery: float
    delays: dict[str, list[float]]

    @classmethod
    def of(cls, application: Application, events: int, offered: Offered) -> "Outcome":
        """Count; lost is what was meant to be offered and is not archived or not decided."""
        archived = Counter(one.key for one in application.archive.walk() if one.via == "event-grid")
        decided: Counter[str] = Counter()
        every: Counter[tuple[str, str]] = Counter()
        delays: dict[str, list[float]] = defaultdict(list)
        out_of_turn, last = 0, offered.ended
        for subject in application.ledger.chained():
            places = {key: place for place, key in enumerate(offered.order.get(subject, ()))}
            turns = []
            for logged in application.ledger.chain(subject):
                key = Event.from_cloud_event(logged.decision["event"]).key
                at = parse_time(logged.decision["decided"])
                every[subject, key] += 1
                last = max(last, at)
                if key in places:
                    decided[key] += 1
                    turns.append(places[key])
                    delays[subject].append((at - offered.first[key]).total_seconds())
            out_of_turn += sum(after < before for before, after in pairwise(turns))
        return cls(
            archived=sum(archived.values()),
            decided=sum(decided.values()),
            lost=events - len(archived.keys() & decided.keys()),
            twice=sum(times - 1 for times in every.values()),
            out_of_turn=out_of_turn,
            unsent=len(application.ledger.unsent(limit=1000)),
            aside=count_aside(application.adapters),
            took=(last - offered.began).total_seconds(),
            recovery=(last - offered.ended).total_seconds(),
            delays=delays,
        )

    @property
    def is_whole(self) -> bool:
        """Nothing lost, nothing twice, nothing out of turn, nothing left over."""
        return not (self.lost or self.twice or self.out_of_turn or self.unsent or self.aside)


def delayed(delays: Sequence[float]) -> str:
    """How long they took."""
    return f"delay p50 {percentile(delays, 0.5):.2f} s, longest {max(delays, default=0.0):.2f} s"


def told(name: str, overload: Overload) -> Outcome:
    """Run one, and print what came of it."""
    outcome, offered = overload.go(), overload.offered
    took = (offered.ended - offered.began).total_seconds()
    every = [delay for some in outcome.delays.values() for delay in some]
    print(
        f"{name}: offered {overload.events} in {took:.1f} s"
        f" ({offered.deliveries} deliveries), archived {outcome.archived},"
        f" decided {outcome.decided}, lost {outcome.lost}, twice {outcome.twice},"
        f" out of turn {outcome.out_of_turn}, unsent {outcome.unsent}, aside {outcome.aside}\n"
        f"    {delayed(every)}; recovery {outcome.recovery:.1f} s; most waiting {overload.deepest};"
        f" memory {overload.before:.0f} MB before, {overload.peak:.0f} MB at most",
        flush=True,
    )
    return outcome


def main() -> None:
    """Measure, overload in each way, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3, help="how long each burst is")
    parser.add_argument("--events", type=int, default=1500, help="to measure c with")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        first = told("capacity", Overload(folder / "capacity", options.events))
        capacity = options.events / first.took
        print(f"capacity c: {capacity:.0f} events/s", flush=True)
        one = max(20, int(capacity * options.seconds))
        bursts = [
            told(f"{times} c", Overload(folder / f"burst-{times}", times * one))
            for times in (10, 50)
        ]
        outcomes = [first, *bursts]

        def slow(adapters: Adapters) -> Adapters:
            return replace(adapters, workspace=Slow(adapters.workspace, 10 / capacity))

        outcomes.append(told("slow world", Overload(folder / "slow", one, slow)))
        refusals: list[Refusing] = []

        def refusing(adapters: Adapters) -> Adapters:
            refusals.append(Refusing(adapters.sender, 2 * one, 5 * options.seconds))
            return replace(adapters, sender=refusals[-1])

        outcomes.append(told("broker away", Overload(folder / "away", 5 * one, refusing)))
        print(f"    the broker refused {refusals[-1].refused} times")
        outcomes.append(told("noisy subject", Overload(folder / "noisy", 5 * one, noisy=0.9)))
        own = outcomes[-1].delays.pop(f"endpoint/{NOISY}")
        others = [delay for delays in outcomes[-1].delays.values() for delay in delays]
        print(f"    its own: {len(own)} events, {delayed(own)}")
        print(f"    the others: {len(others)} events, {delayed(others)}")
    sys.exit(0 if all(outcome.is_whole for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
