"""The timers: each fires by its schedule, and once at the start where a time of it was missed.

A host that was down catches up by looking, not by counting.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Event, Lock, Thread

from shared.hosting.bells import Bell
from shared.hosting.happening import Happening, Tell, What, fault_of
from shared.ports import Clock
from shared.schedules import Schedule

NAME = "timers.json"
ALONE = "RETENTION"
"""It may take long: it has a thread of its own, so that no look waits for it."""
BY_SCHEDULE_ALONE = "HEARTBEAT"
"""It tells of checks that are silent: what was missed is made up for before it looks."""
AT_EVERY_START = "SWEEP"
"""What a killed process left in the outbox does not wait for the next time."""
LOOK_SECONDS = 30.0
"""A clock that was put forward or a machine that slept is noticed so soon."""


class Due:
    """Which timers are to fire now, from when each fired last; reads no clock."""

    def __init__(
        self, schedules: Mapping[str, Schedule], fired: Mapping[str, datetime], now: datetime
    ) -> None:
        self._schedules = schedules
        self._next = {
            name: _begins(name, schedule, fired.get(name), now)
            for name, schedule in schedules.items()
        }

    def at(self, now: datetime) -> list[str]:
        """Those whose time has come, the earliest first: each once, however many were missed."""
        return sorted(
            (name for name, time in self._next.items() if time <= now),
            key=lambda name: self._next[name],
        )

    def fired(self, name: str, now: datetime) -> None:
        """It did; it is to again at its next time."""
        self._next[name] = self._schedules[name].after(now)

    def first(self) -> datetime:
        """When the next one is to."""
        return min(self._next.values())


def _begins(name: str, schedule: Schedule, fired: datetime | None, now: datetime) -> datetime:
    """At once where a time was missed, or where nothing was ever looked at here."""
    if name == BY_SCHEDULE_ALONE or (name == ALONE and fired is None):
        return schedule.after(now)
    if name == AT_EVERY_START or fired is None:
        return now
    return schedule.after(min(fired, now))


class Timers:
    """Fires them in threads of its own; one that fails is told, and fires at its next time."""

    def __init__(
        self,
        schedules: Mapping[str, Schedule],
        home: Path,
        clock: Clock,
        fire: Callable[[str], object],
        tell: Tell,
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._tell = tell
        self._stopping = Event()
        self._kept = Kept(home / NAME)
        now, fired = clock(), self._kept.read()
        alone = {name: one for name, one in schedules.items() if name == ALONE}
        others = {name: one for name, one in schedules.items() if name != ALONE}
        self._runs = [
            (Due(some, fired, now), Bell(), label)
            for some, label in ((others, "timers"), (alone, "retention"))
            if some
        ]
        self._threads = [
            Thread(target=self._run, args=(due, bell), name=label, daemon=True)
            for due, bell, label in self._runs
        ]

    def start(self) -> None:
        """Fire what was missed, then each at its time."""
        for thread in self._threads:
            thread.start()

    def look(self) -> None:
        """Look at the clock now: it was moved."""
        for _, bell, _ in self._runs:
            bell.ring()

    def stop(self, seconds: float) -> list[str]:
        """Fire nothing more, wait so long for what fires; those that went on."""
        self._stopping.set()
        self.look()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(seconds)
        return sorted(thread.name for thread in self._threads if thread.is_alive())

    def _run(self, due: Due, bell: Bell) -> None:
        while not self._stopping.is_set():
            heard = bell.rung
            for name in due.at(self._clock()):
                if self._stopping.is_set():
                    return
                self._fire_one(name, due)
            left = (due.first() - self._clock()).total_seconds()
            if left > 0:
                bell.wait(heard, min(left, LOOK_SECONDS))

    def _fire_one(self, name: str, due: Due) -> None:
        now = self._clock()
        due.fired(name, now)
        try:
            self._fire(name)
            self._kept.keep(name, now)
        except Exception as problem:  # noqa: BLE001  told; the others fire as always
            self._tell(fault_of(name, f"The timer {name}", problem))
            return
        self._tell(Happening(what=What.TIMER, name=name, sentence=f"The timer {name} fired."))


class Kept:
    """When each timer fired last, in a file: what is lost of it is only that a time was missed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._fired = self.read()

    def read(self) -> dict[str, datetime]:
        """By the timer's name; nothing of a file that cannot be read."""
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                str(name): datetime.fromisoformat(time).astimezone(UTC)
                for name, time in plain.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def keep(self, name: str, fired: datetime) -> None:
        """It fired then."""
        with self._lock:
            self._fired[name] = fired
            text = json.dumps({key: time.isoformat() for key, time in self._fired.items()})
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._path.parent, delete=False) as file:
                file.write(text)
            Path(file.name).replace(self._path)
