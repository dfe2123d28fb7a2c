"""How long a what-if takes: a span of many models, under several changed policies, on one core.

The real Service decides on the embedded adapters, driven by the timers' own schedules; its home is
kept in a folder and used again. Each model has an endpoint; one in twenty has an incident a day: a
new deployment that gets no traffic for five hours. Its KPIs and inputs are not collected in this
world, so that looks at drift and KPIs are cheap here. Figures are of processor time, without the
start of Python.
Run: python -m benchmarks.whatif [--models 100] [--days 1] [--home FOLDER]
"""

import argparse
import heapq
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from time import process_time
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.event import Check
from shared.domain.policy import Policy, Route
from shared.ports import Adapters, Message
from shared.scenarios.clock import SimulatedClock
from shared.schedules import SCHEDULES, Schedule
from shared.service.delivering import deliver
from shared.service.messages import CHECKS
from shared.service.whatif.asking import what_if
from shared.service.whatif.changed import Changed
from shared.service.whatif.comparing import Span
from shared.settings import Settings

START = datetime(2026, 2, 2, tzinfo=UTC)
MONTH = timedelta(days=30)
UNEASY = 20
IDLE = timedelta(hours=5)
FLEET = """\
receivers: [{name: on-call, channel: log}, {name: team, channel: log}]
routes: [{to: [on-call], severity: [critical]}, {to: [team]}]
default: team
"""


class Waiting:
    """A sender that keeps messages until they are due; one process needs no broker."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._heap: list[tuple[datetime, int, Message]] = []
        self._seen: set[str] = set()

    def send(self, messages: Sequence[Message]) -> None:
        """Keep them; a repeat is dropped."""
        for message in messages:
            if message.id not in self._seen:
                self._seen.add(message.id)
                due = message.scheduled or self._clock.now
                heapq.heappush(self._heap, (due, len(self._seen), message))

    def due(self) -> Message | None:
        """The next message that is due by now."""
        if self._heap and self._heap[0][0] <= self._clock.now:
            return heapq.heappop(self._heap)[2]
        return None

    def next_due(self) -> datetime:
        """When the next one is."""
        return self._heap[0][0] if self._heap else datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A home with so many models, and how its day goes."""

    home: Path
    models: int
    days: int

    def write(self) -> None:
        """Policies and endpoints as they are at the beginning."""
        for folder in ("policies", "workspace/endpoints", "workspace/models"):
            (self.home / folder).mkdir(parents=True)
        (self.home / "policies/fleet.yaml").write_text(FLEET)
        for number in range(self.models):
            (self.home / f"policies/model-{number}.yaml").write_text(
                f"model: model-{number}\nendpoint: endpoint-{number}\n"
            )
            folder = self.home / f"workspace/models/model-{number}"
            folder.mkdir()
            (folder / "1.yaml").write_text("metrics: {auc: 0.9}\n")
            self.describe(number, None)

    def describe(self, number: int, idle_since: datetime | None) -> None:
        """An endpoint, with a new deployment without traffic in an incident."""
        deployments: dict[str, Any] = {
            "blue": {"model": f"model-{number}:1", "changed": "2026-01-01T00:00:00Z"}
        }
        if idle_since is not None:
            changed = idle_since.isoformat()
            deployments["green"] = {"model": f"model-{number}:1", "changed": changed}
        described = {"traffic": {"blue": 100}, "deployments": deployments}
        path = self.home / f"workspace/endpoints/endpoint-{number}.yaml"
        path.write_text(json.dumps(described))

    @property
    def settings(self) -> Settings:
        """Driftgate on this world."""
        return Settings(
            home=self.home / "state",
            workspace=self.home / "workspace",
            policies=self.home / "policies",
        )


def made(world: World) -> int:
    """Let the days pass; returns how many decisions were made."""
    world.write()
    clock = SimulatedClock(START)
    waiting = Waiting(clock)

    def around(adapters: Adapters) -> Adapters:
        return replace(adapters, sender=waiting)

    application = build(world.settings, clock=clock, around=around)
    timers = {name: Schedule.parse(text) for name, text in SCHEDULES.items() if name != "SWEEP"}
    following = {name: schedule.after(START) for name, schedule in timers.items()}
    happenings = _happenings(world)
    end, decided = START + timedelta(days=world.days), 0
    while True:
        happening = happenings[0][0] if happenings else end
        now = min(*following.values(), waiting.next_due(), happening, end)
        if now >= end:
            return decided
        clock.move_to(max(now, clock.now))
        while happenings and happenings[0][0] <= now:
            happenings.pop(0)[1]()
        for name, schedule in timers.items():
            if following[name] <= now:
                following[name] = schedule.after(now)
                _fire(application, name)
        while (message := waiting.due()) is not None:
            decided += _handled(application, message)


