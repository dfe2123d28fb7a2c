"""What one instance of the function app decides a second, by its number of threads.

An application with the adapters for Azure handles messages of the work queue as the function
`decide_event` does, in a process of its own pinned to so many cores, N threads, each with another
subject. The true SDKs talk to Azurite, a Service Bus broker and a TLS server on this machine. With
`azure` each request takes at least what its service would, which is an assumption (`SECONDS`);
with `none` it does not, and the processor is what bounds.
Receiving is not measured: on Azure the host does it, outside Python. Of few events p99 is the
slowest.
Run: python -m benchmarks.concurrency [--threads 1 2 4 8 16 32] [--cores 1 2] [--waits azure none]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any
from urllib.parse import urlsplit

from shared.bootstrap import Application, build
from shared.domain.event import Check, Event, check_due
from shared.service.dead_letters.poison import Received
from shared.service.intake import parse
from shared.service.messages import work_message

EVENTS = Path(__file__).resolve().parent.parent / "samples/events"
ENDPOINTS, MODELS = 400, 100
A_SESSION = 2
SECONDS = {
    "Resource Manager": 0.300,
    "Log Analytics": 0.800,
    "workspace storage": 0.015,
    "table": 0.010,
    "blob": 0.015,
    "Service Bus": 0.010,
    "identity": 0.0,
}


def service_of(url: str, environment: dict[str, str]) -> str:
    """Which service a request is for, by where the settings say that it is."""
    if url.startswith(environment["DRIFTGATE_TABLE_ENDPOINT"]):
        return "table"
    if url.startswith(environment["DRIFTGATE_BLOB_ENDPOINT"]):
        return "blob"
    path = urlsplit(url).path
    if path.startswith("/v1/"):
        return "Log Analytics"
    if path.startswith("/msi/"):
        return "identity"
    known = path.startswith(("/subscriptions/", "/mlflow/"))
    return "Resource Manager" if known else "workspace storage"


class Waits:
    """Lets every request wait as its service would, and counts them."""

    def __init__(self, environment: dict[str, str]) -> None:
        from azure.core.pipeline.transport import RequestsTransport
        from azure.servicebus import ServiceBusSender

        self.asked: Counter[str] = Counter()
        self.factor, self._lock = 0.0, threading.Lock()
        self._around(RequestsTransport, "send", lambda request: request.url, environment)
        self._around(ServiceBusSender, "send_messages", lambda _: None, environment)

    def _around(
        self,
        kind: Any,
        method: str,
        url_of: Callable[[Any], str | None],
        environment: dict[str, str],
    ) -> None:
        ask = getattr(kind, method)

        def call(sdk: Any, first: Any, *args: Any, **named: Any) -> Any:
            url = url_of(first)
            service = "Service Bus" if url is None else service_of(url, environment)
            with self._lock:
                self.asked[service] += 1
            begun = perf_counter()
            try:
                return ask(sdk, first, *args, **named)
            finally:
                took = perf_counter() - begun
                sleep(max(0.0, SECONDS[service] * self.factor - took))

        setattr(kind, method, call)


def sessions(number: int, seed: int) -> list[list[Event]]:
    """Subjects with a few events each: 55 % of deployments, 20 % of models, 25 % looks."""
    chance = random.Random(seed)  # noqa: S311  a fleet's day is no secret
    write = (EVENTS / "arm_online_deployment_write_success.derived.json").read_text()
    registered = json.loads((EVENTS / "aml_model_registered.cloudevents.json").read_text())[0]
    found = []
    for place in range(number):
        kind = chance.random()
        endpoint, model = f"endpoint-{place % ENDPOINTS:05}", f"model-{place % MODELS}"
        of_one = []
        for turn in range(A_SESSION):
            name = f"{seed}-{place}-{turn}"
            if kind < 0.55:
                envelope = {**json.loads(write.replace("loan-endpoint", endpoint))[0], "id": name}
                of_one += _read([envelope])
            elif kind < 0.75:
                data = {**registered["data"], "ModelName": model, "ModelVersion": 1}
                subject = f"models/{model}:1"
                of_one += _read([{**registered, "id": name, "subject": subject, "data": data}])
            else:
                now, told = datetime.now(UTC), {"number": name}
                of_one.append(check_due(Check.ROUTING, f"endpoint/{endpoint}", now, told))
        found.append(of_one)
    return found


def _read(payload: Any) -> list[Event]:
    events = []
    for parsed in parse(json.dumps(payload).encode()):
        if parsed.event is None:
            raise ValueError(parsed.refusal)
        events.append(parsed.event)
    return events


def _received(event: Event) -> Received:
    message = work_message(event)
    body = json.dumps(message.body).encode()
    return Received(queue=message.queue, id=message.id, number=1, tries=1, body=body)


def _of_session(application: Application, events: Sequence[Received], took: list[float]) -> None:
    for event in events:
        begun = perf_counter()
        application.take(event, application.service.handle)
        took.append(perf_counter() - begun)


def memory(name: str) -> float:
    """Megabytes of this process: `VmRSS` now, `VmHWM` at most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise ValueError(name)


