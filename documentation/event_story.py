"""One event from its arrival to the message a person reads: the records of docs/architecture.md.

The service itself on the embedded adapters, with a clock that stands where it is put and something
around the adapters that notes what passes. Run: python -m documentation.event_story
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.canonical import parse_time, to_plain
from shared.ports import Adapters, Message
from shared.scenarios.clock import SimulatedClock
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PAYLOAD = ROOT / "samples" / "events" / "arm_online_deployment_write_success.derived.json"
FILES = {
    "policies/loan-default.yaml": "model: loan-default\nendpoint: loan-endpoint\n",
    "policies/fleet.yaml": (
        "receivers:\n  - {name: on-call, channel: pagerduty, secret: ONCALL}\ndefault: on-call\n"
    ),
    "workspace/endpoints/loan-endpoint.yaml": (
        "traffic: {green: 100}\n"
        "deployments:\n"
        '  green: {model: "loan-default:7", changed: 2026-01-01T00:00:00Z}\n'
        '  blue: {model: "loan-default:8", changed: 2026-02-03T10:15:30Z}\n'
    ),
}
_BLOCK = re.compile(r"<!-- record: (?P<name>[\w-]+) -->\n.*?<!-- end of record -->", re.S)
_LONG = 110
GRACE, WAIT = timedelta(minutes=30), timedelta(seconds=31)


@dataclass
class Passed:
    """What passed a port, in its order: commits as they were made, messages as they were sent."""

    commits: list[Mapping[str, Any]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)


class NotedLedger:
    """A ledger whose commits are noted."""

    def __init__(self, ledger: Any, passed: Passed) -> None:
        self._ledger, self._passed = ledger, passed

    def commit(self, **named: Any) -> None:
        """As the ledger does."""
        self._ledger.commit(**named)
        self._passed.commits.append(named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


class NotedSender:
    """A sender whose messages are noted."""

    def __init__(self, sender: Any, passed: Passed) -> None:
        self._sender, self._passed = sender, passed

    def send(self, messages: Sequence[Message]) -> None:
        """As the sender does."""
        self._sender.send(messages)
        self._passed.sent.extend(messages)


def records() -> dict[str, Any]:
    """The record at every step, by the names that the page gives them."""
    with TemporaryDirectory(prefix="driftgate-story-") as folder:
        home = Path(folder)
        for name, text in FILES.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        passed = Passed()
        [envelope] = json.loads(PAYLOAD.read_text(encoding="utf-8"))
        clock = SimulatedClock(parse_time("2026-02-03T10:15:31Z"))

        def around(adapters: Adapters) -> Adapters:
            return replace(
                adapters,
                ledger=NotedLedger(adapters.ledger, passed),
                sender=NotedSender(adapters.sender, passed),
            )

        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        application = build(settings, clock=clock, around=around)
        application.service.receive(json.dumps([envelope]).encode(), via="event-grid")
        [kept] = application.archive.list()
        worker = application.worker()
        worker.drain()
        for after in (GRACE, WAIT, timedelta(seconds=1)):
            clock.move_to(clock.now + after)
            worker.drain()
        found = _told(application, passed, home)
        application.adapters.close()
    payload = {name: envelope[name] for name in ("id", "eventType", "eventTime", "subject")}
    payload["data"] = {
        name: envelope["data"][name] for name in ("operationName", "status", "correlationId")
    }
    archived = {
        "key": kept.key,
        "received": kept.received,
        "via": kept.via,
        "body": kept.body.decode(),
        "event": kept.event,
        "refusal": kept.refusal,
    }
    return {"payload": payload, "archive": archived, **found}


def _told(application: Application, passed: Passed, home: Path) -> dict[str, Any]:
    first, look = (one for one in passed.commits if one["subject"].startswith("endpoint/"))
    group = [one for one in passed.commits if one["subject"].startswith("alerts/")]
    receiver = [one for one in passed.commits if one["subject"].startswith("receiver/")]
    [raised] = [m for m in passed.sent if m.body["data"].get("action") == "PostAlert"]
    [delivery] = [m for m in passed.sent if m.body["data"].get("action") == "Deliver"]
    [notice] = (home / "notices").rglob("*.txt")
    decision = look["decision"]
    return {
        "queue-message": _message(passed.sent[0]),
        "first-decision": _decision(first["decision"], "deployment/blue", "ScheduleCheck"),
        "due": _message(first["messages"][0]),
        "evidence": json.loads(application.adapters.evidence.get(decision["evidence"])),
        "decision": _decision(decision, "deployment/blue", "PostAlert"),
        "commit": {
            "subject": look["subject"],
            "version": look["version"],
            "event_key": look["event_key"],
            "messages": [{"id": m.id, "queue": m.queue} for m in look["messages"]],
        },
        "bus-message": _message(raised),
        "group-decision": _decision(group[-1]["decision"], "alert/", ""),
        "receiver-decision": _decision(receiver[0]["decision"], "notice/", ""),
        "delivery": {"properties": dict(delivery.properties), "id": delivery.id},
        "delivered": _decision(receiver[-1]["decision"], "notice/", ""),
        "notice": notice.read_text(encoding="utf-8").splitlines(),
    }


def _message(message: Message) -> dict[str, Any]:
    plain = to_plain(message)
    assert isinstance(plain, dict)  # noqa: S101  a dataclass's plain form
    return {name: value for name, value in plain.items() if value not in (None, {}, "")}


def _decision(decision: Mapping[str, Any], thing: str, action: str) -> dict[str, Any]:
    """What it found of one thing and one kind of what it does, between its hashes."""
    findings = [
        {name: value for name, value in one.items() if name not in {"details", "enforced"}}
        for one in decision["findings"]
        if one["thing"].startswith(thing)
    ]
    actions = [one for one in decision["actions"] if one["action"] == action]
    kept = {"findings": findings, "actions": actions}
    ends = {name: decision[name] for name in ("evidence", "previous", "hash") if name in decision}
    return {"decided": decision["decided"], "verdict": decision["verdict"], **kept, **ends}


def spelled(record: Any) -> str:
    """A record as indented JSON; long texts are cut, which is shown by three dots."""
    return json.dumps(_cut(to_plain(record)), indent=2, ensure_ascii=False)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items() if item not in (None, {}, [], "")}
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, str) and len(value) > _LONG:
        return value[: _LONG - 3] + "..."
    return value


def refreshed(page: str, found: Mapping[str, Any]) -> str:
    """The page with each marked record as it is today."""

    def again(block: re.Match[str]) -> str:
        name = block["name"]
        text = f"```json\n{spelled(found[name])}\n```"
        return f"<!-- record: {name} -->\n{text}\n<!-- end of record -->"

    return _BLOCK.sub(again, page)


def main() -> None:
    """Write the records anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(refreshed(page, records()), encoding="utf-8")


if __name__ == "__main__":
    main()
