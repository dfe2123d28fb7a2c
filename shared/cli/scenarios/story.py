"""The demo's story: what happens when, told as steps, played on the real service."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.bootstrap import Application
from shared.cli.scenarios.listening import Listening, heard_text
from shared.cli.scenarios.story_steps import Step
from shared.cli.terminal.printing import coloured
from shared.domain.action_text import action_text
from shared.domain.canonical import format_time, parse_time
from shared.domain.event import Check
from shared.domain.wording import spell_time
from shared.ports import Sending
from shared.scenarios.clock import SimulatedClock
from shared.service.notices import request_text
from shared.web.reports.page import timeline_report

if TYPE_CHECKING:
    from rich.console import Console


MODEL = "loan-default"
REPORT = "report.html"


class Story:
    """Plays steps, timers and queues of one application, and keeps what was said."""

    def __init__(
        self,
        *,
        application: Application,
        home: Path,
        screen: "Console",
        clock: SimulatedClock,
        listening: Listening,
    ) -> None:
        self._application = application
        self._home = home
        self._screen = screen
        self._clock = clock
        self._told: list[dict[str, str]] = []
        self._alerts = self._requests = 0
        self._explained = ""
        listening.show = self._show_notice
        self._worker = application.worker(
            {
                "alerts": self._count_alert,
                "retraining-requests": self._show_request,
                "promotion-requests": self._show_request,
            }
        )

    def keep_real_payloads(self, folder: str) -> None:
        """Send every sample payload of Azure, Azure DevOps and the channels as it is."""
        events = refused = 0
        for path in sorted((self._home / folder).glob("*.json")):
            if "loan-endpoint" in path.read_text(encoding="utf-8"):
                continue
            for receipt in self._application.service.receive(path.read_bytes(), via="demo"):
                events += receipt.event is not None
                refused += receipt.refusal is not None
        self._worker_quietly()
        self._screen.print(
            f"Sample payloads: {events} became events, {refused} were refused with a sentence "
            "and kept (see them with: driftgate events).\n"
        )

    def _worker_quietly(self) -> None:
        """Handle what the samples cause without showing it: they are not part of the story."""
        self._application.worker().drain()

    def run_until(self, time: datetime, advance: Callable[[int], object]) -> None:
        """Let the clock run: each day at six the timers fire, and messages are taken when due."""
        while True:
            timer = self._next_timer()
            due = self._application.queue.next_due()
            coming = min(t for t in (time, timer, due) if t is not None)
            before = self._clock.now
            self._clock.move_to(coming)
            advance((self._clock.now.date() - before.date()).days)
            self._worker.drain()
            if coming == timer and coming <= time:
                self._fire_timers()
            if self._clock.now >= time:
                return

    def _next_timer(self) -> datetime:
        now = self._clock.now
        today = now.replace(hour=6, minute=0, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)

    def _fire_timers(self) -> None:
        service = self._application.service
        for check in (Check.DRIFT, Check.KPI, Check.ROUTING):
            service.fan_out(check)
        self._worker.drain()

    def take(self, step: Step) -> None:
        """Change the workspace's files, then send the step's payload."""
        for name, content in step.files.items():
            (self._home / name).parent.mkdir(exist_ok=True)
            (self._home / name).write_text(content, encoding="utf-8")
        self._say(f"[bold]{step.says}[/]")
        if step.payload is not None:
            path = self._home / "events" / step.payload
            payload = _fitted(path.read_bytes(), step)
            for receipt in self._application.service.receive(payload, via="demo"):
                if receipt.refusal is not None:
                    self._say(f"[yellow]refused and kept[/] {receipt.refusal}")
        if step.command is not None:
            step.command(self._application, self._clock.now)
        self._worker.drain()
        self._application.service.fan_out(Check.PROMOTION)
        self._worker.drain()

    def _say(self, text: str) -> None:
        self._screen.print(f"[dim]{self._clock.now:%Y-%m-%d %H:%M}[/] {text}")

    def _count_alert(self, body: Any) -> None:
        """Alerts go to machines as they are; people get notices of them."""
        self._alerts += body["data"]["action"] == "PostAlert"

    def _show_notice(self, sending: Sending) -> None:
        """What somebody gets of the story's model; the sample payloads are no part of it."""
        from rich.markup import escape

        notice = sending.notice
        if notice.scope != MODEL:
            return
        for alert in notice.firing[:1]:
            self._explained = alert.fingerprint
        tone = "resolved" if notice.resolved else notice.severity.value
        text, to = heard_text(sending), sending.receiver
        self._told.append(
            {"at": spell_time(self._clock.now), "text": f"To {to.name}. {text}", "tone": tone}
        )
        colour = {"critical": "red", "warning": "yellow", "resolved": "green"}.get(tone, "blue")
        first, _, rest = escape(text).partition("\n")
        lines = "\n".join(f"  {line}".rstrip() for line in rest.splitlines())
        self._say(f"to {to.name} by {to.channel.value}\n  [bold {colour}]{first}[/]\n{lines}\n")

    def _show_request(self, body: Any) -> None:
        self._requests += 1
        text = request_text(body)
        self._told.append({"at": spell_time(self._clock.now), "text": text, "tone": "info"})
        self._say(f"[bold cyan]REQUEST[/] {text}\n")

    def write_report(self) -> Path:
        """One HTML page with what was told, the drift of each week, and every decision."""
        ledger = self._application.ledger
        decisions = list(reversed(ledger.decisions(limit=100_000)))
        own = [d for d in decisions if "loan-" in d["event"]["subject"]]
        policy = self._application.policies.for_model("loan-default")
        limit = policy.drift.limit if policy is not None else 0.0
        rows = _drift_rows(own)
        path = self._home / REPORT
        path.write_text(
            timeline_report(
                title="Seven months of loan-default",
                summary=(
                    f"{len(own)} decisions, {len(self._told)} messages to people, "
                    f"until {spell_time(self._clock.now)}."
                ),
                notices=self._told,
                limit=limit,
                features=list(rows[0]["cells"]) if rows else [],
                drift=rows[::7],
                entries=[_entry(decision) for decision in own if _is_told(decision)],
            ),
            encoding="utf-8",
        )
        return path

    def sum_up(self, shown: Path) -> None:
        """Where to look and what to try next."""
        ledger = self._application.ledger
        screen = self._screen
        screen.print(
            f"[bold]{len(ledger.decisions(limit=100_000))} decisions[/]; of {MODEL} "
            f"{self._alerts} alerts, told by {len(self._told) - self._requests} messages to "
            f"people, and {self._requests} requests."
        )
        for subject in ("endpoint/loan-endpoint", "model/loan-default"):
            last = ledger.decisions(subject, limit=1)[0]
            screen.print(f"{subject}: last verdict {coloured(last['verdict'])}")
        screen.print(
            f"\nReport: {shown / REPORT}\n"
            f"Messages as each channel would send them: {shown / 'notices'}\n\nTry next:"
        )
        for line in (
            f"DRIFTGATE_HOME={shown} .venv/bin/driftgate status loan-default",
            f"DRIFTGATE_HOME={shown} .venv/bin/driftgate alerts",
            f"DRIFTGATE_HOME={shown} .venv/bin/driftgate explain {self._explained}",
            ".venv/bin/driftgate send samples/events/aml_run_status_changed_monitor_breach"
            ".derived.json",
            ".venv/bin/driftgate drift samples/car-loan/reference.parquet "
            "samples/car-loan/analysis.parquet --report drift.html",
        ):
            screen.print(f"  {line}")


