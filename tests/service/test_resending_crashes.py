"""Whoever sends letters again, stops anywhere and does it once more: each is acted on once."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bootstrap import build
from shared.ports import Message
from shared.service.dead_letters.letters import find
from shared.service.dead_letters.resending import resend
from shared.settings import Settings
from tests.conftest import StoppedClock
from tests.service.test_dead_letters import note

QUEUE = "promotion-requests"
GUARDED = ("sender", "archive", "dead_letters", "notes", "dead_events", "ledger")


class Died(BaseException):
    """The process ends; nothing that would come after it is done."""


@dataclass
class Fuse:
    """Ends the process before or after so many calls of the world; None for never."""

    left: int | None = None
    after: bool = False

    def call(self, method, arguments, named):
        if self.left is None:
            return method(*arguments, **named)
        self.left -= 1
        if self.left < 0 and not self.after:
            raise Died
        done = method(*arguments, **named)
        if self.left < 0:
            raise Died
        return done


class Guarded:
    """A port whose every call the fuse may end."""

    def __init__(self, port, fuse):
        self._port, self._fuse = port, fuse

    def __getattr__(self, name):
        method = getattr(self._port, name)
        return lambda *arguments, **named: self._fuse.call(method, arguments, named)


class World:
    """Three letters of different places, and a consumer that honours the ids of bodies."""

    def __init__(self, home):
        self.clock, self.fuse = StoppedClock(), Fuse()
        self.delivered, self.acted = [], []

        def around(adapters):
            guarded = {name: Guarded(getattr(adapters, name), self.fuse) for name in GUARDED}
            return replace(adapters, **guarded)

        self.app = build(Settings(home=home), clock=self.clock, around=around)
        self.app.adapters.notes.keep(note(body=b'{"id": "noted"}'))
        self.app.queue.send([Message(id="m", queue=QUEUE, session="s", body={"id": "held"})])
        self.app.queue.dead_letter(self.app.queue.receive(QUEUE), "Unavailable", "No answer.")
        event = {
            "specversion": "1.0",
            "id": "given-up",
            "source": "somebody",
            "type": "io.driftgate.TrafficChanged",
            "subject": "endpoint/loan-endpoint",
            "time": "2026-02-03T11:00:00Z",
            "deadletterreason": "MaxDeliveryAttemptsExceeded",
        }
        file = home / "dead-events" / "SUB" / "a.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps([event]))

    def letters(self):
        return find(self.app.adapters).letters

    def resend(self, letters):
        for _ in resend(
            letters,
            service=self.app.service,
            adapters=self.app.adapters,
            author="berta",
            reason="mended",
            now=self.clock(),
            via="test",
        ):
            pass

    def consume(self):
        self.app.worker({QUEUE: self.handle}).drain()

    def handle(self, body):
        self.delivered.append(body["id"])
        if body["id"] not in self.acted:
            self.acted.append(body["id"])


step = st.tuples(
    st.integers(0, 16),
    st.booleans(),
    st.sampled_from(["what was there at first", "what is there now"]),
    st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(minutes=11)]),
    st.booleans(),
)


@settings(max_examples=25)
@given(steps=st.lists(step, max_size=4))
def test_each_letter_is_delivered_and_acted_on_once_wherever_it_is_stopped(tmp_path_factory, steps):
    world = World(tmp_path_factory.mktemp("home"))
    first = world.letters()

    for calls, after, which, later, consumes in steps:
        letters = first if which == "what was there at first" else world.letters()
        world.fuse.left, world.fuse.after = calls, after
        with suppress(Died):
            world.resend(letters)
        world.fuse.left = None
        world.clock.advance(later)
        if consumes:
            world.consume()
    world.resend(world.letters())
    world.consume()

    assert world.letters() == ()
    assert sorted(world.acted) == ["held", "noted"]
    decided = world.app.ledger.decisions("endpoint/loan-endpoint")
    assert [one["event"]["id"] for one in decided] == ["given-up"]
    audit = [
        letter["message_id"]
        for subject in ("deadletters/promotion-requests", "deadletters/event-grid")
        for one in world.app.ledger.decisions(subject)
        for letter in one["event"]["data"]["letters"]
    ]
    assert len(set(audit)) == 3


def test_a_repeat_within_the_window_is_dropped_by_the_broker_itself(tmp_path):
    world = World(tmp_path)
    first = world.letters()
    world.resend(first)
    world.resend(first)

    world.consume()

    assert sorted(world.delivered) == ["held", "noted"]
