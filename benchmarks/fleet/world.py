"""The home of a fleet: policies, endpoints, rows, KPIs and requests, and what happens in its week.

Of each hundred models, by the seed: twenty have collected rows, ten a KPI, ten counted requests;
two of these get another version in the week's middle, which serves an hour later, of the second six
hours later: it waits. One in a hundred and forty has an incident a day, a new deployment
that gets no traffic for five hours. A tenth of those with rows, KPIs or requests moves in mid-week.
Every model's deployment is written once a day, at its own time, and Event Grid tells of it.
"""

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import merge
from pathlib import Path
from typing import Any

from shared.schedules import Schedule
from shared.settings import Settings

START = datetime(2026, 2, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE = START - HOUR
IDLE = timedelta(hours=5)
UNEASY = 140
ROWS_A_DAY, REQUESTS_AN_HOUR = 120, 4
ROWS_BEFORE, KPI_BEFORE = 2, 28
KEPT_DAYS = 3
TRAINING_ROWS = 300
HOURS_WITH_ROWS = (3, 9, 15, 21)
COLUMNS = (("income", "double"), ("age", "double"), ("area", "string"))
SIGNATURE = {
    "inputs": [{"name": name, "type": kind} for name, kind in COLUMNS],
    "outputs": [{"name": "probability", "type": "double"}],
}
FLEET = """\
receivers:
  - {name: on-call, channel: pagerduty, secret: ON_CALL}
  - {name: team, channel: log}
routes: [{to: [on-call], severity: [critical]}, {to: [team]}]
default: team
retention: {archive: 7d, evidence: 7d, decisions: 7d}
"""
KPI = """\
kpis:
  - {name: approved, kind: proportion, limit: 0.1, query: approved}
"""
REQUESTED = "health: {window: 6h, max_error_rate: 0.2}\n"
DRIFT = "drift: {columns: [income, age, area], limit: 0.2, window: 1d}\n"
UNLIMITED = "gates: {budget: off}\n"
NOT_COLLECTED = "collection: {expected: false}\n"

WRITTEN = Path(__file__).resolve().parents[2] / (
    "samples/events/arm_online_deployment_write_success.derived.json"
)

Happening = tuple[datetime, int, Callable[[], bytes | None]]
"""When, of which model, and what: it changes files, and gives the event that Azure tells of it."""


@lru_cache(maxsize=1)
def _written() -> str:
    return json.dumps(json.loads(WRITTEN.read_text(encoding="utf-8")))


@lru_cache(maxsize=256)
def _places(seed: int, hundred: int) -> list[int]:
    return random.Random(f"{seed} {hundred}").sample(range(100), 100)  # noqa: S311


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWorld:
    """A home with so many models; who of them has what follows from the seed."""

    home: Path
    models: int
    hours: int = 7 * 24
    seed: int = 7

    def settings(self, schedules: Mapping[str, Schedule]) -> Settings:
        """Driftgate on this world."""
        return Settings(
            home=self.home / "state",
            workspace=self.home / "workspace",
            policies=self.home / "policies",
            schedules=schedules,
        )

    @property
    def end(self) -> datetime:
        """When it is over."""
        return START + self.hours * HOUR

    @property
    def middle(self) -> datetime:
        """When what drifts and falls begins to, and other versions come."""
        return START + self.hours * HOUR / 2

    def place(self, number: int) -> int:
        """Where in its hundred a model is, which says what it has."""
        hundred, place = divmod(number, 100)
        return _places(self.seed, hundred)[place]

    def has_inputs(self, number: int) -> bool:
        """Whether its rows are collected: a fifth."""
        return self.place(number) < 20

    def has_kpi(self, number: int) -> bool:
        """Whether it has a KPI: a tenth."""
        return 20 <= self.place(number) < 30

    def has_requests(self, number: int) -> bool:
        """Whether anybody counts its requests: a tenth."""
        return 30 <= self.place(number) < 40

    def has_another(self, number: int) -> bool:
        """Whether another version is registered: two in a hundred."""
        return 30 <= self.place(number) < 32

    def waits(self, number: int) -> bool:
        """Whether that one serves six hours later, so that it waits: a hundredth."""
        return self.place(number) == 31

    def serves(self, number: int) -> datetime:
        """From when on its newer version serves, where it has one."""
        return self.middle + (6 * HOUR if self.waits(number) else HOUR)

    def moves(self, number: int) -> bool:
        """Whether what is watched of it moves in mid-week."""
        return self.place(number) % 10 == 3

    def write(self) -> None:
        """Policies, endpoints, training data and KPIs as they are at the beginning."""
        for folder in ("policies", "workspace/endpoints", "workspace/data", "workspace/requests"):
            (self.home / folder).mkdir(parents=True)
        (self.home / "policies/fleet.yaml").write_text(FLEET)
        chance = random.Random(self.seed)  # noqa: S311
        rows = "".join(f"{json.dumps(_row(chance, 0.0))}\n" for _ in range(TRAINING_ROWS))
        (self.home / "workspace/data/rows.jsonl").write_text(rows)
        (self.home / "workspace/data/rows.yaml").write_text('{"paths": ["rows.jsonl"]}')
        for number in range(self.models):
            policy = f"model: model-{number}\nendpoint: endpoint-{number}\n"
            policy += KPI if self.has_kpi(number) else ""
            policy += DRIFT if self.has_inputs(number) else NOT_COLLECTED
            policy += REQUESTED if self.has_requests(number) else ""
            policy += UNLIMITED
            (self.home / f"policies/model-{number}.yaml").write_text(policy)
            self.describe(number, START)
            if self.has_kpi(number):
                self._count(number)
            for back in range(ROWS_BEFORE if self.has_inputs(number) else 0):
                self.collect(number, START - (back + 1) * DAY)

    def happenings(self) -> Iterator[Happening]:
        """Everything that happens, in its order."""
        days = range((self.hours + 23) // 24)
        return merge(
            self._registered(),
            *(self._of_day(START + day * DAY, day) for day in days),
            key=lambda one: one[:2],
        )

    def _registered(self) -> Iterator[Happening]:
        for number in range(self.models):
            at = BEFORE + number * HOUR / (self.models + 1)
            yield at, number, lambda n=number: self.register(n, 1)
        others = [n for n in range(self.models) if self.has_another(n)]
        for number in others:
            yield self.middle, number, lambda n=number: self.register(n, 2)
        for number in sorted(others, key=self.serves):
            yield self.serves(number), number, lambda n=number: self.describe(n, self.serves(n))

    def _of_day(self, begins: datetime, day: int) -> Iterator[Happening]:
        """What is written at midnight, the deployments that are written, and the incidents."""
        for number in range(self.models):
            if self.has_inputs(number):
                yield begins, number, lambda n=number: self.collect(n, begins)
            if self.has_requests(number):
                yield begins, number, lambda n=number: self.serve(n, begins)
        uneasy = range(day % UNEASY, self.models, UNEASY)
        incident, over = begins + 2 * HOUR, begins + 2 * HOUR + IDLE
        told = [
            (begins + (number % 1440) * DAY / 1440, number, day) for number in range(self.models)
        ]
        changes: list[Happening] = [
            *((at, n, lambda n=n, d=d: self.written(n, d)) for at, n, d in told),
            *((incident, n, lambda n=n: self.describe(n, incident, idle=True)) for n in uneasy),
            *((over, n, lambda n=n: self.describe(n, over)) for n in uneasy),
        ]
        yield from sorted(changes, key=lambda one: one[:2])

    def register(self, number: int, version: int) -> bytes:
        """Describe a version; returns the event that Azure tells of it."""
        folder = self.home / f"workspace/models/model-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        described: dict[str, Any] = {"metrics": {"auc": 0.9}, **SIGNATURE}
        if self.has_inputs(number):
            described["training_data"] = "rows"
        (folder / f"{version}.yaml").write_text(json.dumps(described))
        return json.dumps(
            {
                "specversion": "1.0",
                "id": f"registered-{number}-{version}",
                "source": "benchmark",
                "type": "Microsoft.MachineLearningServices.ModelRegistered",
                "subject": f"models/model-{number}:{version}",
                "time": (BEFORE if version == 1 else self.middle).isoformat(),
                "data": {"modelName": f"model-{number}", "modelVersion": str(version)},
            }
        ).encode()

    def written(self, number: int, day: int) -> bytes:
        """The event of a deployment that was written."""
        [one] = json.loads(_written().replace("loan-endpoint", f"endpoint-{number}"))
        at = START + day * DAY + (number % 1440) * DAY / 1440
        return json.dumps([{**one, "id": f"{number}-{day}", "eventTime": at.isoformat()}]).encode()

    def describe(self, number: int, at: datetime, *, idle: bool = False) -> None:
        """An endpoint, with a new deployment without traffic in an incident."""
        serves = self.serves(number)
        newer = self.has_another(number) and at >= serves
        model = f"model-{number}:{2 if newer else 1}"
        changed = serves.isoformat() if newer else "2026-01-01T00:00:00Z"
        deployments: dict[str, Any] = {"blue": {"model": model, "changed": changed}}
        if idle:
            deployments["green"] = {"model": model, "changed": at.isoformat()}
        described = {"traffic": {"blue": 100}, "deployments": deployments}
        path = self.home / f"workspace/endpoints/endpoint-{number}.yaml"
        path.write_text(json.dumps(described))

    def collect(self, number: int, day: datetime) -> None:
        """The rows that were scored on a day, some hours of it; what is too old is removed."""
        top = self.home / f"workspace/inference/endpoint-{number}/blue/model_inputs"
        shutil.rmtree(top / f"{day - KEPT_DAYS * DAY:%Y/%m/%d}", ignore_errors=True)
        chance = random.Random(f"{number} {day}")  # noqa: S311
        moved = 1.5 if self.moves(number) and day >= self.middle else 0.0
        for hour in HOURS_WITH_ROWS:
            folder = top / f"{day:%Y/%m/%d}/{hour:02d}"
            folder.mkdir(parents=True, exist_ok=True)
            at, many = day + hour * HOUR, ROWS_A_DAY // len(HOURS_WITH_ROWS)
            lines = [
                {
                    "specversion": "1.0",
                    "type": "azureml.inference.inputs",
                    "source": f"endpoint-{number}/blue",
                    "time": (at + place * HOUR / many).isoformat(),
                    "correlationid": f"{at:%d%H}-{place}",
                    "data": [_row(chance, moved)],
                }
                for place in range(many)
            ]
            (folder / "rows.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))

    def serve(self, number: int, day: datetime) -> None:
        """What was asked on a day and on the one before."""
        path = self.home / f"workspace/requests/endpoint-{number}.csv"
        lines = ["time,deployment,status,duration_ms"]
        for begins in (day - DAY, day):
            chance = random.Random(f"{number} {begins}")  # noqa: S311
            for place in range(24 * REQUESTS_AN_HOUR):
                at = begins + place * HOUR / REQUESTS_AN_HOUR
                status = 500 if chance.random() < 0.02 else 200
                lines.append(f"{at.isoformat()},blue,{status},{chance.lognormvariate(3, 0.5):.1f}")
        path.write_text("\n".join(lines))

    def _count(self, number: int) -> None:
        """What of each day's decisions was approved, from weeks before."""
        folder = self.home / f"workspace/kpis/model-{number}"
        folder.mkdir(parents=True)
        chance = random.Random(number)  # noqa: S311
        lines = ["time,value,weight"]
        for day in range(-KPI_BEFORE, (self.hours + 23) // 24):
            at = START + day * DAY
            share = 0.5 if self.moves(number) and at >= self.middle else 0.6
            noise = (4_000 * share * (1 - share)) ** 0.5
            lines.append(f"{at.isoformat()},{round(chance.gauss(4_000 * share, noise))},4000")
        (folder / "approved.csv").write_text("\n".join(lines))


def _row(chance: random.Random, moved: float) -> dict[str, Any]:
    return {
        "income": round(chance.gauss(50 + 10 * moved, 10), 3),
        "age": round(chance.gauss(45, 12), 1),
        "area": chance.choice("abcde"),
    }
