"""What verbs act on: the workspace's files, the events on their way, what stands in the way."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from shared.bootstrap import Application
from shared.domain.event import Event
from shared.scenarios.channels import Switchboard
from shared.scenarios.clock import SimulatedClock
from shared.scenarios.devops_events import CheckCall
from shared.scenarios.figures import FigureLog
from shared.scenarios.hindered import Hindrance
from shared.scenarios.load import LoadLog
from shared.scenarios.phrases import Found, parse_times
from shared.scenarios.pipelines import Runs
from shared.scenarios.requests import RequestLog
from shared.scenarios.rows import RowLog
from shared.scenarios.workspace import WorkspaceFiles

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An event and when it arrives, as often as it does; `number` counts them in their order.

    What people say reaches Driftgate by its own command, so `by_azure` is False and nothing loses
    it.
    """

    number: int
    happened: datetime
    payload: bytes
    arrivals: tuple[datetime, ...]
    by_azure: bool = True


Deliver = Callable[[Telling], Sequence[datetime]]
Command = Callable[["Application"], object]
"""What a person does by one of Driftgate's own commands."""


@dataclass(kw_only=True)
class Stage:
    """The world of one play.

    `late`, `times` and `deaf` are how events arrive for the time being; `down` counts what keeps
    Driftgate from working, `idle` what keeps it from messages alone, `muted` what keeps alerts in,
    `stopped` holds the timers that do not fire. `commands` are what people told Driftgate by
    commands of its own, `fleet` says that people are told by notices, over `channels`; `calls`
    those of environment checks, of which there were so many `checks`. While it is `opening`, nobody
    is told of anything.
    """

    clock: SimulatedClock
    start: datetime
    home: Path
    folder: Path
    files: WorkspaceFiles
    requests: RequestLog
    load: LoadLog
    figures: FigureLog
    rows: RowLog
    runs: Runs
    channels: Switchboard
    deliver: Deliver
    opening: bool = True
    late: timedelta = timedelta()
    times: int = 1
    deaf: int = 0
    down: int = 0
    idle: int = 0
    muted: int = 0
    stopped: list[str] = field(default_factory=list)
    hindrances: list[Hindrance] = field(default_factory=list)
    platform_hindrances: list[Hindrance] = field(default_factory=list)
    checks: int = 0
    fleet: bool = False
    commands: list[Event | Command] = field(default_factory=list)
    calls: list[CheckCall] = field(default_factory=list)
    intents: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    silences: list[str] = field(default_factory=list)
    approvals: list[tuple[str, str, str]] = field(default_factory=list)
    kept: dict[str, object] = field(default_factory=dict)
    changes: list[Callable[[], None]] = field(default_factory=list)
    _arriving: list[tuple[datetime, int, bytes]] = field(default_factory=list)
    _later: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _told: int = 0
    _pushed: int = 0

    @property
    def handles(self) -> bool:
        """Whether messages are taken out of the queues now."""
        return not self.down and not self.idle

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.clock.now

    def endpoint(self, found: Found) -> str:
        """The endpoint a sentence speaks of."""
        return self.files.one_endpoint(found.optional("endpoint"), found.line)

    def show(self, found: Found, change: Callable[[], None]) -> None:
        """Change the workspace now, or when the sentence says that it shows."""
        shows = found.clause("shows DURATION later")
        if shows is None:
            change()
        else:
            self._push(self._later, self.now + shows.duration("duration"), change)

    def tell(self, found: Found, payload: bytes) -> None:
        """Send an event as the sentence says, and as events arrive for the time being."""
        if self.opening or self.deaf or found.clause("silently") is not None:
            return
        often = found.clause("told COUNT times")
        times = 2 if found.clause("told twice") else self.times
        times = parse_times(often.text("count")) if often is not None else times
        late = found.clause("told DURATION late")
        at = self.now + (late.duration("duration") if late is not None else self.late)
        self._send(payload, (at,) * times, by_azure=True)

    def say(self, payload: bytes) -> None:
        """What a person tells Driftgate arrives at once."""
        self._send(payload, (self.now,), by_azure=False)

    def _send(self, payload: bytes, arrivals: tuple[datetime, ...], *, by_azure: bool) -> None:
        self._told += 1
        telling = Telling(
            number=self._told,
            happened=self.now,
            payload=payload,
            arrivals=arrivals,
            by_azure=by_azure,
        )
        for at in self.deliver(telling) if by_azure else arrivals:
            self._push(self._arriving, at, payload)

    def _push(self, heap: list[tuple[datetime, int, Thing]], at: datetime, what: Thing) -> None:
        self._pushed += 1
        heapq.heappush(heap, (max(at, self.now), self._pushed, what))

    def next_time(self) -> datetime | None:
        """When something shows, or arrives where Driftgate is there to take it."""
        times = [heap[0][0] for heap in (self._later, () if self.down else self._arriving) if heap]
        return min(times, default=None)

    def show_due(self) -> None:
        """Make true what is due."""
        while self._later and self._later[0][0] <= self.now:
            heapq.heappop(self._later)[2]()

    def take_arrived(self) -> list[bytes]:
        """The payloads that have arrived, in their order; none while Driftgate is down."""
        taken = []
        while not self.down and self._arriving and self._arriving[0][0] <= self.now:
            taken.append(heapq.heappop(self._arriving)[2])
        return taken