def _fitted(payload: bytes, step: Step) -> bytes:
    """A sample payload with the story's names and time in place of the sample's.

    Bytes that are no JSON are sent as they are.
    """
    try:
        envelopes = json.loads(payload)
    except ValueError:
        return payload
    for envelope in envelopes:
        envelope["id"] = f"demo-{format_time(step.at)}"
        envelope["eventTime" if "eventType" in envelope else "time"] = format_time(step.at)
        for key, value in step.changes.items():
            if key in envelope["data"]:
                envelope["data"][key] = value
            elif key == "deployment":
                text = json.dumps(envelope).replace("/deployments/blue", f"/deployments/{value}")
                envelope.update(json.loads(text))
    return json.dumps(envelopes).encode()


def _drift_rows(decisions: list[Any]) -> list[dict[str, Any]]:
    rows = []
    for decision in decisions:
        drift = [
            f for f in decision["findings"] if f["rule"] == "drift" and f["estimate"] is not None
        ]
        if drift:
            rows.append(
                {
                    "at": parse_time(decision["event"]["time"]).strftime("%Y-%m-%d"),
                    "cells": {
                        finding["thing"].partition("/")[2]: {
                            "verdict": finding["verdict"],
                            "text": f"{finding['estimate']:.3f}",
                            "title": finding["sentence"],
                        }
                        for finding in drift
                    },
                }
            )
    return rows


def _is_told(decision: Any) -> bool:
    """Decisions that did something, or that an event rather than a timer asked for."""
    return bool(decision["actions"]) or not decision["event"]["type"].endswith("CheckDue")


def _entry(decision: Any) -> dict[str, Any]:
    event = decision["event"]
    return {
        "at": spell_time(parse_time(event["time"])),
        "event": event["type"].rpartition(".")[2],
        "subject": event["subject"],
        "verdict": decision["verdict"],
        "findings": [f["sentence"] for f in decision["findings"] if f["verdict"] != "pass"]
        or [f["sentence"] for f in decision["findings"][:1]],
        "actions": [f"{a['action']} {action_text(a)}" for a in decision["actions"]],
    }
