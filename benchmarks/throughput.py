"""How many events a second go the whole way, how long each takes, and what it costs.

One process: a thread takes payloads in (parse, archive, queue) at a steady rate, or as fast as it
can with so many on the way at most; a worker decides, commits, dispatches and consumes every queue.
Latency is from the time an event was due to arrive until its message is settled, which is after its
decision is committed and its messages are dispatched. Latencies, memory and what is kept on disk
are told for each part of the run. The baselines are bare SQLite insertions with as many syncs as an
event has, and the same path where nothing is synced (`--baselines`).
Run: python -m benchmarks.throughput [--events 20000] [--rate 500 | --rate 0] [--baselines]
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from cProfile import Profile
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep, thread_time
from typing import Any

from benchmarks.mixture import Arrival, Mixture
from benchmarks.syncs import start_again, syncs
from shared.adapters.embedded.telemetry import Silent
from shared.bootstrap import Application, build
from shared.ports import Adapters, Delivery
from shared.service.messages import CHECKS, work_message
from shared.service.service import Service

PART = 20_000
ON_THE_WAY = 256
IDLE_SECONDS = 0.001


class Steps(Silent):
    """Keeps how much of the processor each step took, without the steps inside it."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._open = threading.local()

    @contextmanager
    def span(
        self,
        name: str,
        parent: str | None = None,  # noqa: ARG002
        **attributes: str,  # noqa: ARG002
    ) -> Iterator[None]:
        """Around one step."""
        outer = getattr(self._open, "inner", 0.0)
        self._open.inner = 0.0
        begun = thread_time()
        try:
            yield
        finally:
            took = thread_time() - begun
            self.spent[name] += took - self._open.inner
            self._open.inner = outer + took


class Settling:
    """The embedded receiver, noting when the message of an event is settled."""

    def __init__(self, receiver: Any, way: "Way") -> None:
        self._receiver, self._way = receiver, way

    def __getattr__(self, name: str) -> Any:
        return getattr(self._receiver, name)

    def complete_all(self, deliveries: Sequence[Delivery]) -> None:
        """As the receiver does."""
        self._receiver.complete_all(deliveries)
        for delivery in deliveries:
            self._way.settled(delivery)

    def complete(self, delivery: Delivery) -> None:
        """As the receiver does."""
        self._receiver.complete(delivery)
        self._way.settled(delivery)


@dataclass
class Way:
    """When each event on its way was due to arrive, and how long those took that are through."""

    most: int
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    messages: int = 0
    free: threading.Semaphore = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.free = threading.Semaphore(self.most)

    def taken_in(self, key: str, due: float) -> None:
        """An event outside is taken in; it may be through already."""
        with self._lock:
            self.began[key] = due
            self._through(key)

    def settled(self, delivery: Delivery) -> None:
        """A message is through; those of Driftgate itself are counted only."""
        self.messages += 1
        message = delivery.message
        if message.queue == CHECKS and _is_from_outside(message.body):
            with self._lock:
                self.ended[message.id] = perf_counter()
                self._through(message.id)

    def _through(self, key: str) -> None:
        if key in self.began and key in self.ended:
            self.took.append(self.ended.pop(key) - self.began.pop(key))
            self.free.release()


def _is_from_outside(body: Mapping[str, Any]) -> bool:
    """What the mixture made; the rest are Driftgate's own."""
    return not body["source"].startswith("driftgate/") or "number" in body["data"]


