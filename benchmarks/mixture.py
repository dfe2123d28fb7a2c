"""What a fleet's day looks like to Driftgate: a world on files and a stream of what happens in it.

Of a hundred events 55 are resource events of endpoints, 20 are registered models, 25 are looks that
timers ask for. Payloads are those of `samples/events` under other names. Every fiftieth endpoint
fails and recovers in turn, so that alerts begin, end and reach a receiver.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from shared.domain.event import Check, Event, check_due
from shared.settings import Settings

EVENTS = Path(__file__).resolve().parent.parent / "samples/events"
MOODY = 50
FLEET = """
receivers:
  - name: oncall
    channel: teams
    secret: ONCALL
    pace: {notices: 30, per: 1h}
default: oncall
"""


@dataclass(frozen=True)
class Arrival:
    """One thing that comes in: a payload from outside, or a look that a timer asks for."""

    payload: bytes | None = None
    due: Event | None = None


@dataclass
class Mixture:
    """The world below `home`, and what happens in it, the same for one seed."""

    home: Path
    endpoints: int = 2000
    models: int = 1000
    policies: int = 100
    seed: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  a fleet's day is no secret
        self._write = json.loads(
            (EVENTS / "arm_online_deployment_write_success.derived.json").read_text()
        )[0]
        self._registered = json.loads(
            (EVENTS / "aml_model_registered.cloudevents.json").read_text()
        )[0]
        for folder in ("policies", "workspace/endpoints", "workspace/models"):
            (self.home / folder).mkdir(parents=True)
        for number in range(self.endpoints):
            self._describe(number, "Succeeded")
        for number in range(self.models):
            folder = self.home / f"workspace/models/model-{number}"
            folder.mkdir()
            (folder / "1.yaml").write_text("metrics: {auc: 0.9}\ntags: {area: benchmark}\n")
        for number in range(self.policies):
            (self.home / f"policies/model-{number}.yaml").write_text(
                f"model: model-{number}\nendpoint: endpoint-{number:05}\n"
            )
        (self.home / "policies/fleet.yaml").write_text(FLEET)

    @property
    def settings(self) -> Settings:
        """Driftgate on this world, with its own state beside it."""
        return Settings(
            home=self.home / "state",
            workspace=self.home / "workspace",
            policies=self.home / "policies",
        )

    def arrivals(self) -> Iterator[Arrival]:
        """Without end, one after the other, changing the world as they tell it."""
        number = 0
        while True:
            number += 1
            kind = self._random.random()
            endpoint = self._random.randrange(self.endpoints)
            if kind < 0.55:
                yield Arrival(payload=self._resource_event(number, endpoint))
            elif kind < 0.75:
                yield Arrival(payload=self._model_event(number))
            else:
                name = f"endpoint/endpoint-{endpoint:05}"
                yield Arrival(
                    due=check_due(Check.ROUTING, name, datetime.now(UTC), {"number": number})
                )

    def _resource_event(self, number: int, endpoint: int) -> bytes:
        if endpoint % MOODY == 0:
            self._describe(endpoint, self._random.choice(["Failed", "Succeeded"]))
        text = json.dumps(
            [{**self._write, "id": f"write-{self.seed}-{number}", "eventTime": _now()}]
        )
        return text.replace("loan-endpoint", f"endpoint-{endpoint:05}").encode()

    def _model_event(self, number: int) -> bytes:
        model = f"model-{self._random.randrange(self.models)}"
        data = {**self._registered["data"], "ModelName": model, "ModelVersion": 1}
        envelope = {
            **self._registered,
            "id": f"registered-{self.seed}-{number}",
            "subject": f"models/{model}:1",
            "time": _now(),
            "data": data,
        }
        return json.dumps([envelope]).encode()

    def _describe(self, endpoint: int, state: str) -> None:
        described = {
            "traffic": {"blue": 90, "green": 10},
            "deployments": {
                "blue": {"model": "churn:6", "changed": "2026-01-01T00:00:00Z", "instances": 2},
                "green": {
                    "model": "churn:7",
                    "changed": "2026-02-01T00:00:00Z",
                    "instances": 2,
                    "provisioning_state": state,
                },
            },
        }
        path = self.home / f"workspace/endpoints/endpoint-{endpoint:05}.yaml"
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(described))
        beside.replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat()
