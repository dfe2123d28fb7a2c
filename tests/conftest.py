"""What several tests need: a world on files that stands still until it is told otherwise."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from shared.bootstrap import Application, build
from shared.settings import Settings
from tests import processes

settings.register_profile("driftgate", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("driftgate")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    processes.begin()


EVENTS = Path(__file__).resolve().parent.parent / "samples" / "events"
NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


class StoppedClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, duration: timedelta) -> None:
        self.now += duration


@dataclass
class Scene:
    """An application on a temporary folder, with short ways to change its world and feed it."""

    home: Path
    clock: StoppedClock
    application: Application
    notices: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def write(self, name: str, content: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def policy(self, content: str) -> None:
        self.write("policies/policy.yaml", content)

    def endpoint(self, traffic: str, deployments: str, name: str = "loan-endpoint") -> None:
        self.write(
            f"workspace/endpoints/{name}.yaml",
            f"traffic: {traffic}\ndeployments: {deployments}\n",
        )

    def model(self, version: str, content: str, name: str = "loan-default") -> None:
        self.write(f"workspace/models/{name}/{version}.yaml", content)

    def send(self, payload: Any) -> None:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.application.service.receive(body, via="test")
        self.drain()

    def drain(self) -> None:
        self.application.worker(
            {
                "alerts": lambda body: self.notices.append(dict(body)),
                "retraining-requests": lambda body: self.requests.append(dict(body)),
                "promotion-requests": lambda body: self.requests.append(dict(body)),
            }
        ).drain()

    def told(self) -> list[tuple[str, str]]:
        return [(n["data"]["action"], n["data"]["alert"]["kind"]) for n in self.notices]

    def last(self, subject: str) -> dict[str, Any]:
        return dict(self.application.ledger.decisions(subject, limit=1)[0])


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    for folder in ("policies", "workspace/endpoints", "workspace/models"):
        (tmp_path / folder).mkdir(parents=True)
    clock = StoppedClock()
    settings = Settings(
        home=tmp_path, workspace=tmp_path / "workspace", policies=tmp_path / "policies"
    )
    return Scene(home=tmp_path, clock=clock, application=build(settings, clock=clock))


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """Reads a payload of samples/events."""
    return lambda name: json.loads((EVENTS / name).read_bytes())


@pytest.fixture
def registered(sample: Callable[[str], Any]) -> Callable[..., Any]:
    """A ModelRegistered payload in Azure's form with another model, version and time."""

    def make(version: str, *, model: str = "loan-default", at: datetime = NOON) -> Any:
        payload = sample("aml_model_registered.eventgrid.json")
        payload[0]["id"] = f"{model}-{version}"
        payload[0]["eventTime"] = at.isoformat()
        payload[0]["data"] = {"modelName": model, "modelVersion": version}
        return payload

    return make


@pytest.fixture
def completed(sample: Callable[[str], Any]) -> Callable[..., Any]:
    """A resource event that says a deployment of loan-endpoint was written."""

    def make(deployment: str, *, at: datetime = NOON) -> Any:
        text = json.dumps(sample("arm_online_deployment_write_success.derived.json"))
        payload = json.loads(text.replace("deployments/blue", f"deployments/{deployment}"))
        payload[0]["id"] = f"{deployment}-{at.isoformat()}"
        payload[0]["eventTime"] = at.isoformat()
        return payload

    return make
