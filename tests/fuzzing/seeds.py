"""Where cases begin: what Azure really sends, what people really write, what is kept."""

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.fuzzing.parsers import NOW

ROOT = Path(__file__).resolve().parents[2]
_FEW = 12


def sending(template: str) -> Any:
    """A notice that is told by a template."""
    from shared.domain.policy import ChannelKind
    from tests.rendering.cases import CASES
    from tests.rendering.cases import sending as sent

    return sent(ChannelKind.EMAIL, CASES["flapping"][0], template=template)


def _files(*patterns: str, most: int | None = _FEW) -> list[bytes]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path.read_bytes() for path in found[:most]]


def _plain(value: object) -> bytes:
    from shared.domain.canonical import canonical_json

    return canonical_json(value)


def _events() -> list[bytes]:
    return [
        *_files("samples/events/*.json", most=None),
        _own("IntentDeclared", "endpoint/loan-endpoint", {"kind": "standby", "reason": "x"}),
        _own("CheckDue", "model/loan-default", {"check": "drift"}),
        _own("DeploymentFailed", "endpoint/loan-endpoint", {"deployment": "green"}),
    ]


def _own(kind: str, subject: str, data: dict[str, Any]) -> bytes:
    told = {"specversion": "1.0", "id": "1", "source": "somebody", "time": "2026-02-03T12:00:00Z"}
    return json.dumps(
        {**told, "type": f"io.driftgate.{kind}", "subject": subject, "data": data}
    ).encode()


def _profile() -> dict[str, Any]:
    from shared.profiles import baseline

    return baseline(
        {"income": [1.0, 2.0, 3.5] * 20, "purpose": ["car", "boat", None] * 20}
    ).to_json()


def _parquet() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kept = BytesIO()
    parquet.write_table(pa.table({"income": [1.0, 2.0], "purpose": ["car", None]}), kept)
    return kept.getvalue()


def _kept_baseline(profile: dict[str, Any]) -> bytes:
    from shared.profiles.files import KeptBaseline, save_baseline
    from shared.statistics import Profile
    from tests.fuzzing.parsers import file_of

    path = file_of("seed.json", b"")
    save_baseline(path, KeptBaseline(profile=Profile.from_json(profile), calibration=None))
    return path.read_bytes()


def _state() -> Any:
    from shared.domain.state import DriftWatch, SubjectState

    return SubjectState(drift=DriftWatch(version="7", until=NOW), checks={"drift": NOW})


def _evidence(profile: dict[str, Any]) -> Any:
    from shared.domain.evidence import DriftEvidence

    return DriftEvidence(
        taken=NOW, start=NOW, end=NOW, version="7", baseline=profile, window=profile
    )


def _waiting() -> bytes:
    from shared.service.environment_checks import read_call

    return json.dumps(read_call(_CALL, {}, NOW).message().body).encode()


_GUID = "00000000-0000-0000-0000-000000000001"
_CALL = {
    "PlanUrl": "https://dev.azure.com/contoso/",
    "ProjectId": _GUID,
    "HubName": "build",
    "PlanId": _GUID,
    "JobId": _GUID,
    "TimelineId": _GUID,
    "TaskInstanceId": _GUID,
    "AuthToken": "token",
    "BuildId": "7",
    "DefinitionId": "8",
    "model": "loan-default",
    "timeout": "2h",
}
_PRINCIPAL = {
    "auth_typ": "aad",
    "claims": [{"typ": "roles", "val": "operator"}, {"typ": "oid", "val": _GUID}],
}
_NOTICE = {
    "id": "n1",
    "group": "g1",
    "number": 1,
    "receiver": "team",
    "scope": "loan-default",
    "reason": "first",
    "severity": "warning",
    "title": "loan-default drifts",
    "made": "2026-02-03T12:00:00Z",
    "since": "2026-02-03T12:00:00Z",
    "alerts": [],
}


