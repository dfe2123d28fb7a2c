"""A home for the what-if's benchmark: the real Service on the embedded adapters, by its timers.

Every model has an endpoint; one in twenty has an incident a day: a new deployment that gets no
traffic for five hours. Of one model in five the inputs are collected, twenty rows an hour, and
compared with its training data each day; those of every fourth of these drift in mid-month. One in
ten has a KPI with an hourly bucket, of which every fourth falls by a sixth in mid-month. Of one in
ten the requests are known, twelve an hour, of which one in fifty fails. One in five gets another
version in mid-month; the first ones are registered an hour before the span begins.
"""

import csv
import heapq
import json
import logging
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import cos, pi
from pathlib import Path
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.event import Check
from shared.ports import Adapters, Message
from shared.scenarios.clock import SimulatedClock
from shared.schedules import SCHEDULES, Schedule
from shared.service.delivering import deliver
from shared.service.messages import CHECKS
from shared.settings import Settings

START = datetime(2026, 2, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE = START - HOUR
UNEASY = 20
IDLE = timedelta(hours=5)
WITH_INPUTS, WITH_OTHERS = 5, 10
ROWS, REQUESTS = 20, 12
KEPT_DAYS = 9
TOGETHER = 50
SIGNATURE = {
    "inputs": [
        {"name": "income", "type": "double"},
        {"name": "age", "type": "double"},
        {"name": "area", "type": "string"},
    ],
    "outputs": [{"name": "probability", "type": "double"}],
}
FLEET = """\
receivers:
  - {name: on-call, channel: pagerduty, secret: ON_CALL}
  - {name: team, channel: log}
routes: [{to: [on-call], severity: [critical]}, {to: [team]}]
default: team
"""
KPI = """\
kpis:
  - {name: approved, kind: proportion, limit: 0.1, query: approved}
"""
REQUESTED = "collection: {expected: false}\nhealth: {window: 6h, max_error_rate: 0.2}\n"
DRIFT = "drift: {columns: [income, age, area], limit: 0.2}\n"


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

    def put_back(self, message: Message) -> None:
        """Have it come first again."""
        heapq.heappush(self._heap, (datetime.min.replace(tzinfo=UTC), 0, message))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A home with so many models, and how its day goes."""

    home: Path
    models: int
    days: int

    @property
    def settings(self) -> Settings:
        """Driftgate on this world."""
        return Settings(
            home=self.home / "state",
            workspace=self.home / "workspace",
            policies=self.home / "policies",
        )

    @property
    def middle(self) -> datetime:
        """When what drifts and falls begins to."""
        return START + self.days * DAY / 2

    def has_inputs(self, number: int) -> bool:
        """Whether the inputs of a model are collected."""
        return number % WITH_INPUTS == 0

    def has_kpi(self, number: int) -> bool:
        """Whether a model has a KPI."""
        return number % WITH_OTHERS == 1

    def has_requests(self, number: int) -> bool:
        """Whether anybody counts its requests."""
        return number % WITH_OTHERS == 2

    def has_another(self, number: int) -> bool:
        """Whether another version is registered of it."""
        return number % WITH_OTHERS in {3, 5}

    def moves(self, number: int) -> bool:
        """Whether what is watched of it moves in mid-month."""
        return number // (WITH_INPUTS if self.has_inputs(number) else WITH_OTHERS) % 4 == 3

    def write(self) -> None:
        """Policies, endpoints, training data and KPIs as they are at the beginning."""
        for folder in ("policies", "workspace/endpoints", "workspace/data"):
            (self.home / folder).mkdir(parents=True)
        for folder in ("training", "requests"):
            (self.home / "workspace" / folder).mkdir()
        (self.home / "policies/fleet.yaml").write_text(FLEET)
        for number in range(self.models):
            policy = f"model: model-{number}\nendpoint: endpoint-{number}\n"
            policy += KPI if self.has_kpi(number) else ""
            policy += DRIFT if self.has_inputs(number) else ""
            policy += REQUESTED if self.has_requests(number) else ""
            (self.home / f"policies/model-{number}.yaml").write_text(policy)
            self.describe(number, START)
            if self.has_kpi(number):
                self._count(number)
            for back in range(KEPT_DAYS if self.has_inputs(number) else 0):
                self.collect(number, START - (back + 1) * DAY)

    def register(self, number: int, version: int) -> bytes:
        """Describe a version; returns the event that Azure tells of it."""
        folder = self.home / f"workspace/models/model-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        described: dict[str, Any] = {"metrics": {"auc": 0.9}, **SIGNATURE}
        if self.has_inputs(number):
            described["training_data"] = f"rows-{number}"
            rows = self.home / f"workspace/training/{number}.jsonl"
            chance = random.Random(number)  # noqa: S311
            rows.write_text("".join(f"{json.dumps(_row(chance, 0))}\n" for _ in range(5_000)))
            asset = self.home / f"workspace/data/rows-{number}.yaml"
            asset.write_text(json.dumps({"paths": [f"../training/{number}.jsonl"]}))
        (folder / f"{version}.yaml").write_text(json.dumps(described))
        return _registered(f"model-{number}", version)

    def describe(self, number: int, at: datetime, *, idle: bool = False) -> None:
        """An endpoint, with a new deployment without traffic in an incident.

        Another version serves from an hour after it was registered.
        """
        since = self.middle + HOUR
        newer = self.has_another(number) and at >= since
        model = f"model-{number}:{2 if newer else 1}"
        changed = since.isoformat() if newer else "2026-01-01T00:00:00Z"
        deployments: dict[str, Any] = {"blue": {"model": model, "changed": changed}}
        if idle:
            deployments["green"] = {"model": model, "changed": at.isoformat()}
        described = {"traffic": {"blue": 100}, "deployments": deployments}
        path = self.home / f"workspace/endpoints/endpoint-{number}.yaml"
        path.write_text(json.dumps(described))

    def collect(self, number: int, day: datetime) -> None:
        """The rows that were scored on a day, a file an hour; what is too old is removed."""
        top = self.home / f"workspace/inference/endpoint-{number}/blue/model_inputs"
        shutil.rmtree(top / f"{day - KEPT_DAYS * DAY:%Y/%m/%d}", ignore_errors=True)
        chance = random.Random(f"{number} {day}")  # noqa: S311
        moved = 1.5 if self.moves(number) and day >= self.middle else 0.0
        for hour in range(24):
            folder = top / f"{day:%Y/%m/%d}/{hour:02d}"
            folder.mkdir(parents=True, exist_ok=True)
            at = day + hour * HOUR
            with (folder / "rows.jsonl").open("w") as file:
                for place in range(ROWS):
                    line = {
                        "specversion": "1.0",
                        "type": "azureml.inference.inputs",
                        "source": f"endpoint-{number}/blue",
                        "time": (at + place * HOUR / ROWS).isoformat(),
                        "correlationid": f"{at:%d%H}-{place}",
                        "data": [_row(chance, moved)],
                    }
                    file.write(f"{json.dumps(line)}\n")

    def serve(self, number: int, day: datetime) -> None:
        """What was asked on a day and on the one before."""
        path = self.home / f"workspace/requests/endpoint-{number}.csv"
        lines = ["time,deployment,status,duration_ms"]
        for begins in (day - DAY, day):
            chance = random.Random(f"{number} {begins}")  # noqa: S311
            for place in range(24 * REQUESTS):
                at = begins + place * HOUR / REQUESTS
                status = 500 if chance.random() < 0.02 else 200
                lines.append(f"{at.isoformat()},blue,{status},{chance.lognormvariate(3, 0.5):.1f}")
        path.write_text("\n".join(lines))

    def _count(self, number: int) -> None:
        """What of each hour's decisions was approved, with a day's course, from 57 days before."""
        folder = self.home / f"workspace/kpis/model-{number}"
        folder.mkdir(parents=True)
        chance = random.Random(number)  # noqa: S311
        with (folder / "approved.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["time", "value", "weight"])
            at = START - 57 * DAY
            while at < START + self.days * DAY:
                share = 0.6 + 0.05 * cos(2 * pi * at.hour / 24)
                if self.moves(number) and at >= self.middle:
                    share *= 5 / 6
                weight = chance.randint(150, 250)
                value = sum(chance.random() < share for _ in range(weight))
                rows.writerow([at.isoformat(), value, weight])
                at += HOUR


def _row(chance: random.Random, moved: float) -> dict[str, Any]:
    return {
        "income": round(chance.gauss(50 + 10 * moved, 10), 3),
        "age": round(chance.gauss(45, 12), 1),
        "area": chance.choice("abcde"),
    }


def made(world: World) -> int:
    """Let the days pass; returns how many decisions were made."""
    world.write()
    logging.getLogger("driftgate").setLevel(logging.ERROR)
    clock = SimulatedClock(BEFORE)
    waiting = Waiting(clock)

    def around(adapters: Adapters) -> Adapters:
        return replace(adapters, sender=waiting)

    application = build(world.settings, clock=clock, around=around)
    return _played(world, application, clock, waiting)


def _played(world: World, application: Application, clock: SimulatedClock, waiting: Waiting) -> int:
    timers = {
        name: Schedule.parse(text)
        for name, text in SCHEDULES.items()
        if name.lower() in {check.value for check in Check}
    }
    following = {name: schedule.after(BEFORE) for name, schedule in timers.items()}
    happenings = _happenings(world, application)
    end, decided = START + world.days * DAY, 0
    while True:
        happening = happenings[0][0] if happenings else end
        now = min(*following.values(), waiting.next_due(), happening, end)
        if now >= end:
            return decided
        clock.move_to(max(now, clock.now))
        with application.ledger.together():
            while happenings and happenings[0][0] <= now:
                happenings.pop(0)[1]()
            for name, schedule in timers.items():
                if following[name] <= now:
                    following[name] = schedule.after(now)
                    _fire(application, name)
            while batch := _batch(waiting):
                decided += _handled(application, batch)


def _batch(waiting: Waiting) -> list[Message]:
    """What is due, one event a subject, as a worker takes it."""
    batch: list[Message] = []
    subjects: set[str] = set()
    while len(batch) < TOGETHER and (message := waiting.due()) is not None:
        subject = str(message.body.get("subject")) if message.queue == CHECKS else ""
        if batch and (not subject or subject in subjects):
            waiting.put_back(message)
            break
        batch.append(message)
        subjects.add(subject)
        if not subject:
            break
    return batch


def _fire(application: Application, name: str) -> None:
    if name == "HEARTBEAT":
        application.service.heartbeat()
    else:
        application.service.fan_out(Check(name.lower()))


def _handled(application: Application, batch: Sequence[Message]) -> int:
    if batch[0].queue == CHECKS:
        answers = application.service.handle_all([one.body for one in batch], lambda: False)
        for problem in answers:
            if problem is not None:
                raise problem
        return len(batch)
    [message] = batch
    if message.body["data"].get("action") == "Deliver":
        deliver(
            message.body,
            adapters=application.adapters,
            settings=application.settings,
            say=lambda event: application.service.say(event, via="delivery"),
            now=application.clock(),
        )
    return 0


def _happenings(
    world: World, application: Application
) -> list[tuple[datetime, Callable[[], None]]]:
    found: list[tuple[datetime, Callable[[], None]]] = []

    serves = world.middle + HOUR

    def register(number: int, version: int) -> None:
        application.service.receive(world.register(number, version), via="benchmark")

    for number in range(world.models):
        found.append((BEFORE, lambda n=number: register(n, 1)))
        if world.has_another(number):
            found.append((world.middle, lambda n=number: register(n, 2)))
            found.append((serves, lambda n=number: world.describe(n, serves)))
    for day in range(world.days):
        begins = START + day * DAY
        for number in range(world.models):
            if world.has_inputs(number):
                found.append((begins, lambda n=number, d=begins: world.collect(n, d)))
            if world.has_requests(number):
                found.append((begins, lambda n=number, d=begins: world.serve(n, d)))
        for number in range(day % UNEASY, world.models, UNEASY):
            at = begins + timedelta(hours=2, minutes=number % 60)
            found.append((at, lambda n=number, t=at: world.describe(n, t, idle=True)))
            found.append((at + IDLE, lambda n=number, t=at + IDLE: world.describe(n, t)))
    return sorted(found, key=lambda each: each[0])


def _registered(model: str, version: int) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"registered-{model}-{version}",
            "source": "benchmark",
            "type": "Microsoft.MachineLearningServices.ModelRegistered",
            "subject": f"models/{model}:{version}",
            "time": BEFORE.isoformat(),
            "data": {"modelName": model, "modelVersion": str(version)},
        }
    ).encode()
