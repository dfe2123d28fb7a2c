"""What is known, as plain JSON values: for the command, the API and the console."""

from collections.abc import Mapping
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.errors import NotFound
from shared.ports import Archive, Ledger
from shared.service.codec import decode

_PUT_FORWARD = "RequestPromotion"


def alerts(ledger: Ledger) -> list[dict[str, Any]]:
    """Every alert ever raised, firing ones first, newest first."""
    found = [
        {"subject": subject, **_alert(record)}
        for subject in ledger.subjects()
        for record in _state(ledger, subject).alerts.values()
    ]
    found.sort(key=lambda alert: alert["posted"], reverse=True)
    found.sort(key=lambda alert: alert["status"] != AlertStatus.FIRING.value)
    return found


def events(archive: Archive, limit: int = 100) -> list[dict[str, Any]]:
    """What came in, newest first, with the refusal of what could not be read."""
    return [
        {
            "key": archived.key,
            "received": to_plain(archived.received),
            "via": archived.via,
            "id": (archived.event or {}).get("id"),
            "type": (archived.event or {}).get("type"),
            "subject": (archived.event or {}).get("subject"),
            "time": (archived.event or {}).get("time"),
            "refusal": archived.refusal,
        }
        for archived in archive.list(limit=limit)
    ]


def overview(ledger: Ledger) -> list[dict[str, Any]]:
    """One row a subject: its last verdict, when, and how many alerts fire."""
    rows = []
    for subject in ledger.subjects():
        last = _last(ledger, subject)
        state = _state(ledger, subject)
        rows.append(
            {
                "subject": subject,
                "verdict": last.get("verdict"),
                "event": last.get("event", {}).get("type"),
                "decided": last.get("decided"),
                "firing": sum(
                    record.status is AlertStatus.FIRING for record in state.alerts.values()
                ),
            }
        )
    return rows


def status(ledger: Ledger, name: str) -> dict[str, Any]:
    """One model or endpoint: its state and its last decisions.

    `name` is a subject (`model/loan-default`) or just the model's or endpoint's name.
    Raises NotFound when nothing was ever decided about it.
    """
    known = ledger.subjects()
    matching = [s for s in known if s == name or s.partition("/")[2] == name]
    if not matching:
        raise NotFound(
            f"Nothing is known of {name}; known are: {', '.join(known) or 'no subjects yet'}."
        )
    return {"name": name, "subjects": [_subject(ledger, subject) for subject in matching]}


def _subject(ledger: Ledger, subject: str) -> dict[str, Any]:
    state = _state(ledger, subject)
    return {
        "subject": subject,
        "alerts": [_alert(record) for record in state.alerts.values()],
        "deployments": to_plain(state.deployments),
        "baselines": dict(state.baselines),
        "versions": dict(state.versions),
        "checks": to_plain(state.checks),
        "decisions": [shown(decision) for decision in ledger.decisions(subject, limit=5)],
    }


def _state(ledger: Ledger, subject: str) -> SubjectState:
    return decode(ledger.state(subject).state, SubjectState)


def _last(ledger: Ledger, subject: str) -> dict[str, Any]:
    decisions = ledger.decisions(subject, limit=1)
    return dict(decisions[0]) if decisions else {}


def _alert(record: AlertRecord) -> dict[str, Any]:
    alert = record.alert
    plain: dict[str, Any] = {
        "fingerprint": alert.fingerprint,
        "status": record.status.value,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "title": alert.title,
        "text": alert.text,
        "first_step": alert.first_step,
        "labels": dict(alert.labels),
        "since": to_plain(alert.since),
        "posted": to_plain(record.posted),
        "resolved": to_plain(record.resolved),
        "reason": record.reason,
    }
    return plain


def shown(decision: Mapping[str, Any]) -> dict[str, Any]:
    """A decision for programs: event id and subject on top, each action with its message id."""
    event = decision["event"]
    actions = zip(decision["actions"], decision["messages"], strict=True)
    kept = {name: value for name, value in decision.items() if name != "messages"}
    return {
        "event_id": event["id"],
        "subject": event["subject"],
        **kept,
        "actions": [{**action, "message_id": message} for action, message in actions],
    }


def gate(ledger: Ledger, model: str, version: str, stage: str | None = None) -> dict[str, Any]:
    """What an environment check is told of a version: `successful`, `blocked` or `unknown`.

    Only `successful` lets a pipeline go on, so a version nobody judged is not let through; with a
    `stage`, one that nobody judged for that stage is not either.
    """
    for decision in ledger.decisions(f"model/{model}", limit=1000):
        data = decision["event"].get("data", {})
        if data.get("version") == version and data.get("check") in {None, "reconcile"}:
            requested = [a["stage"] for a in decision["actions"] if a["action"] == _PUT_FORWARD]
            if stage is not None and stage not in {data.get("stage"), *_stages(decision)}:
                continue
            passed = bool(requested) if stage is None else stage in requested
            return {
                "status": "successful" if passed else "blocked",
                "verdict": decision["verdict"],
                "decision": decision["hash"],
                "findings": [finding["sentence"] for finding in decision["findings"]],
            }
    return {
        "status": "unknown",
        "verdict": None,
        "decision": None,
        "findings": [
            f"{model}:{version} was never judged{f' for {stage}' if stage else ''}; "
            "register it, or check its name."
        ],
    }


def _stages(decision: Mapping[str, Any]) -> set[str]:
    """The stages a decision speaks of, by what it asks and by what it found."""
    named = {action.get("stage") for action in decision["actions"]}
    named |= {(finding.get("details") or {}).get("stage") for finding in decision["findings"]}
    return {stage for stage in named if isinstance(stage, str)}
