"""A storm of alerts on its way to one person: what arrives, what is folded, lost, told twice.

Everything breaks at once: so many alerts of as many models begin within so many minutes of
simulated time, on the real Service and the embedded queues, and one receiver is told at its pace.
Where there is a reaction to alerts, all of the way is gone, from endpoints whose deployments failed
to the channel; else, or with `--notices`, the way begins with a notice for each alert.
The baselines are computed: one message an alert, and Alertmanager's grouping by model (first after
30 s, changes after 5 minutes).
Run: python -m benchmarks.alert_storm [--alerts 10000] [--minutes 1] [--models N] [--pace 30]
"""

import argparse
import json
import resource
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.alert import AlertKind, Severity
from shared.domain.canonical import content_hash, to_plain
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.notices import Notice, NoticedAlert, NoticeReason
from shared.domain.policy import ChannelKind
from shared.ports import Sending
from shared.scenarios.clock import SimulatedClock
from shared.service.messages import work_message
from shared.settings import Settings

START = datetime(2026, 2, 3, tzinfo=UTC)
AFTERWARDS = timedelta(minutes=70)
WAIT, INTERVAL = timedelta(seconds=30), timedelta(minutes=5)
FAILED = {
    "traffic": {"blue": 100},
    "deployments": {
        "blue": {
            "model": "churn:6",
            "changed": "2026-01-01T00:00:00Z",
            "provisioning_state": "Failed",
        }
    },
}


@dataclass
class Phone:
    """The person's channel: notes what arrives, and answers at once."""

    clock: SimulatedClock
    notices: list[Notice] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """It always arrives."""
        self.notices.append(sending.notice)
        self.times.append(self.clock.now)
        return {}


@dataclass
class Storm:
    """An application with one receiver, and the times at which the alerts begin."""

    application: Application
    clock: SimulatedClock
    phone: Phone
    begins: list[tuple[datetime, int]]

    @classmethod
    def of(cls, home: Path, *, alerts: int, span: timedelta, models: int, pace: int) -> "Storm":
        """A workspace without endpoints, and a fleet whose default is the one receiver."""
        (home / "policies").mkdir()
        (home / "workspace/endpoints").mkdir(parents=True)
        (home / "policies/fleet.yaml").write_text(
            "receivers:\n  - name: oncall\n    channel: teams\n    secret: ONCALL\n"
            f"    pace: {{notices: {pace}, per: 1h}}\ndefault: oncall\n"
        )
        clock = SimulatedClock(START)
        phone = Phone(clock)
        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        application = build(
            settings,
            clock=clock,
            around=lambda one: replace(one, channels={ChannelKind.TEAMS: phone}),
        )
        begins = [(START + span * number / alerts, number % models) for number in range(alerts)]
        return cls(application, clock, phone, begins)

    def make_notices(self) -> None:
        """A notice for each alert, as a scope makes it."""
        events = (
            Event(
                id=f"made-{number}",
                source="driftgate/benchmark",
                type=EventType.NOTICE_MADE,
                subject="receiver/oncall",
                time=at,
                data={"notice": to_plain(_notice(number, model, at))},
            )
            for number, (at, model) in enumerate(self.begins)
        )
        self._send(events)

    def break_endpoints(self) -> None:
        """An endpoint for each alert whose deployment has failed, and a look at each of them."""
        endpoints = self.application.settings.workspace / "endpoints"
        for number in range(len(self.begins)):
            (endpoints / f"endpoint-{number:05}.yaml").write_text(json.dumps(FAILED))
        looks = (
            check_due(Check.ROUTING, f"endpoint/endpoint-{number:05}", at)
            for number, (at, _) in enumerate(self.begins)
        )
        self._send(looks)

    def _send(self, events: Iterable[Event]) -> None:
        there = iter(events)
        while some := list(islice(there, 500)):
            messages = [replace(work_message(event), scheduled=event.time) for event in some]
            self.application.adapters.sender.send(messages)

    def run(self) -> None:
        """Everything in its turn, in steps of a second, until the pace has let a digest out."""
        worker = self.application.worker()
        end = self.begins[-1][0] + AFTERWARDS
        while (due := self.application.queue.next_due()) is not None and due < end:
            self.clock.move_to(max(due, self.clock.now + timedelta(seconds=1)))
            worker.drain()


