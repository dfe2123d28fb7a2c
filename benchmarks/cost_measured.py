"""What a day of a fleet asks of Azure: how many messages, and what handling one of each kind takes.

Two measurements. A day of so many models on the embedded adapters, by the timers' own schedules
and with a counter around the sender: messages by what they ask for, and what is kept of them. And
each kind of look again and again with the adapters for Azure against the services of the tests on
this machine (benchmarks/concurrency_services.py): requests by service, processor time. The first
looks at a subject are left out: they know nothing yet.
Run: python -m benchmarks.cost_measured [--models 100] [--looks 10]; it writes cost_measured.json.
"""

import argparse
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from azure.core.pipeline.transport import RequestsTransport
from azure.servicebus import ServiceBusSender

from benchmarks.concurrency import service_of
from benchmarks.concurrency_services import services
from benchmarks.whatif_world import (
    BEFORE,
    DAY,
    START,
    Waiting,
    World,
    _batch,
    _fire,
    _handled,
    _happenings,
)
from shared.bootstrap import Application, build
from shared.domain.event import Check, check_due
from shared.ports import Adapters, Message
from shared.scenarios.clock import SimulatedClock
from shared.schedules import SCHEDULES, Schedule
from shared.service.intake import parse
from shared.service.messages import CHECKS

KEPT = Path(__file__).with_name("cost_measured.json")
POLICY = """\
model: model-{number}
endpoint: endpoint-{number:05}
kpis:
  - name: answered
    query: |
      AmlOnlineEndpointTrafficLog
      | where EndpointName == 'endpoint-{number:05}'
      | summarize value = countif(ResponseCode == '200'), weight = count()
          by bucket = bin(TimeGenerated, 1h)
"""
SUBJECTS = {
    "routing": "endpoint/endpoint-{:05}",
    "health": "endpoint/endpoint-{:05}",
    "reconcile": "endpoint/endpoint-{:05}",
    "reconcile model": "model/model-{}",
    "reconcile calm model": "model/calm-{}",
    "drift": "model/model-{}",
    "kpi": "model/model-{}",
    "collection": "model/model-{}",
    "promotion": "model/model-{}",
    "alerts": "model/model-{}",
    "heartbeat": "service/driftgate",
}
WARM = 2
WRITTEN = (
    Path(__file__).resolve().parents[1]
    / "samples/events"
    / ("arm_online_deployment_write_success.derived.json")
)


def day(models: int) -> dict[str, Any]:
    """One day of a fleet: messages by what they ask for, deliveries by channel, timers, bytes."""
    with TemporaryDirectory(prefix="driftgate-cost-") as folder:
        world = World(home=Path(folder), models=models, days=1)
        world.write()
        clock = SimulatedClock(BEFORE)
        waiting = Waiting(clock)

        def around(adapters: Adapters) -> Adapters:
            return replace(adapters, sender=waiting)

        application = build(world.settings, clock=clock, around=around)
        counted = _played(world, application, clock, waiting)
        application.adapters.close()
        kept = Counter[str]()
        for file in (world.home / "state").rglob("*"):
            if file.is_file():
                kept[file.name.removesuffix("-wal")] += file.stat().st_size
    return {**counted, "bytes": dict(kept.most_common(6))}


def _played(
    world: World, application: Application, clock: SimulatedClock, waiting: Waiting
) -> dict[str, Any]:
    checks = {check.value for check in Check}
    timers = {n: Schedule.parse(t) for n, t in SCHEDULES.items() if n.lower() in checks}
    following = {name: schedule.after(BEFORE) for name, schedule in timers.items()}
    happenings = _happenings(world, application)
    end = START + DAY
    messages, told = Counter[str](), Counter[str]()
    starts: dict[str, list[int]] = {}
    while True:
        happening = happenings[0][0] if happenings else end
        now = min(*following.values(), waiting.next_due(), happening, end)
        if now >= end:
            break
        clock.move_to(max(now, clock.now))
        within = clock.now >= START
        with application.ledger.together():
            while happenings and happenings[0][0] <= now:
                happenings.pop(0)[1]()
            for name, schedule in timers.items():
                if following[name] <= now:
                    following[name] = schedule.after(now)
                    _fire(application, name)
            while batch := _batch(waiting):
                for message in batch:
                    if within:
                        kind = _kind(message)
                        (messages if message.queue == CHECKS else told)[kind] += 1
                        second = int((clock.now - START).total_seconds())
                        starts.setdefault(kind, []).append(second)
                _handled(application, batch)
    fires = {
        name: sum(1 for _ in _fires(Schedule.parse(text), START, end))
        for name, text in SCHEDULES.items()
    }
    return {
        "models": world.models,
        "messages": dict(sorted(messages.items())),
        "told": dict(sorted(told.items())),
        "timers": fires,
        "at_once": {kind: _at_once(seconds) for kind, seconds in sorted(starts.items())},
    }


