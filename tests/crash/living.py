"""The lives of a process: the one that is ended somewhere, and those that go on after it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

from shared.bootstrap import Application, build
from shared.domain.canonical import format_time
from shared.domain.event import Check
from shared.scenarios.clock import SimulatedClock
from shared.settings import Settings
from tests.crash.acting import watched
from tests.crash.fuse import Fuse
from tests.crash.journal import Journal
from tests.crash.operations import OPERATIONS
from tests.crash.places import Place
from tests.crash.worlds import World

PAUSES = (timedelta(seconds=5), timedelta(seconds=90), timedelta(minutes=15))
"""Until the next process is there: a lock lasts a minute, a message's id is known for ten."""
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (0, 10, 60, 600))
"""How long a delivery may take to come again: Event Grid waits longer from try to try."""
_LOCKS_END, _WITHOUT_TIMERS = timedelta(minutes=3), timedelta(minutes=5)
_TICK = timedelta(seconds=30)
Act = Callable[[], None]


@dataclass
class Life:
    """One process with its application."""

    world: World
    home: Path
    journal: Journal
    fuse: Fuse
    now: datetime
    place: Place
    timers: bool = True
    clock: SimulatedClock = field(init=False)
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SimulatedClock(self.now)
        self.place.moved(self.now)
        seen = watched(self.fuse, self.journal, self.world.failing)
        self.application = build(
            Settings(
                home=self.home,
                workspace=self.home / "workspace",
                policies=self.home / "policies",
                schedules=self.world.schedules,
            ),
            clock=self.clock,
            around=lambda adapters: seen(self.place.around(adapters)),
        )
        self._worker = self.application.worker({"alerts": self._show})
        self._worker._timer = lambda: 0.0  # as many are taken together, however slow it is here

    def moment(self) -> None:
        """Take in all that comes, and handle what follows from it at once."""
        for number in range(len(self.world.payloads)):
            self.take_in(number)
        for number in range(len(self.world.said)):
            self.hear(number)
        for number in range(len(self.world.calls)):
            self.called(number)
        for number in range(len(self.world.operations)):
            self.operate(number)
        for name in self.world.timers:
            self.fire(name)
        self.work()

    def last_moment(self, watched: timedelta) -> datetime:
        """When this life is over: some time after the moment, or after all locks have run out."""
        return self.world.moment + watched if self.timers else self.now + _WITHOUT_TIMERS

    def take_in(self, number: int) -> None:
        """A delivery of Event Grid: only with a receipt it is not made again.

        One with a negative number came earlier and comes again.
        """
        payloads = self.world.payloads if number >= 0 else self.world.earlier
        self.application.service.receive(payloads[number], via="event-grid")
        self.journal.note("receipt", number=number)

    def hear(self, number: int) -> None:
        """A person's command; one that did not answer is given again."""
        self.application.service.say(self.world.said[number], via="command")
        self.journal.note("heard", number=number)

    def called(self, number: int) -> None:
        """The call of an environment's check, which the platform makes again without an answer."""
        call = self.world.calls[number]
        self.application.ask_environment(call.headers, call.query)
        self.journal.note("answered", number=number)

    def operate(self, number: int) -> None:
        """What an operator does; without an answer it is done again."""
        OPERATIONS[self.world.operations[number]](self.application)
        self.journal.note("operated", number=number)

    def fire(self, name: str) -> None:
        """A timer; one that does not come to its end fires when it is due again."""
        service = self.application.service
        if name == "SWEEP":
            self.application.sweep()
        elif name == "HEARTBEAT":
            service.heartbeat()
        elif name == "RETENTION":
            self.application.retention()
        else:
            service.fan_out(Check(name.lower()))
        self.journal.note("fired", name=name, at=format_time(self.clock.now))

    def work(self) -> None:
        """Handle what is due."""
        while self._is_due() and self._worker.step():
            pass

    def _is_due(self) -> bool:
        due = self.place.next_due()
        return due is not None and due <= self.clock.now

    def _show(self, body: Any) -> None:
        """Whoever reads the alerts, and honours the ids of what it reads."""
        known = {line["id"] for line in self.journal.of("shown")}
        if body["id"] in known:
            self.journal.note("known", id=body["id"])
        else:
            self.journal.note("shown", id=body["id"])

    def go_on(self, until: datetime, random: Random, *, loses: bool) -> None:
        """What Azure delivers again and twice, the timers, and the queues, until the end."""
        arriving = list(self._arriving(until, random, loses=loses))
        self._act_again()
        self.work()
        times = sorted([*arriving, *self._timetable(until)], key=itemgetter(0))
        for at, act in times:
            self._wait_until(at)
            act()
            self.work()
        self._wait_until(until)
        self.work()

    def _wait_until(self, at: datetime) -> None:
        """Handle what is due before then, each when it is."""
        while (due := self.place.next_due()) is not None and due < at:
            if due > self.clock.now:
                self._move_to(due)
            elif not self._worker.step():
                break
        self._move_to(at)

    def _move_to(self, at: datetime) -> None:
        if at > self.clock.now:
            self.clock.move_to(at)
            self.place.moved(at)

    def _arriving(
        self, until: datetime, random: Random, *, loses: bool
    ) -> Iterator[tuple[datetime, Act]]:
        """In any order and late: what had no receipt, unless it is lost, and some of the rest.

        Of what came before the moment some comes again as well.
        """
        known = {line["number"] for line in self.journal.of("receipt")}
        missing = [one for one in range(len(self.world.payloads)) if one not in known]
        if loses:
            self.journal.note("lost", numbers=missing)
            missing = []
        earlier = range(-len(self.world.earlier), 0) if self.place.knows_earlier else ()
        again = [one for one in (*sorted(known), *earlier) if random.random() < 0.5]
        arriving = missing + again
        random.shuffle(arriving)
        delays = [delay for delay in DELAYS if self.clock.now + delay + _LOCKS_END <= until]
        for number in arriving:
            delay = random.choice(delays)
            if delay:
                self.journal.note("late", number=number, seconds=delay.total_seconds())
            yield self.clock.now + delay, partial(self.take_in, number)

    def _act_again(self) -> None:
        """What had no answer is done again; a timer whose run did not end fires at once."""
        for what, things, act in (
            ("heard", self.world.said, self.hear),
            ("answered", self.world.calls, self.called),
            ("operated", self.world.operations, self.operate),
        ):
            done = {line["number"] for line in self.journal.of(what)}
            for number in range(len(things)):
                if number not in done:
                    act(number)
        fired = {line["name"] for line in self.journal.of("fired")}
        for name in self.world.timers:
            if name not in fired:
                self.fire(name)

    def _timetable(self, until: datetime) -> Iterator[tuple[datetime, Act]]:
        """When which timer fires, and when a lock may have run out."""
        begin = self.clock.now
        for number in range(1, int(_LOCKS_END / _TICK) + 1):
            yield begin + _TICK * number, lambda: None
        for name, schedule in self.world.schedules.items():
            if not (self.timers or name == "SWEEP"):
                continue
            at = schedule.after(begin)
            while at <= until and name not in self.world.stopped:
                yield at, partial(self.fire, name)
                at = schedule.after(at)