def instance(threads: int, number: int, factor: float) -> dict[str, Any]:
    """Build the application, warm it up, and let the threads decide that many sessions."""
    environment = dict(os.environ)
    waits = Waits(environment)
    application = build()
    _warm(application)
    work = [[_received(one) for one in events] for events in sessions(number, seed=1)]
    took: list[float] = []
    waits.asked.clear()
    waits.factor = factor
    begun, cpu = perf_counter(), process_time()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(_of_session, application, one, took) for one in work]:
            done.result()
    wall, spent = perf_counter() - begun, process_time() - cpu
    application.adapters.close()
    ordered = sorted(took)
    return {
        "events": len(took),
        "rate": len(took) / wall,
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))],
        "cpu": spent / len(took),
        "share": spent / wall,
        "memory": memory("VmHWM"),
        "asked": {name: count / len(took) for name, count in waits.asked.items()},
    }


def _warm(application: Application) -> None:
    for events in sessions(8, seed=2):
        _of_session(application, [_received(one) for one in events], [])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--waits", nargs="+", choices=("azure", "none"), default=["azure", "none"])
    parser.add_argument("--sessions", type=int, default=2, help="of each thread")
    parser.add_argument("--instance", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.instance:
        print(json.dumps(instance(**json.loads(options.instance))))
        return
    from benchmarks.concurrency_services import services

    with services() as running:
        running.fleet(ENDPOINTS, MODELS)
        for cores in options.cores:
            for waits in options.waits:
                print(f"\n{cores} core(s), waits: {waits}; load of the machine ", end="")
                print(f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
                print("| threads | events | events/s | p50 s | p99 s | processor ms | share | MB |")
                print("| --- | --- | --- | --- | --- | --- | --- | --- |")
                asked: dict[str, float] = {}
                for threads in options.threads:
                    number = max(8, options.sessions * threads)
                    told = {"threads": threads, "number": number, "factor": float(waits == "azure")}
                    one = _apart(told, cores, running.environment())
                    asked = one["asked"]
                    print(
                        f"| {threads} | {one['events']} | {one['rate']:.1f} | {one['p50']:.2f} "
                        f"| {one['p99']:.2f} | {1000 * one['cpu']:.0f} | {one['share']:.0%} "
                        f"| {one['memory']:.0f} |",
                        flush=True,
                    )
                print("\nrequests an event:", end=" ")
                print(", ".join(f"{name} {count:.1f}" for name, count in sorted(asked.items())))


def _apart(told: dict[str, Any], cores: int, environment: dict[str, str]) -> dict[str, Any]:
    """In a process of its own, on so many cores."""
    pinned = ",".join(map(str, range(cores)))
    command = ["taskset", "-c", pinned, sys.executable, "-m", "benchmarks.concurrency"]
    ended = subprocess.run(
        [*command, "--instance", json.dumps(told)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: dict[str, Any] = json.loads(ended.stdout)
    return measured


if __name__ == "__main__":
    main()
