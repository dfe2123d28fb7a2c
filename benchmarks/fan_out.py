"""One period of the routing timer over a fleet of endpoints: messages, calls, time, memory.

The real Service and the embedded adapters, with a counter around each port; one process, one
consumer after the other. A period is: the timer fans out, then every message is handled when its
turn comes. The second period is measured, in which every endpoint is known. Time and the traced
peak of the fan-out come from runs of their own, since tracing makes slow. The heartbeat reads what
every endpoint last reported.
Run: python -m benchmarks.fan_out [--sizes 100,1000,10000] [--policies 10]
"""

import argparse
import json
import resource
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.event import Check
from shared.ports import Adapters
from shared.scenarios.clock import SimulatedClock
from shared.settings import Settings

START = datetime(2026, 2, 3, tzinfo=UTC)
PERIOD = timedelta(minutes=10)
PORTS = ("workspace", "policies", "ledger", "evidence", "archive", "sender", "receiver")
ENDPOINT = {
    "traffic": {"blue": 90, "green": 10},
    "deployments": {
        "blue": {"model": "churn:6", "changed": "2026-01-01T00:00:00Z", "instances": 2},
        "green": {"model": "churn:7", "changed": "2026-02-01T00:00:00Z", "instances": 2},
    },
}


class Counted:
    """A port that counts how often each of its methods is called."""

    def __init__(self, name: str, port: object, calls: Counter[str]) -> None:
        self._name, self._port, self._calls = name, port, calls

    def __getattr__(self, method: str) -> Any:
        asked = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls[f"{self._name}.{method}"] += 1
            if (self._name, method) == ("sender", "send"):
                self._calls["messages"] += len(args[0])
            return asked(*args, **kwargs)

        return call


@dataclass
class Fleet:
    """So many endpoints in a workspace of files, watched by one application."""

    application: Application
    clock: SimulatedClock
    calls: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, home: Path, endpoints: int, policies: int) -> "Fleet":
        """Their files in a folder, and an application on it with a counter around each port."""
        (home / "policies").mkdir()
        (home / "workspace/endpoints").mkdir(parents=True)
        for number in range(endpoints):
            path = home / f"workspace/endpoints/endpoint-{number:05}.yaml"
            path.write_text(json.dumps(ENDPOINT))
        for number in range(policies):
            text = f"model: model-{number}\nendpoint: endpoint-{number:05}\n"
            (home / f"policies/model-{number}.yaml").write_text(text)
        clock, calls = SimulatedClock(START), Counter[str]()

        def around(adapters: Adapters) -> Adapters:
            counted = {name: Counted(name, getattr(adapters, name), calls) for name in PORTS}
            return replace(adapters, **counted)

        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        return cls(build(settings, clock=clock, around=around), clock, calls)

    def fan_out(self) -> int:
        """What the timer does."""
        return self.application.service.fan_out(Check.ROUTING)

    def handle(self) -> int:
        """Everything in its turn, to the end of the period; the most that were due together."""
        end = self.clock.now + PERIOD
        worker = self.application.worker()
        most = 0
        while (due := self.application.queue.next_due()) is not None and due < end:
            self.clock.move_to(due)
            before = self.calls["ledger.commit"]
            worker.drain()
            most = max(most, self.calls["ledger.commit"] - before)
        self.clock.move_to(end)
        return most


def measured(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = process_time()
    result = work()
    return result, process_time() - begun


def traced(work: Callable[[], Any]) -> float:
    """The peak in KiB above what was there."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / 1024


def run(endpoints: int, policies: int) -> dict[str, float]:
    with TemporaryDirectory(prefix="driftgate-") as folder:
        fleet = Fleet.of(Path(folder), endpoints, policies)
        fleet.fan_out()
        fleet.handle()
        fleet.calls.clear()
        asked, fanning = measured(fleet.fan_out)
        sent = dict(fleet.calls)
        fleet.calls.clear()
        most, handling = measured(fleet.handle)
        handled = dict(fleet.calls)
        _, beating = measured(
            lambda: (fleet.application.service.heartbeat(), fleet.application.worker().drain())
        )
        [beat] = fleet.application.ledger.decisions("service/driftgate", limit=1)
        peak = traced(fleet.fan_out)
    print(f"\n{endpoints} endpoints, {policies} policies")
    print(
        f"  fan-out: {asked} messages in {sent['sender.send']} calls, {fanning:.3f} s, "
        f"{1000 * fanning / endpoints:.3f} ms an endpoint, peak {peak:.0f} KiB traced"
    )
    print(
        f"  handled: {handling:.1f} s, {1000 * handling / endpoints:.2f} ms an endpoint, "
        f"at most {most} due in one second"
    )
    for name in sorted(handled):
        if not name.startswith("receiver"):
            print(f"    {name}: {handled[name] / endpoints:.2f} an endpoint")
    print(f"  heartbeat: {beating:.2f} s, its decision {len(json.dumps(beat)) / 1024:.0f} KiB")
    print(
        f"  resident at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )
    return {
        "fan-out, ms an endpoint": 1000 * fanning / endpoints,
        "handling, ms an endpoint": 1000 * handling / endpoints,
        "peak of the fan-out, KiB": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--policies", type=int, default=10)
    options = parser.parse_args()
    results = [(size, run(size, options.policies)) for size in map(int, options.sizes.split(","))]
    print()
    for (fewer, small), (more, large) in pairwise(results):
        told = ", ".join(f"{name} {large[name] / small[name]:.2f} times" for name in small)
        print(f"{more} against {fewer}: {told}")


if __name__ == "__main__":
    main()