def _kind(message: Message) -> str:
    """What a message asks for: a check by its name, anything else by its type."""
    data = message.body.get("data", {})
    if message.queue != CHECKS:
        channel = data.get("notice", {}).get("channel") if isinstance(data, dict) else None
        return f"{message.queue} {data.get('action')}" + (f" {channel}" if channel else "")
    check = data.get("check") if isinstance(data, dict) else None
    return str(check or str(message.body["type"]).rpartition(".")[2])


def _at_once(seconds: list[int]) -> dict[str, int]:
    """In how many seconds so many begin: the sizes of the bursts."""
    return {str(n): many for n, many in sorted(Counter(Counter(seconds).values()).items())}


def _fires(schedule: Schedule, start: datetime, end: datetime) -> Any:
    at = schedule.after(start - timedelta(seconds=1))
    while at < end:
        yield at
        at = schedule.after(at)


class Requests:
    """Counts what the SDKs ask, by service and by what it is billed as."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        send, send_messages, counted = (
            RequestsTransport.send,
            ServiceBusSender.send_messages,
            self.asked,
        )

        def counting(transport: Any, request: Any, *args: Any, **named: Any) -> Any:
            counted[_billed(request.method, request.url)] += 1
            return send(transport, request, *args, **named)

        def sending(sender: Any, messages: Any, *args: Any, **named: Any) -> Any:
            counted["Service Bus send"] += 1
            return send_messages(sender, messages, *args, **named)

        vars_of: Any = RequestsTransport
        vars_of.send = counting
        sender_of: Any = ServiceBusSender
        sender_of.send_messages = sending

    def of(self, count: int, work: Callable[[], Any]) -> dict[str, float]:
        """The mean of one of so many."""
        self.asked.clear()
        begun = process_time()
        work()
        spent = process_time() - begun
        return {
            **{name: asked / count for name, asked in sorted(self.asked.items())},
            "processor seconds": round(spent / count, 4),
        }


def _all(application: Application, events: Sequence[Mapping[str, Any]]) -> None:
    for event in events:
        application.service.handle(event)


def _arrive(application: Application, number: int, turn: int) -> None:
    """Deployments were written: each event comes in by Event Grid, and is decided."""
    [envelope] = json.loads(WRITTEN.read_text())
    for place in range(number):
        one = json.loads(json.dumps(envelope).replace("loan-endpoint", f"endpoint-{place:05}"))
        payload = json.dumps([{**one, "id": f"written-{place}-{turn}"}]).encode()
        application.service.receive(payload, via="event-grid")
        for parsed in parse(payload):
            if parsed.event is not None:
                application.service.handle(parsed.event.to_cloud_event())


def _billed(method: str, url: str) -> str:
    service = service_of(url, dict(os.environ))
    if service == "blob":
        if "comp=list" in url:
            return "blob list"
        return "blob read" if method in {"GET", "HEAD"} else "blob write"
    if service == "table":
        return "table"
    if "/metrics" in url:
        return "metric query"
    return service


def looks(number: int) -> dict[str, dict[str, float]]:
    """For each kind of look the mean requests by service, and seconds of the processor."""
    found: dict[str, dict[str, float]] = {}
    with services() as running:
        running.fleet(number, number)
        os.environ.update(running.environment())
        requests = Requests()
        application = build()
        for place in range(number):
            policy = POLICY.format(number=place).encode()
            _keep_policy(f"model-{place}.yaml", policy)
            _keep_policy(f"calm-{place}.yaml", f"model: calm-{place}\n".encode())
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        for name, subject in SUBJECTS.items():
            check = Check(name.partition(" ")[0])
            places = 1 if check is Check.HEARTBEAT else number
            for turn in range(WARM + 1):
                events = [
                    check_due(check, subject.format(place), now + timedelta(minutes=turn))
                    for place in range(places)
                ]
                plain = [event.to_cloud_event() for event in events]
                found[name] = requests.of(places, lambda plain=plain: _all(application, plain))
        for turn in range(WARM + 1):
            found["event"] = requests.of(
                number, lambda turn=turn: _arrive(application, number, turn)
            )
        found["sweep"] = requests.of(1, application.sweep)
        for check in map(Check, dict.fromkeys(name.partition(" ")[0] for name in SUBJECTS)):
            found[f"timer {check.value}"] = requests.of(
                1, lambda check=check: application.service.fan_out(check)
            )
        application.adapters.close()
    return found


def _keep_policy(name: str, content: bytes) -> None:
    from azure.storage.blob import ContainerClient

    from tests.crash.cloud import Trusted

    url = f"{os.environ['DRIFTGATE_BLOB_ENDPOINT'].rstrip('/')}/policies"
    with ContainerClient.from_container_url(url, credential=Trusted()) as container:
        container.upload_blob(name, content, overwrite=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--looks", type=int, default=10)
    parser.add_argument("--only", choices=("day", "looks"))
    options = parser.parse_args()
    logging.getLogger("driftgate").setLevel(logging.ERROR)
    kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if options.only != "looks":
        kept["day"] = day(options.models)
        print(json.dumps(kept["day"], indent=1))
    if options.only != "day":
        kept["looks"] = looks(options.looks)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