def _notice(number: int, model: int, at: datetime) -> Notice:
    group = content_hash(["group", number])[:16]
    alert = NoticedAlert(
        fingerprint=content_hash(["alert", number])[:16],
        kind=AlertKind.DEPLOYMENT_FAILED,
        severity=Severity.CRITICAL if number % 100 == 0 else Severity.WARNING,
        subject=f"endpoint/endpoint-{number:05}",
        title=f"blue of endpoint-{number:05} failed",
        text="Azure could not make it.",
        first_step="Look at its log.",
        since=at,
        new=True,
    )
    return Notice(
        id=content_hash([group, 1])[:16],
        group=group,
        number=1,
        receiver="oncall",
        scope=f"model-{model:05}",
        reason=NoticeReason.FIRST,
        severity=alert.severity,
        title=alert.title,
        made=at,
        since=at,
        alerts=(alert,),
    )


def grouped_by_model(begins: list[tuple[datetime, int]]) -> int:
    """The messages of Alertmanager's defaults, grouped by model."""
    flushes: dict[int, set[int]] = {}
    first: dict[int, datetime] = {}
    for at, model in begins:
        since = at - first.setdefault(model, at)
        late = since - WAIT
        place = 0 if late <= timedelta() else 1 + late // INTERVAL
        flushes.setdefault(model, set()).add(place)
    return sum(len(places) for places in flushes.values())


def tell(storm: Storm, seconds: float) -> None:
    notices, alerts = storm.phone.notices, len(storm.begins)
    singly = Counter(
        alert.fingerprint
        for one in notices
        if one.reason is not NoticeReason.DIGEST
        for alert in one.alerts
    )
    digests = [one for one in notices if one.reason is NoticeReason.DIGEST]
    folded = sum(sum(one.folded.values()) for one in digests)
    lost = alerts - len(singly) - folded
    state = len(json.dumps(storm.application.ledger.state("receiver/oncall").state)) / 1024
    print(f"  the person got {len(notices)} notices, {len(digests)} of them digests:")
    for one in digests:
        print(f"    {(one.made - START).total_seconds() / 60:5.1f} min  {one.title}")
    print(f"  alerts told by themselves {len(singly)}, folded {folded}")
    print(f"  lost {max(0, lost)}, twice {sum(singly.values()) - len(singly) + max(0, -lost)}")
    print(
        f"  the first arrived {(storm.phone.times[0] - START).total_seconds():.0f} s after it began"
    )
    grouped = grouped_by_model(storm.begins)
    for name, count in (("one message an alert", alerts), ("grouped by model", grouped)):
        print(f"  baseline, {name}: {count} messages, {count / len(notices):.0f} times as many")
    print(f"  {seconds:.1f} s of CPU, {1000 * seconds / alerts:.2f} ms an alert")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  the receiver's state {state:.0f} KiB, resident {peak:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--models", type=int, default=0)
    parser.add_argument("--pace", type=int, default=30)
    parser.add_argument("--notices", action="store_true")
    options = parser.parse_args()
    span, models = timedelta(minutes=options.minutes), options.models or options.alerts
    whole = not options.notices and find_spec("shared.service.reactions.alerts") is not None
    way = "from endpoints to the channel" if whole else "from notices to the channel"
    print(f"{options.alerts} alerts of {models} models in {options.minutes:g} min, {way}")
    with TemporaryDirectory(prefix="driftgate-") as folder:
        storm = Storm.of(
            Path(folder), alerts=options.alerts, span=span, models=models, pace=options.pace
        )
        (storm.break_endpoints if whole else storm.make_notices)()
        begun = process_time()
        storm.run()
        tell(storm, process_time() - begun)


if __name__ == "__main__":
    main()
