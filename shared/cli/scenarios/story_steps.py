"""What happens in the demo's story, and when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.bootstrap import Application
from shared.domain.alert import AlertKind
from shared.domain.canonical import format_time
from shared.service.people.acknowledgements import acknowledge
from shared.service.people.silences import declare, firing


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


Command = Callable[[Application, datetime], object]
_ANNA = "anna@example.com"


def _take_on(application: Application, now: datetime) -> None:
    """What `driftgate acknowledge` does."""
    acknowledge(
        application.service,
        application.ledger,
        application.policies,
        _fallen(application),
        author=_ANNA,
        reason="comparing the approvals of May with their repayments",
        lasts="14d",
        now=now,
        via="command",
    )


def _silence(application: Application, now: datetime) -> None:
    """What `driftgate silence` does."""
    declare(
        application.service,
        application.ledger,
        application.policies,
        "kind=kpi_changed model=loan-default",
        author=_ANNA,
        reason="version 10 is being trained",
        lasts="14d",
        until_resolved=True,
        now=now,
        via="command",
    )


def _fallen(application: Application) -> str:
    """The alert of the business figure, by its fingerprint."""
    return next(
        life.alert.fingerprint
        for _, life in firing(application.ledger)
        if life.alert.kind is AlertKind.KPI_CHANGED
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens: a payload sent, a file of the workspace changed, a command given."""

    at: datetime
    says: str
    payload: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    command: Command | None = None


ENDS = _at("2019-06-15T06:00:00")
KEPT_PAYLOADS = "events"
_WITHOUT_TRAFFIC = """\
provisioning_state: Succeeded
traffic: {blue: 100, green: 0}
deployments:
  blue: {model: "loan-default:7", changed: 2018-06-01T12:00:00Z}
  green: {model: "loan-default:9", changed: 2018-10-30T18:00:00Z}
"""
_WITHOUT_BLUE = """\
provisioning_state: Succeeded
traffic: {green: 100}
deployments:
  green: {model: "loan-default:9", changed: 2018-10-30T18:00:00Z}
"""
_WITH_TRAFFIC = _WITHOUT_TRAFFIC.replace("blue: 100, green: 0", "blue: 0, green: 100")
_ENDPOINT = "workspace/endpoints/loan-endpoint.yaml"
_REQUESTS = "workspace/requests/loan-endpoint.csv"


def _requests(start: datetime, hours: int) -> str:
    """Customers call ten times a minute, and green answers them within 40 ms."""
    lines = ["time,deployment,status,duration_ms"]
    for number in range(hours * 600):
        at = format_time(start + timedelta(seconds=6 * number))
        lines.append(f"{at},green,200,{30 + number % 10}")
    return "\n".join(lines) + "\n"


STEPS = (
    Step(
        at=_at("2018-10-29T09:00:00"),
        says="Version 8 of loan-default is registered.",
        payload="aml_model_registered.eventgrid.json",
        changes={"ModelName": "loan-default", "ModelVersion": 8},
    ),
    Step(
        at=_at("2018-10-29T15:00:00"),
        says="The mended version 9 is registered, this time told as a CloudEvent.",
        payload="aml_model_registered.cloudevents.json",
        changes={"ModelName": "loan-default", "ModelVersion": "9"},
    ),
    Step(
        at=_at("2018-10-30T18:00:00"),
        says="The pipeline succeeds: deployment green is there. Nobody gave it any traffic.",
        payload="arm_online_deployment_write_success.derived.json",
        changes={"deployment": "green"},
        files={_ENDPOINT: _WITHOUT_TRAFFIC},
    ),
    Step(
        at=_at("2018-10-30T18:52:00"),
        says="Someone reads the alert and gives green the traffic.",
        payload="arm_online_endpoint_write_success.derived.json",
        files={
            _ENDPOINT: _WITH_TRAFFIC,
            _REQUESTS: _requests(_at("2018-10-30T18:52:00"), hours=3),
        },
    ),
    Step(
        at=_at("2018-11-02T10:00:00"),
        says="A broken payload arrives, and an event that nothing reacts to.",
        payload="broken.json",
        files={"events/broken.json": '{"eventType": "Microsoft.MachineLearningServices.Model'},
    ),
    Step(
        at=_at("2018-11-07T11:00:00"),
        says="The team deletes blue. No event comes of it; the next look finds out.",
        files={_ENDPOINT: _WITHOUT_BLUE},
    ),
    Step(
        at=_at("2019-05-13T09:00:00"),
        says="Anna takes the fallen figure on: nobody is told of it again while she looks into it.",
        command=_take_on,
    ),
    Step(
        at=_at("2019-05-27T09:30:00"),
        says="She trains a new version, which takes two weeks, and silences it for so long.",
        command=_silence,
    ),
)
