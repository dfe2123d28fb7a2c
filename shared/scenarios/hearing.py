"""What leaves Driftgate, as a scenario speaks of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