def _fire(application: Application, name: str) -> None:
    if name == "HEARTBEAT":
        application.service.heartbeat()
    else:
        application.service.fan_out(Check(name.lower()))


def _handled(application: Application, message: Message) -> int:
    if message.queue == CHECKS:
        return application.service.handle(message.body) is not None
    if message.body["data"].get("action") == "Deliver":
        deliver(
            message.body,
            adapters=application.adapters,
            settings=application.settings,
            say=lambda event: application.service.say(event, via="delivery"),
            now=application.clock(),
        )
    return 0


def _happenings(world: World) -> list[tuple[datetime, Callable[[], None]]]:
    found: list[tuple[datetime, Callable[[], None]]] = []
    for day in range(world.days):
        for number in range(day % UNEASY, world.models, UNEASY):
            at = START + timedelta(days=day, hours=2, minutes=number % 60)
            found.append((at, lambda n=number, t=at: world.describe(n, t)))
            found.append((at + IDLE, lambda n=number: world.describe(n, None)))
    return sorted(found, key=lambda each: each[0])


def changes(application: Application) -> dict[str, Changed]:
    """What is tried."""
    policies = {one.model: one for one in application.policies.all()}
    fleet = application.policies.fleet()
    if fleet is None:
        raise LookupError("the home has no fleet.yaml")
    first = policies["model-0"]

    def all_with(change: Callable[[Policy], Policy]) -> Changed:
        return Changed(policies={name: change(one) for name, one in policies.items()})

    return {
        "nothing, of all": Changed(policies=policies, fleet=fleet, whole=True),
        "fleet.yaml: all to one": Changed(fleet=replace(fleet, routes=[Route(to=["team"])])),
        "one model: grace 90 min": Changed(policies={"model-0": _grace(first)}),
        "all: alerts.flapping": all_with(_flapping),
        "all: routing.grace 90 min": all_with(_grace),
        "all: routing.changes planned": all_with(_planned),
        "all: health.max_error_rate": all_with(_errors),
        "all: gates.min_auc": all_with(_auc),
        "all: drift.limit": all_with(_drift),
        "all: collection.silence": all_with(_silence),
    }


def _grace(one: Policy) -> Policy:
    return replace(one, routing=replace(one.routing, grace=timedelta(minutes=90)))


def _planned(one: Policy) -> Policy:
    planned = type(one.routing.changes)("planned")
    return replace(one, routing=replace(one.routing, changes=planned))


def _flapping(one: Policy) -> Policy:
    flapping = replace(one.alerts.flapping, changes=2)
    return replace(one, alerts=replace(one.alerts, flapping=flapping))


def _errors(one: Policy) -> Policy:
    return replace(one, health=replace(one.health, max_error_rate=0.02))


def _auc(one: Policy) -> Policy:
    return replace(one, gates=replace(one.gates, min_auc=0.95))


def _drift(one: Policy) -> Policy:
    return replace(one, drift=replace(one.drift, limit=0.3))


def _silence(one: Policy) -> Policy:
    return replace(one, collection=replace(one.collection, silence=timedelta(hours=3)))


def main() -> None:
    """Make the home unless it is there, then time each change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--home", type=Path, default=Path(gettempdir()) / "driftgate-whatif")
    options = parser.parse_args()
    home = options.home / f"{options.models}x{options.days}"
    world = World(home=home, models=options.models, days=options.days)
    if not (home / "done").exists():
        begun = process_time()
        count = made(world)
        (home / "done").write_text(str(count))
        print(f"made {count} decisions in {process_time() - begun:.0f} s of processor")
    application = build(world.settings)
    count, span = int((home / "done").read_text()), timedelta(days=options.days)
    whole = Span(since=START, until=START + span)
    print(f"{options.models} models, {options.days} days, {count} decisions")
    for name, changed in changes(application).items():
        begun = process_time()
        report = what_if(application.adapters, application.settings, changed, whole)
        took = process_time() - begun
        told = _told(report.to_json())
        print(f"{name:32} {took:7.2f} s; a month {took * (MONTH / span):6.0f} s; {told}")


def _told(plain: Mapping[str, Any]) -> str:
    remark = plain["remarks"][0].partition(" Other")[0]
    return f"{'differs' if plain['differs'] else 'no difference'}; {remark}"


if __name__ == "__main__":
    main()
