"""Forks a process off a warm one, ends it at one of its calls, and lets another go on."""

import importlib
import json
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import copy2, rmtree
from typing import Any

from tests.crash.checking import Found, decided_at, look
from tests.crash.fuse import Fuse
from tests.crash.journal import Journal
from tests.crash.leaving import left_behind
from tests.crash.living import PAUSES, Life
from tests.crash.places import Making
from tests.crash.worlds import World


class Died(Exception):
    """A process ended by a fault of its own, with what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """A process that nobody ended: its calls, and which families did what."""

    calls: Sequence[str]
    families: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """A process that was ended at `where`, and what came of it in the end.

    `is_new` says that nothing like what it left behind was left by one before.
    """

    where: str
    found: Found
    is_new: bool


@dataclass
class Ground:
    """Where processes live and die: one home, made anew for each of them."""

    folder: Path
    world: World
    making: Making
    watched: timedelta
    _ended: dict[str, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.journal = Journal(self.folder / "journal")

    def alive(self) -> Alive:
        """Nobody ends the process."""
        self._begin()
        answer = in_a_process(lambda: self._first_life(None))
        if answer is None:
            raise Died("The process that was to live was killed.")
        return Alive(calls=answer["calls"], families=answer["families"])

    def undisturbed(self) -> Found:
        """What comes of it when the process goes on without an end."""
        self.alive()
        return self._then(pause=0, loses=False, seed=0)

    def kill_at(self, number: int, *, loses: bool, pause: int | None = None) -> Killed:
        """End a process at that call and let another go on, after a pause that chance chooses."""
        self._begin()
        if in_a_process(lambda: self._first_life(number)) is not None:
            raise Died(f"The process did not come to its call {number}.")
        [killed] = self.journal.of("killed")
        left = f"{self._left_behind(number)} {loses} {pause}"
        if (known := self._ended.get(left)) is not None:
            return Killed(where=killed["where"], found=known, is_new=False)
        seed = int(left[:8], 16)
        pause = seed % len(PAUSES) if pause is None else pause
        found = self._then(pause=pause, loses=loses, seed=seed)
        self._ended[left] = found
        return Killed(where=killed["where"], found=found, is_new=True)

    def _left_behind(self, number: int) -> str:
        """What is in the cloud is not compared: there every way is gone to its end."""
        if self.making.known_by_files:
            return left_behind(self.home, self.journal)
        return f"{sha256(str(number).encode()).hexdigest()}"

    def _begin(self) -> None:
        self.journal.forget()
        bring_back(self.world.kept, self.home)

    def _first_life(self, number: int | None) -> dict[str, Any]:
        fuse = Fuse(self.journal, number)
        fuse.watch()
        place = self.making.first(self.world, fuse)
        life = Life(self.world, self.home, self.journal, fuse, self.world.moment, place)
        fuse.arm()
        life.moment()
        fuse.disarm()
        families = decided_at(self.world, life.application)
        life.application.adapters.close()
        return {"calls": fuse.calls, "families": families}

    def _then(self, *, pause: int, loses: bool, seed: int) -> Found:
        def live() -> dict[str, Any]:
            fuse, begin = Fuse(self.journal, None), self.world.moment + PAUSES[pause]
            place, timers = self.making.again(self.world), self.making.timers
            life = Life(self.world, self.home, self.journal, fuse, begin, place, timers)
            until = life.last_moment(self.watched)
            life.go_on(until, Random(seed), loses=loses)  # noqa: S311  chance, not a secret
            found = look(life, until)
            life.application.adapters.close()
            return asdict(found)

        answer = in_a_process(live)
        if answer is None:
            raise Died("The process that went on was killed.")
        return Found(**{**answer, "faults": tuple(answer["faults"])})


def in_a_process(act: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """What `act` answers in a process of its own, None where that was killed. Raises Died.

    What it had to import is imported here too, so that the next ones are warm. No thread is started
    here, so that a fork has all there is.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live_and_leave(act, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if not said:
        raise Died(f"It ended with {status} and said nothing.")
    told: dict[str, Any] = json.loads(said)
    if "fault" in told:
        raise Died(told["fault"])
    _import(told["modules"])
    answer: dict[str, Any] = told["answer"]
    return answer


def _live_and_leave(act: Callable[[], dict[str, Any]], writing: int) -> None:
    known = set(sys.modules)
    try:
        answer = act()
        modules = [name for name in sys.modules if name not in known]
        said = json.dumps({"answer": answer, "modules": modules}, default=str)
    except BaseException:  # noqa: BLE001  said to the one who waits
        said = json.dumps({"fault": traceback.format_exc()})
    with os.fdopen(writing, "wb") as file:
        file.write(said.encode())
    os._exit(0)


def prepared(make: Callable[[], World], folder: Path) -> World:
    """Make a world in a process of its own, which starts whatever it likes."""
    kept = folder / "world"

    def write() -> dict[str, Any]:
        kept.write_bytes(pickle.dumps(make()))
        return {}

    if in_a_process(write) is None:
        raise Died("The process that prepared a world was killed.")
    world: World = pickle.loads(kept.read_bytes())  # noqa: S301  written above
    return world


def _import(names: Iterable[str]) -> None:
    for name in names:
        if name not in sys.modules:
            with suppress(Exception):  # what cannot be imported by name is not warm
                importlib.import_module(name)


def bring_back(kept: Path, home: Path) -> None:
    """Make `home` what was kept; what did not change since stays as it is."""
    wanted = {path: path.stat() for path in _below(kept)}
    names = {path.relative_to(kept) for path in wanted}
    for path in list(_below(home)) if home.exists() else ():
        if path.relative_to(home) not in names:
            rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path, stat in wanted.items():
        there = home / path.relative_to(kept)
        if path.is_dir():
            there.mkdir(parents=True, exist_ok=True)
        elif not _is_same(there, stat):
            there.parent.mkdir(parents=True, exist_ok=True)
            copy2(path, there)


def _is_same(path: Path, stat: os.stat_result) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return (found.st_size, found.st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        yield from (Path(here) / name for name in (*folders, *names))
