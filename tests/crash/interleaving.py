"""Two and three workers on the same subjects, their calls in any order, with deaths and lost locks.

Each worker has adapters of its own, as processes have; chance decides after each call who goes on.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from shared.bootstrap import Application, build
from shared.domain.state import SubjectState
from shared.errors import Conflict
from shared.ports import Adapters, Message, Sender
from shared.scenarios.azure_events import resource_event
from shared.service.codec import decode
from shared.service.messages import CHECKS
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import fold
from shared.service.worker import Worker
from shared.settings import Settings
from tests.conftest import NOON, StoppedClock
from tests.crash.turns import Player, Standing, play

ENDPOINTS = ("loan-endpoint", "churn-endpoint")
POLICY = "model: {model}\nendpoint: {endpoint}\nrouting: {{grace: 30m}}\n"
DEPLOYED = "traffic: {{blue: 100}}\ndeployments: {{blue: {{model: '{model}:7'}}, green: {{}}}}\n"
STANDS_AT = ("archive", "ledger", "evidence", "sender", "receiver")
MINUTE, LOCK = timedelta(minutes=1), timedelta(seconds=61)
DIES, LOSES_LOCKS, TOLD_AGAIN, TOLD_LATE = -1, -2, -3, -4
_NAMES = {
    DIES: "deaths",
    LOSES_LOCKS: "times all locks ran out",
    TOLD_AGAIN: "told again",
    TOLD_LATE: "told late",
}
_MOST_UNLUCKY = 6
_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of its own is made there
EVENTS = [
    resource_event("Write", outcome, endpoint, deployment, at=NOON - minute * MINUTE)
    for endpoint in ENDPOINTS
    for minute, (outcome, deployment) in enumerate(
        [("Success", "green"), ("Failure", "green"), ("Success", None), ("Success", "blue")]
    )
]


@dataclass(frozen=True)
class Noting:
    """A sender that notes the ids of what the broker took."""

    sender: Sender
    sent: set[str]

    def send(self, messages: Sequence[Message]) -> None:
        """Send them on."""
        self.sender.send(messages)
        self.sent.update(message.id for message in messages)


@dataclass
class World:
    """One home, and the workers on it; some events come `late`, when it is their turn."""

    home: Path
    late: list[bytes] = field(default_factory=list)
    clock: StoppedClock = field(default_factory=StoppedClock)
    players: list[Player] = field(default_factory=list)

    def __post_init__(self) -> None:
        for endpoint in ENDPOINTS:
            model = endpoint.partition("-")[0]
            for name, content in (
                (f"policies/{model}.yaml", POLICY),
                (f"workspace/endpoints/{endpoint}.yaml", DEPLOYED),
            ):
                path = self.home / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content.format(model=model, endpoint=endpoint))
        self.told: list[bytes] = []
        self.unanswered: list[bytes] = []
        self.sent: set[str] = set()

    def application(self, player: Player | None = None) -> Application:
        settings = Settings(
            home=self.home, workspace=self.home / "workspace", policies=self.home / "policies"
        )

        def around(adapters: Adapters) -> Adapters:
            adapters = replace(adapters, sender=Noting(adapters.sender, self.sent))
            if player is None:
                return adapters
            ports = {name: Standing(getattr(adapters, name), player) for name in STANDS_AT}
            return replace(adapters, **cast(Any, ports))

        return build(settings, clock=self.clock, around=around)

    def tell(self, payload: bytes) -> None:
        self.told.append(payload)
        self.application().service.receive(payload, via="event-grid")

    def add_worker(self) -> None:
        self.players.append(Player(self._work))

    def add_asker(self, payload: bytes) -> None:
        """Decides an event at once, beside the queue and its sessions: so are checks answered."""

        def ask(player: Player) -> None:
            application = self.application(player)
            receipts = application.service.receive(payload, via="event-grid")
            self.unanswered.remove(payload)
            for receipt in receipts:
                assert receipt.event is not None
                application.service.handle(receipt.event.to_cloud_event())

        self.unanswered.append(payload)
        self.told.append(payload)
        self.players.append(Player(ask))

    def _work(self, player: Player) -> None:
        application = self.application(player)
        receiver, together = application.adapters.receiver, application.service.handle_all
        worker = Worker(receiver, {}, {CHECKS: together}, timer=lambda: 0.0)
        idle = 0
        while idle < 2:
            try:
                idle = 0 if worker.step() else idle + 1
            except Conflict:  # the lock is lost; the host logs it and takes the next message
                idle = 0

    def act(self, turn: int) -> None:
        if turn == DIES:
            alive = [player for player in self.players if not player.over]
            alive[0].turn(dies=True)
            self.add_worker()
        elif turn == LOSES_LOCKS:
            self.clock.advance(LOCK)
        elif turn == TOLD_AGAIN:
            self.tell(self.told[0])
        elif self.late:
            self.tell(self.late.pop())

    def end(self) -> Application:
        """What the dead left locked comes again, and a last worker finds nothing else to do.

        What had no receipt is delivered again, and what is late comes now.
        """
        for payload in (*self.unanswered, *self.late):
            self.tell(payload)
        self.clock.advance(LOCK)
        application = self.application()
        application.service.sweep()
        Worker(
            application.adapters.receiver,
            {CHECKS: application.service.handle, "alerts": lambda _: None},
        ).drain()
        return application


def assert_whole(application: Application, told: list[bytes], sent: set[str]) -> None:
    """Nothing lost, nothing twice, one chain a subject; what any decision has to say was sent."""
    keys: dict[str, str] = {}
    for subject in application.ledger.subjects():
        keys |= _assert_chain(application, subject, sent)
    ids = {json.loads(payload)[0]["id"] for payload in told}
    assert ids <= keys.keys()
    assert all(application.archive.get(keys[name]) is not None for name in ids)
    assert application.ledger.unsent() == []
    assert application.adapters.dead_letters.dead_letters(CHECKS) == []
    waiting = {one.id for one in application.queue.peek(CHECKS)}
    assert waiting.isdisjoint(keys.values())


def _assert_chain(application: Application, subject: str, sent: set[str]) -> dict[str, str]:
    """One chain, whose decisions leave the state; the keys of its events by their ids."""
    past = PastDecisions(application.evidence)
    steps = list(fold(application.ledger, application.evidence, past, subject))
    stored = application.ledger.state(subject)
    assert [step.recorded.version for step in steps] == list(range(1, stored.version + 1))
    assert all(step.same for step in steps)
    previous = ["", *(step.recorded.hash for step in steps)]
    assert [step.recorded.plain["previous"] for step in steps] == previous[:-1]
    left = replace(steps[-1].concluded.state, last_hash=steps[-1].recorded.hash)
    assert decode(stored.state, SubjectState) == left
    assert {one for step in steps for one in step.recorded.plain["messages"] if one} <= sent
    keys = [step.recorded.event.key for step in steps]
    assert len(keys) == len(set(keys))
    return {step.recorded.event.id: step.recorded.event.key for step in steps}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What chance drew: the events that wait, that are `asked` for beside the queue, or are late.

    Each of the `turns` is a worker's number, or what happens to one of them.
    """

    workers: int
    events: list[bytes]
    asked: list[bytes]
    late: list[bytes]
    turns: list[int]


def play_out(drawn: Drawn) -> Counter[str]:
    """Let the workers take their turns to the end and count; raises what one of them raised.

    Misfortunes beyond the sixth are left out: each death makes another worker.
    """
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        world = World(Path(folder), list(drawn.late))
        for payload in drawn.events:
            world.tell(payload)
        for _ in range(drawn.workers):
            world.add_worker()
        for payload in drawn.asked:
            world.add_asker(payload)
        unlucky = 0
        turns = [t for t in drawn.turns if t >= 0 or (unlucky := unlucky + 1) <= _MOST_UNLUCKY]
        taken = Counter(_NAMES.get(turn, "turns") for turn in play(world.players, turns, world.act))
        for fault in (player.fault for player in world.players if player.fault):
            raise fault
        application = world.end()
        assert_whole(application, world.told, world.sent)
        return taken + Counter(
            told=len(world.told),
            decisions=len(application.ledger.decisions(limit=10_000)),
            conflicts=sum(player.conflicts for player in world.players),
        )
