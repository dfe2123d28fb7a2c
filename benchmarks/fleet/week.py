"""Plays some hours of a fleet: timers by their schedules, messages when due, events as they come.

The real Service and Worker on the embedded adapters, with a meter around each port and a clock
that goes from one thing due to the next. What is measured begins with the first full hour, at which
every model has been looked at; the hour before it registers them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.fleet.heard import Due
from benchmarks.fleet.meter import OWN, Meter
from benchmarks.fleet.world import BEFORE, HOUR, START, FleetWorld, Happening
from shared.bootstrap import Application, build
from shared.policies.listing import good_for
from shared.scenarios.clock import SimulatedClock
from shared.schedules import Schedule

Tell = Callable[[str], None]


@dataclass
class Week:
    """One fleet while its time goes on."""

    world: FleetWorld
    schedules: dict[str, Schedule]
    tell: Tell
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(BEFORE))
    hours: list[dict[str, float]] = field(default_factory=list)
    meter: Meter = field(init=False)
    due: Due = field(init=False)
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.due = Due(self.clock, START)
        few = good_for(self.world.models + 1) == 0.0
        self.meter = Meter(self.clock, self.due, lists_each_time=few)
        settings = self.world.settings(self.schedules)
        self.application = build(settings, clock=self.clock, around=self.meter.around)

    def play(self) -> None:
        """Let the time pass."""
        happenings, worker = self.world.happenings(), self.application.worker()
        following = {name: schedule.after(BEFORE) for name, schedule in self.schedules.items()}
        coming = next(happenings, None)
        hour, begun = BEFORE + HOUR, process_time()
        while True:
            now = self._next(following, coming)
            while now >= hour:
                begun = self._hour(hour, begun)
                hour += HOUR
            if now >= self.world.end:
                break
            self.clock.move_to(now)
            coming = self._happen(coming, happenings)
            for name, schedule in self.schedules.items():
                if following[name] <= now:
                    following[name] = schedule.after(now)
                    self._fire(name)
            worker.drain()
        self.due.close()
        self.application.adapters.close()

    def _next(self, following: dict[str, datetime], coming: Happening | None) -> datetime:
        times = [min(following.values()), self.world.end]
        waiting = self.application.queue.next_due()
        if waiting is not None:
            times.append(waiting)
        if coming is not None:
            times.append(coming[0])
        return max(min(times), self.clock.now)

    def _happen(
        self, coming: Happening | None, happenings: Iterator[Happening]
    ) -> Happening | None:
        while coming is not None and coming[0] <= self.clock.now:
            payload = coming[2]()
            if payload is not None:
                with self.meter.event():
                    [receipt] = self.application.service.receive(payload, via="event-grid")
                if receipt.event is None:
                    raise ValueError(receipt.refusal)
            coming = next(happenings, None)
        return coming

    def _fire(self, name: str) -> None:
        with self.meter.timer(name):
            self.application.fire(name)
        self.due.fired(f"timer {name.lower()}")

    def _hour(self, hour: datetime, begun: float) -> float:
        """Note how it stands; what was counted before the start is left out."""
        now = process_time()
        if hour == START:
            self.meter.clear()
        else:
            self.hours.append(
                {
                    "hour": (hour - START) / HOUR,
                    "resident_mb": round(resident(), 1),
                    "ledger_mb": round(size(self.world.home / "state"), 1),
                    "processor_seconds": round(now - begun, 2),
                    "messages": sum(self.meter.received.values()),
                }
            )
        handled = sum(self.meter.received.values())
        self.tell(
            f"{self.world.models} models, hour {(hour - START) / HOUR:.0f}: {handled} messages, "
            f"{now - begun:.1f} s of the processor, {resident():.0f} MB, "
            f"{size(self.world.home / 'state'):.0f} MB kept"
        )
        return process_time()

    def spent(self) -> dict[str, Any]:
        """What each kind came to, without the simulation itself."""
        return {kind: one for kind, one in sorted(self.meter.kinds.items()) if kind != OWN}


def resident() -> float:
    """Megabytes of memory in use now, without those of files."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def size(folder: Path) -> float:
    """Megabytes of the databases below a folder."""
    return sum(path.stat().st_size for path in folder.glob("*.db*")) / 1e6
