"""What leaves Driftgate, as a scenario speaks of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.notices import Notice, NoticedAlert
from shared.ports import DeadLetter
from shared.scenarios.played import Told
from shared.scenarios.script import Wanted
from shared.service.notices import request_text

_WANTED = {
    "RequestRetraining": Wanted.RETRAINING,
    "RequestPromotion": Wanted.PROMOTION,
    "RequestRollback": Wanted.ROLLBACK,
}


def heard_alert(body: Mapping[str, Any], at: datetime) -> Told:
    """An alert that begins or ends."""
    data = body["data"]
    alert = data["alert"]
    over = data["action"] == "ResolveAlert"
    return Told(
        at=at,
        what=Wanted.RESOLVE if over else Wanted.ALERT,
        text=data["reason"] if over else f"{alert['text']}\n{alert['first_step']}",
        kind=alert["kind"],
        subject=alert["subject"],
        severity=alert["severity"],
        labels=alert["labels"],
        fingerprint=alert["fingerprint"],
        title=alert["title"],
    )


def heard_request(body: Mapping[str, Any], at: datetime) -> Told | None:
    """What is asked of people or pipelines; what Driftgate does itself is seen in the workspace."""
    data = body["data"]
    wanted = _WANTED.get(data["action"])
    if wanted is None:
        return None
    named = {"model": data["model"]}
    if "version" in data:
        named["version"] = f"{data['model']}:{data['version']}"
    return Told(
        at=at,
        what=wanted,
        text=request_text(body),
        kind=data.get("stage", ""),
        subject=f"model/{data['model']}",
        labels=named,
    )


def heard_notice(notice: Notice, at: datetime) -> Told:
    """A notice as a scenario speaks of it: to whom, why now, of what."""
    labels = {f"{one.fingerprint} {name}": v for one in notice.alerts for name, v in _of(one)}
    lines = [f"{one.kind.value}: {one.title}{_end(one)}" for one in notice.alerts]
    return Told(
        at=at,
        what=Wanted.NOTICE,
        key=notice.receiver,
        kind=notice.reason.value,
        subject=notice.scope,
        severity=notice.severity.value,
        labels=labels,
        title=notice.title,
        text="\n".join(lines),
    )


def heard_letter(letter: DeadLetter) -> Told:
    """A message that could not be handled."""
    return Told(
        at=letter.at,
        what=Wanted.DEAD_LETTER,
        text=f"{letter.reason}: {letter.sentence}",
        subject=str(letter.message.body.get("subject") or ""),
    )


def heard_aside(body: Mapping[str, Any]) -> Told:
    """A notice that nothing could deliver, which is kept for somebody to look at."""
    data = body["data"]
    return Told(
        at=parse_time(body["time"]),
        what=Wanted.DEAD_LETTER,
        text=f"{data['reason']}: {data['sentence']}",
        subject=body["subject"],
    )


def _of(alert: NoticedAlert) -> list[tuple[str, str]]:
    return [*alert.labels.items(), ("subject", alert.subject), ("kind", alert.kind.value)]


def _end(alert: NoticedAlert) -> str:
    return "" if alert.ended is None else f" (over: {alert.over})"