@cache
def seeds() -> dict[str, list[bytes]]:
    """Cases to begin with, by the name of the parser."""
    profile = _profile()
    events = _events()
    lines = _files("samples/workspace/data/**/*.jsonl", most=3)
    collected = [
        json.dumps(json.loads(one)).encode() + b"\n"
        for one in _files("samples/events/mdc_*.json", "shared-contracts/mdc_*.json")
    ]
    rows = [*collected, *(one[:2000] for one in lines), b'{"income": 1}\n{"income": "x"}\n']
    table = b"income,purpose\n1,car\n2.5,boat\n,car\n"
    retraining = {"action": "RequestRetraining", "model": "m", "cause": "drift", "window": "a day"}
    promotion = {"action": "RequestPromotion", "model": "m", "version": "3", "stage": "production"}
    shift = {"action": "ShiftTraffic", "endpoint": "e", "traffic": {"blue": 100}, "model": "m"}
    message = {"specversion": "1.0", "id": "m1", "time": "2026-02-03T12:00:00Z"}
    headers = {
        "X-Driftgate-Secret": "x",
        "Authorization": "Basic eDp5",
        "Content-Type": "application/json",
        "Content-Length": "7",
    }
    dead = {
        **json.loads(_files("samples/events/aml_model_registered.eventgrid.json")[0])[0],
        "deadLetterReason": "MaxDeliveryAttemptsExceeded",
        "deliveryAttempts": 30,
        "lastDeliveryOutcome": "NotFound",
        "lastDeliveryAttemptTime": "2026-02-03T12:00:00Z",
    }
    finding = {
        "rule": "drift",
        "thing": "feature/x",
        "verdict": "pass",
        "reason": "r",
        "sentence": "s",
        "n": 3,
    }
    logs = [one[:4000] for one in _files("tests/diagnosis/corpus/*.log", most=40)]
    told = {"severity": "warning", "title": "t", "text": "x", "first_step": "y", "fingerprint": "f"}
    alert = {"action": "PostAlert", "alert": {**told, "since": "2026-02-03T12:00:00Z"}}
    order = {"action": "Deliver", "notice": _NOTICE, "channel": "teams", "order": "o1"}
    return {
        "intake of Event Grid": events,
        "intake of Azure DevOps": events,
        "intake of Azure Monitor": events,
        "intake of commands": events,
        "policy": _files("samples/policies/loan*.yaml", "tests/policies/testdata/*.yaml", most=40),
        "fleet": _files("samples/policies/fleet.yaml", "tests/policies/fleets/*.yaml", most=30),
        "scenario": _files("samples/scenarios/*.scenario", most=25),
        "rows of JSON lines": rows,
        "training data of JSON lines": rows,
        "rows of CSV": [table],
        "training data of CSV": [table],
        "rows of Parquet": [_parquet()],
        "profile": [_plain(profile)],
        "kept baseline": [_kept_baseline(profile)],
        "state": [_plain(_state())],
        "evidence of drift": [_plain(_evidence(profile))],
        "evidence of routing": [_plain({"taken": NOW, "gone": False, "problem": None})],
        "finding": [_plain(finding)],
        "message of a waiting check": [_waiting()],
        "call of a check": [json.dumps(_CALL).encode()],
        "message of a delivery": [json.dumps({**message, "data": order}).encode()],
        "message of a notice": [json.dumps({**message, "data": alert}).encode()],
        "message of a retraining": [json.dumps({**message, "data": retraining}).encode()],
        "message of a promotion": [
            json.dumps({**message, "data": one}).encode() for one in (promotion, shift)
        ],
        "principal of a caller": [json.dumps(_PRINCIPAL).encode()],
        "dead letters of Event Grid": [json.dumps([dead]).encode(), *events],
        "headers of a hook": [json.dumps(headers).encode()],
        "names": [
            b"/subscriptions/0/resourceGroups/g/providers/Microsoft.MachineLearningServices"
            b"/workspaces/w/onlineEndpoints/e/deployments/d",
            b"azureml:loan-default:7",
        ],
        "moments": [b"2d", b"friday 18:00", b"2026-02-03T12:00Z", b"in 3h"],
        "arguments of KQL": [b'a"; drop', "\u2028".encode()],
        "container log": logs,
        "container log without secrets": logs,
        "schedule": [b"0 */5 * * * *", b"0 0 1-5 * jan mon"],
        "template": [
            *_files("shared/rendering/templates/*.j2"),
            b"{% for a in alerts %}{{ a.title }}{% endfor %}",
        ],
    }