def percentile(values: Sequence[float], part: float) -> float:
    """A value that so large a part lies at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


@dataclass
class Run:
    """One application under load."""

    mixture: Mixture
    events: int
    rate: float
    counts_steps: bool = False
    way: Way = field(init=False)
    steps: Steps = field(default_factory=Steps)
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.way = Way(ON_THE_WAY if self.rate == 0 else 10**9)

        def around(adapters: Adapters) -> Adapters:
            receiver: Any = Settling(adapters.receiver, self.way)
            telemetry = self.steps if self.counts_steps else adapters.telemetry
            return replace(adapters, receiver=receiver, telemetry=telemetry)

        self.application = build(self.mixture.settings, around=around)

    def take_in(self) -> None:
        """Every arrival in its time; who is late is not waited for."""
        service, begun = self.application.service, perf_counter()
        for number, arrival in enumerate(islice(self.mixture.arrivals(), self.events)):
            if self.rate:
                due = begun + number / self.rate
                sleep(max(0.0, due - perf_counter()))
            else:
                self.way.free.acquire()
                due = perf_counter()
            self._take(service, arrival, due)

    def _take(self, service: Service, arrival: Arrival, due: float) -> None:
        if arrival.due is not None:
            message = work_message(arrival.due)
            self.application.adapters.sender.send([message])
            self.way.taken_in(message.id, due)
            return
        for receipt in service.receive(arrival.payload or b"", via="event-grid"):
            if receipt.event is None:
                raise ValueError(receipt.refusal)
            self.way.taken_in(receipt.key, due)

    def work(self) -> None:
        """Consume every queue until all are settled."""
        worker = self.application.worker()
        while len(self.way.took) < self.events:
            if not worker.step():
                sleep(IDLE_SECONDS)

    def go(self, around: Callable[[Callable[[], None]], None] | None = None) -> dict[str, float]:
        """All of it, the worker within `around`; the figures of the whole."""
        front = threading.Thread(target=self.take_in)
        teller = threading.Thread(target=self._tell, daemon=True)
        synced, begun, cpu = syncs(), perf_counter(), os.times()
        front.start()
        teller.start()
        if around is None:
            self.work()
        else:
            around(self.work)
        front.join()
        took, spent = perf_counter() - begun, os.times()
        return {
            "events/s": self.events / took,
            "p50 ms": 1000 * percentile(self.way.took, 0.5),
            "p99 ms": 1000 * percentile(self.way.took, 0.99),
            "p99.9 ms": 1000 * percentile(self.way.took, 0.999),
            "syncs an event": (syncs() - synced) / self.events,
            "messages an event": self.way.messages / self.events,
            "user ms an event": 1000 * (spent.user - cpu.user) / self.events,
            "system ms an event": 1000 * (spent.system - cpu.system) / self.events,
        }

    def _tell(self) -> None:
        told, begun = 0, perf_counter()
        while told + PART <= self.events:
            while len(self.way.took) < told + PART:
                sleep(0.05)
            part = self.way.took[told : told + PART]
            print(
                f"{told + PART:8} events: {PART / (perf_counter() - begun):6.0f}/s"
                f"  p50 {1000 * percentile(part, 0.5):6.1f} ms"
                f"  p99 {1000 * percentile(part, 0.99):6.1f} ms"
                f"  p99.9 {1000 * percentile(part, 0.999):6.1f} ms"
                f"  memory {resident():5.0f} MB"
                f"  on disk {on_disk(self.mixture.settings.home):5.0f} MB",
                flush=True,
            )
            told, begun = told + PART, perf_counter()


def resident() -> float:
    """Megabytes of memory in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def on_disk(folder: Path) -> float:
    """Megabytes of the databases below a folder."""
    return sum(path.stat().st_size for path in folder.glob("*.db*")) / 1e6


def bare_insertions(home: Path, syncs_each: float, rows: int = 4000) -> float:
    """Events a second if an event were nothing but as many synced insertions of one kilobyte."""
    connection = sqlite3.connect(home / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, content BLOB)")
    content, begun = os.urandom(1000), perf_counter()
    for _ in range(rows):
        connection.execute("INSERT INTO bare (content) VALUES (?)", (content,))
    each = (perf_counter() - begun) / rows
    connection.close()
    return 1 / (each * max(syncs_each, 1e-9))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--endpoints", type=int, default=2000)
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--steps", action="store_true", help="the processor by step; costs some")
    parser.add_argument("--profile", type=Path)
    options = parser.parse_args()
    start_again("benchmarks.throughput")
    with TemporaryDirectory() as folder:
        run = Run(
            Mixture(Path(folder) / "world", endpoints=options.endpoints),
            options.events,
            options.rate,
            counts_steps=options.steps,
        )
        begun = resident()
        profile = Profile()
        figures = run.go(profile.runcall if options.profile else None)
        if options.profile:
            profile.dump_stats(options.profile)
        for name, value in figures.items():
            print(f"{name:>24} {value:10.2f}")
        print(f"{'memory MB, begin and end':>24} {begun:6.0f} {resident():6.0f}")
        total = 1000 * sum(run.steps.spent.values()) / options.events
        for name, spent in run.steps.spent.most_common():
            each = 1000 * spent / options.events
            print(f"{'processor ms in ' + name:>24} {each:10.2f}  ({each / total:.0%} of spans)")
        if options.baselines:
            bare = bare_insertions(Path(folder), figures["syncs an event"])
            print(f"{'bare insertions':>24} {bare:10.0f} events/s with as many syncs")
            print(f"{'ratio to bare':>24} {figures['events/s'] / bare:10.2f}")
            print("The same, where nothing is synced:", flush=True)
            _without_syncs(options.events, options.rate)


def _without_syncs(events: int, rate: float) -> None:
    environment = dict(os.environ)
    for name in ("LD_PRELOAD", "SYNCS_COUNTED"):
        environment.pop(name, None)
    subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", f"--events={events}", f"--rate={rate}"],
        check=True,
        env={**environment, "SYNC_NOTHING": "1"},
    )


if __name__ == "__main__":
    main()
