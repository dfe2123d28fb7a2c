"""A world just before something happens to Driftgate: a scenario, played up to that moment."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any, cast

from shared.bootstrap import Application
from shared.domain.canonical import format_time
from shared.domain.event import Event
from shared.errors import DriftgateError
from shared.scenarios import read_scenario
from shared.scenarios.devops_events import CheckCall
from shared.scenarios.playing import Player, schedule_of, theatre
from shared.scenarios.stage import Telling
from shared.scenarios.times import parse_moment
from shared.schedules import SCHEDULES, Schedule
from shared.service.service import Receipt

SCENARIOS = Path(__file__).resolve().parents[2] / "samples" / "scenarios"
WRITTEN_AHEAD = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What comes at `moment`: payloads, what people say, calls of checks, timers.

    `earlier` are payloads that came before it and were decided: some may come again. Driftgate's
    state of that moment and the workspace lie in the folder `kept`. `failing` holds by receiver
    what its channel raises, `stopped` the timers that do not fire. `operations` are what an
    operator does then, by name.
    """

    name: str
    kept: Path
    moment: datetime
    payloads: tuple[bytes, ...]
    said: tuple[Event, ...]
    calls: tuple[CheckCall, ...]
    timers: tuple[str, ...]
    schedules: Mapping[str, Schedule]
    stopped: tuple[str, ...]
    failing: Mapping[str, tuple[type[DriftgateError], tuple[Any, ...]]]
    operations: tuple[str, ...] = ()
    earlier: tuple[bytes, ...] = ()


def play_up_to(
    scenario: str,
    moment: str,
    folder: Path,
    before: Callable[[Player], None] | None = None,
    *,
    later: timedelta = timedelta(),
    held: timedelta = timedelta(),
    operations: tuple[str, ...] = (),
) -> World:
    """Play `scenario` until `moment` (`01:05`, `day 2 09:00`) and keep what is there then.

    What the scenario lets happen at the moment has happened, and Driftgate knows nothing of it.
    After it nothing happens any more. `before` may change the world, or what is told. Where it is
    `later`, nobody has looked at anything since. What Azure told within `held` before the moment
    comes in it, the last first.
    """
    script = read_scenario(SCENARIOS / f"{scenario}.scenario")
    at = _moment(moment, script.start)
    arrived: list[bytes] = []

    def deliver(telling: Telling) -> Sequence[datetime]:
        if telling.happened >= at - held:
            return [max(at, one) for one in telling.arrivals]
        arrived.extend(telling.payload for one in telling.arrivals[:1] if one < at)
        return telling.arrivals

    with theatre(replace(script, end=at - timedelta(seconds=1)), deliver) as player:
        player.play()
        player.stage.clock.move_to(at)
        player.happen()
        player.stand_still(at + WRITTEN_AHEAD)
        if before is not None:
            before(player)
        world = World(
            name=f"{scenario} {moment}",
            kept=folder,
            moment=at + later,
            payloads=tuple(reversed(player.stage.take_arrived())),
            said=tuple(_said(player)),
            calls=tuple(player.stage.calls),
            timers=tuple(
                timer.name
                for timer in player.due_timers()
                if timer.name not in player.stage.stopped and not later
            ),
            operations=operations,
            earlier=tuple(arrived),
            schedules={name: schedule_of(script, name) for name in SCHEDULES},
            stopped=(*player.stage.stopped, *(("HEARTBEAT",) if later else ())),
            failing={
                receiver: (type(fault := faults[-1]()), fault.args)
                for receiver, faults in player.stage.channels.failing.items()
                if faults
            },
        )
        player.application.adapters.close()
        copytree(player.stage.home, folder)
    with closing(sqlite3.connect(folder / "driftgate.db")) as kept:
        kept.execute("UPDATE evidence SET put = ?", (format_time(at),))
        kept.commit()
    return world


def _moment(text: str, start: datetime) -> datetime:
    """A moment of a scenario; seconds may follow the minutes."""
    if text.count(":") == 2:
        clock, _, seconds = text.rpartition(":")
        return parse_moment(clock, start) + timedelta(seconds=int(seconds))
    return parse_moment(text, start)


def _said(player: Player) -> list[Event]:
    """What people say by commands: the events that those would tell."""
    said: list[Event] = []
    heard = replace(player.application, service=cast(Any, _Listening(said)))
    for command in player.stage.commands:
        if isinstance(command, Event):
            said.append(command)
        else:
            command(cast(Application, heard))
    return said


@dataclass(frozen=True)
class _Listening:
    """Stands where the service is and only hears what it is told."""

    said: list[Event]

    def say(self, event: Event, *, via: str) -> Receipt:  # noqa: ARG002  as the service has it
        self.said.append(event)
        return Receipt(key=event.key, event=event, refusal=None, duplicate=False)
