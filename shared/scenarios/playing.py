"""Plays a scenario on the real service: embedded adapters, real schedules, a clock that jumps."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from shared.bootstrap import Application, build
from shared.domain.event import Check, Event
from shared.domain.policy import ChannelKind
from shared.errors import DriftgateError, InvalidScenario
from shared.ports import Adapters, Pipelines, Workspace
from shared.scenarios.channels import Switchboard
from shared.scenarios.clock import SimulatedClock
from shared.scenarios.figures import FigureLog
from shared.scenarios.hearing import (
    heard_alert,
    heard_aside,
    heard_letter,
    heard_notice,
    heard_request,
)
from shared.scenarios.hindered import Hindered, MutedSender
from shared.scenarios.holding import could_not_happen, find_failures, firing_at
from shared.scenarios.load import LoadLog
from shared.scenarios.observing import Observer
from shared.scenarios.pipelines import NoRun, Runs
from shared.scenarios.played import Decided, Played, Told
from shared.scenarios.requests import RequestLog
from shared.scenarios.rows import RowLog
from shared.scenarios.script import Expectation, Scenario, Step, Wanted
from shared.scenarios.stage import Deliver, Stage
from shared.scenarios.verbs.verb import Undo
from shared.scenarios.workspace import WorkspaceFiles
from shared.schedules import SCHEDULES, Schedule, period
from shared.service import messages
from shared.settings import Settings

_QUEUES = (
    messages.CHECKS,
    messages.ALERTS,
    *messages.SUBSCRIPTIONS.values(),
    messages.RETRAINING_REQUESTS,
    messages.PROMOTION_REQUESTS,
    messages.PROFILING_REQUESTS,
)
_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own is made there
"""Where there is such a disk in memory, a play takes half the time."""


def play(
    scenario: Scenario,
    *,
    deliver: Deliver | None = None,
    patience: Callable[[Expectation], timedelta] | None = None,
) -> Played:
    """Play it from beginning to end and compare what was told with what it expects.

    `deliver` says when each event arrives, in place of what the scenario says; `patience` is how
    much longer an expectation may take. Raises InvalidScenario for what cannot happen.
    """
    with theatre(scenario, deliver or (lambda telling: telling.arrivals)) as player:
        player.play()
        told, decided, faults = tuple(player.told), tuple(player.decided), tuple(player.faults)
        shown, impossible = tuple(player.observer.shown), tuple(player.impossible)
    return Played(
        scenario=scenario,
        told=told,
        decided=decided,
        faults=faults,
        firing=firing_at(told, scenario.end),
        failures=(
            *(
                could_not_happen(scenario, line, sentence, at, told, decided)
                for at, line, sentence in impossible
            ),
            *find_failures(scenario, told, decided, patience, shown, by_notices=player.stage.fleet),
        ),
    )


def play_without_events(scenario: Scenario) -> Played:
    """The same story, of which Azure tells nothing: the timers have to find everything.

    Each expectation may take one period of the timer that looks longer.
    """
    waits = {name: wait_for(scenario, name) for name in SCHEDULES}
    longer = replace(
        scenario, end=scenario.end + max(waits[e.timer] for e in scenario.expectations)
    )
    return play(longer, deliver=lambda _: (), patience=lambda expected: waits[expected.timer])


def wait_for(scenario: Scenario, timer: str) -> timedelta:
    """How long it is until a timer fires again."""
    return period(schedule_of(scenario, timer), scenario.start)


def schedule_of(scenario: Scenario, timer: str) -> Schedule:
    """When a timer fires in a scenario."""
    return scenario.schedules.get(timer) or Schedule.parse(SCHEDULES[timer])


@contextmanager
def theatre(scenario: Scenario, deliver: Deliver) -> "Iterator[Player]":
    """Where a scenario is played, for as long as it is looked at."""
    in_memory = _MEMORY.is_dir() and "TMPDIR" not in os.environ
    with TemporaryDirectory(prefix="driftgate-", dir=_MEMORY if in_memory else None) as folder:
        home = Path(folder)
        (home / "policies").mkdir()
        clock = SimulatedClock(scenario.start - scenario.watched)
        files = WorkspaceFiles(home / "workspace")
        stage = Stage(
            clock=clock,
            start=scenario.start,
            home=home,
            folder=scenario.path.parent,
            files=files,
            requests=RequestLog(files, clock.now),
            load=LoadLog(files, clock.now),
            figures=FigureLog(files),
            rows=RowLog(files, clock.now),
            runs=Runs(files.folder),
            channels=Switchboard(now=lambda: clock.now),
            deliver=deliver,
        )
        settings = Settings(
            home=home,
            workspace=files.folder,
            policies=home / "policies",
            schedules={name: schedule_of(scenario, name) for name in SCHEDULES},
        )

        def around(adapters: Adapters) -> Adapters:
            workspace = cast(Workspace, Hindered(adapters.workspace, stage.hindrances))
            sender = MutedSender(adapters.sender, lambda: stage.muted > 0)
            pipelines = cast(Pipelines, Hindered(adapters.pipelines, stage.platform_hindrances))
            channels = dict.fromkeys(ChannelKind, stage.channels)
            return replace(
                adapters,
                workspace=workspace,
                pipelines=pipelines,
                sender=sender,
                channels=channels,
            )

        yield Player(scenario, stage, build(settings, clock=clock, around=around))


@dataclass
class Timer:
    """One timer with when it fires next."""

    name: str
    schedule: Schedule
    next: datetime
    fire: Callable[[], object]


@dataclass
class Player:
    """Jumps from one moment at which something is due to the next."""

    scenario: Scenario
    stage: Stage
    application: Application
    told: list[Told] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    faults: list[tuple[datetime, str]] = field(default_factory=list)
    impossible: list[tuple[datetime, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        now, service = self.stage.now, self.application.service
        self.observer = Observer(self.scenario, self.stage.files)
        self._heard: set[str] = set()
        special: dict[str, Callable[[], object]] = {
            "SWEEP": service.sweep,
            "HEARTBEAT": service.heartbeat,
            "RETENTION": self.application.retention,
        }
        self._timers = []
        for name in SCHEDULES:
            schedule = schedule_of(self.scenario, name)
            fire = special.get(name) or _fan_out(service.fan_out, Check(name.lower()))
            self._timers.append(
                Timer(name=name, schedule=schedule, next=schedule.after(now), fire=fire)
            )
        self._undoing: list[tuple[datetime, Undo]] = []
        self._steps = list(self.scenario.steps)
        self._worker = self.application.worker(
            {
                messages.CHECKS: self._decide,
                messages.ALERTS: self._hear_alert,
                messages.RETRAINING_REQUESTS: self._retrain,
                messages.PROMOTION_REQUESTS: self._promote,
            }
        )

    def play(self) -> None:
        """From an hour before the start, or as long as was watched, to the end."""
        for step in self.scenario.opening:
            self._act(step)
        self.stage.opening = False
        self._log_requests()
        while True:
            self._moment()
            coming = self._next_time()
            if coming > self.scenario.end:
                break
            self.stage.clock.move_to(coming)
        self._put_aside()

    def _next_time(self) -> datetime:
        times = [timer.next for timer in self._timers]
        times += [step.at for step in self._steps[:1]]
        times += [at for at, _ in self._undoing]
        shown = self.stage.next_time()
        times += [] if shown is None else [shown]
        due = self.application.queue.next_due() if self.stage.handles else None
        if due is not None:
            times.append(max(due, self.stage.now))
        return min(times)

    def _moment(self) -> None:
        """What happens, then what is told of it, then what the timers ask, then the answers."""
        now = self.stage.now
        self.happen()
        for payload in self.stage.take_arrived():
            for receipt in self.application.service.receive(payload, via="event-grid"):
                if receipt.refusal is not None:
                    self._hear(Wanted.REFUSAL, receipt.refusal)
        if not self.stage.down:
            self._take_commands()
        for timer in self.due_timers():
            timer.next = timer.schedule.after(now)
            if not self.stage.down and timer.name not in self.stage.stopped:
                self._fire(timer)
        self._work()
        self.told.extend(heard_notice(notice, at) for at, notice in self.stage.channels.take())
        self.told.extend(self.observer.answers(now))
        self.observer.look(now)

    def due_timers(self) -> "list[Timer]":
        """Those that fire now."""
        return [timer for timer in self._timers if timer.next <= self.stage.now]

    def happen(self) -> None:
        """What happens in the world now, whoever is told of it."""
        now = self.stage.now
        self.stage.figures.extend(now)
        self.stage.rows.extend(now)
        self.stage.show_due()
        for at, undo in [one for one in self._undoing if one[0] <= now]:
            self._undoing.remove((at, undo))
            undo()
        while self._steps and self._steps[0].at <= now:
            self._act(self._steps.pop(0))
        self._log_requests()

    def stand_still(self, until: datetime) -> None:
        """Nothing more happens; what is logged of the world is written ahead until then."""
        self._steps.clear()
        for log in (self.stage.figures, self.stage.rows, self.stage.requests, self.stage.load):
            log.extend(until)

    def _work(self) -> None:
        """Handle what is due. Mostly nothing is, and one question is cheaper than one a queue."""
        while self.stage.handles and self._is_due(self.application.queue.next_due()):
            if not self._worker.step():
                return

    def _is_due(self, due: datetime | None) -> bool:
        return due is not None and due <= self.stage.now

    def _take_commands(self) -> None:
        """What people said by a command, and the checks that called: nothing loses them."""
        while self.stage.commands:
            command = self.stage.commands.pop(0)
            try:
                if isinstance(command, Event):
                    self.application.service.say(command, via="command")
                else:
                    command(self.application)
            except DriftgateError as problem:
                self._hear(Wanted.REFUSAL, str(problem))
        while self.stage.calls:
            call = self.stage.calls.pop(0)
            self.observer.wait_for(call)
            try:
                self.application.ask_environment(call.headers, call.query)
            except DriftgateError as problem:
                self._hear(Wanted.REFUSAL, str(problem))

    def _fire(self, timer: Timer) -> None:
        """A timer that fails is a line in the host's log, and fires again when it is due again."""
        try:
            timer.fire()
        except DriftgateError as problem:
            name = timer.name.lower()
            self.faults.append((self.stage.now, f"the {name} timer failed: {problem}"))

    def _act(self, step: Step) -> None:
        try:
            undo = step.verb.act(self.stage, step.found)
        except NoRun as problem:
            self.impossible.append((self.stage.now, step.found.line, str(problem)))
            return
        except InvalidScenario as problem:
            raise InvalidScenario(f"{self.scenario.path.name} {problem}") from problem
        if undo is not None and step.until is not None:
            self._undoing.append((step.until, undo))

    def _log_requests(self) -> None:
        """The log is written ahead to the next thing that may change what comes."""
        ends = [step.at for step in self._steps[:1]]
        ends += [at for at, _ in self._undoing]
        shown = self.stage.next_time()
        ends += [] if shown is None else [shown]
        until = min([*ends, self.scenario.end])
        self.stage.requests.extend(until)
        self.stage.load.extend(until)

    def _decide(self, body: Any) -> None:
        decision = self.application.service.handle(body)
        if decision is not None:
            self.decided.append(
                Decided(
                    at=self.stage.now,
                    subject=decision.event.subject,
                    check=_asked(decision.event),
                    findings=decision.findings,
                )
            )

    def _hear(self, what: Wanted, text: str, **fields: Any) -> None:
        self.told.append(Told(at=self.stage.now, what=what, text=text, **fields))

    def _hear_alert(self, body: Any) -> None:
        """An alert as it is raised, which machines read."""
        self.told.append(heard_alert(body, self.stage.now))

    def _hear_request(self, body: Any) -> None:
        told = heard_request(body, self.stage.now)
        if told is not None and body["id"] not in self._heard:
            self.told.append(told)
        self._heard.add(body["id"])

    def _promote(self, body: Any) -> None:
        """Heard, and carried out by Driftgate's own consumer, which may move traffic."""
        self._hear_request(body)
        self.application.promote(body)
        if body["data"]["action"] == "ShiftTraffic":
            self.stage.requests.rewind(self.stage.now)
            self._log_requests()

    def _retrain(self, body: Any) -> None:
        """Heard, and started by Driftgate's own consumer where the policy says by what."""
        self._hear_request(body)
        self.application.retrain(body)

    def _put_aside(self) -> None:
        """What could not be handled, and what nobody could be told; last, with the time it had."""
        queue = self.application.queue
        self.told.extend(
            heard_letter(letter) for name in _QUEUES for letter in queue.dead_letters(name)
        )
        self.told.extend(heard_aside(one.body) for one in queue.peek(messages.UNDELIVERED))


def _asked(event: Event) -> str:
    """Checks of one family look at the same, so the last of them is the last word."""
    check = str(event.data.get("check") or "")
    return check if check in {"health", "drift", "kpi", "batch", "collection"} else ""


def _fan_out(ask: Callable[[Check], object], check: Check) -> Callable[[], object]:
    return lambda: ask(check)
