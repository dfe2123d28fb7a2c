"""A subject, its queue and its consumers, any of which may fail at any step that they take."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from shared.domain.canonical import canonical_json, content_hash
from shared.domain.collected import CollectedFile, Collection
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.policy import Engine
from shared.domain.profiling import ProfilingOrder
from shared.domain.state import SubjectState
from shared.domain.world import DataFiles
from shared.errors import Unavailable
from shared.profiles import baseline
from shared.service.codec import decode
from shared.service.deciding import Gathered, conclude
from shared.service.messages import messages_of
from shared.service.profiling import carry_out
from shared.service.profiling.orders import keep_order
from shared.service.reactions import reaction_to

MODEL = "loan-default"
SUBJECT = f"profiling/{MODEL}"
START = datetime(2026, 2, 1, tzinfo=UTC)
CUTS = tuple(START + timedelta(hours=hours) for hours in (0, 6, 12, 24))
MOST_DELIVERIES = 10


class Died(Exception):
    """The process is gone."""


@dataclass
class Odds:
    """How often each step fails, of all times; zero is never."""

    store: float = 0.0
    dies: float = 0.0
    twice: float = 0.0
    conflict: float = 0.0
    dead: frozenset = frozenset()
    """Parts whose messages of the first try are put aside."""
    lost: frozenset = frozenset()
    """Parts that are gone once after they were said to be there."""


class Store:
    """Profiles that are kept as text; a call fails now and then, before or after it was done."""

    def __init__(self, fails):
        self.fails = fails
        self.kept = {}

    def save(self, name, profile):
        self.fails("store", Unavailable)
        self.kept[name] = canonical_json(profile)
        self.fails("store", Unavailable)

    def load(self, name):
        self.fails("store", Unavailable)
        content = self.kept.get(name)
        return None if content is None else json.loads(content)


def tables(count, seed=1):
    """A table a file of whole numbers, whose sums are exact: some rows lie beyond the cuts."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        rows = int(rng.integers(0, 6))
        seconds = rng.integers(-3_600, 26 * 3_600, rows)
        found.append(
            pa.table(
                {
                    "income": rng.integers(0, 100, rows).astype(float),
                    "kind": pa.array(rng.choice(["a", "b", "new"], rows), type=pa.string()),
                    "at": pa.array(
                        [START + timedelta(seconds=int(one)) for one in seconds],
                        type=pa.timestamp("us", tz="UTC"),
                    ),
                }
            )
        )
    return found


def training():
    """What the model was trained on."""
    return baseline({"income": list(range(100)), "kind": ["a", "b"] * 50})


@dataclass
class Hall:
    """One order of as many parts as there are tables, and everybody who works at it."""

    inputs: list
    outputs: list
    odds: Odds = field(default_factory=Odds)
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311  seeded
    now: datetime = START + timedelta(days=2)

    def __post_init__(self):
        self.base = training()
        self.profiles = Store(self.fails)
        self.state = SubjectState()
        self.inbox, self.queue, self.known = set(), [], set()
        self.told, self.events, self.deliveries, self.aside = [], [], {}, []
        self.counted = {}
        files = [f"in-{at}" for at in range(len(self.inputs))]
        answers = [f"out-{at}" for at in range(len(self.outputs))]
        self.read = dict(zip([*files, *answers], [*self.inputs, *self.outputs], strict=True))
        self.order = ProfilingOrder(
            model=MODEL,
            version="7",
            baseline_hash=self.base.baseline_hash,
            engine=Engine.LOCAL,
            cuts=CUTS,
            inputs=tuple(_file(name) for name in files),
            outputs=tuple(_file(name, Collection.OUTPUTS) for name in answers),
            part_bytes=1,
        )
        self.id = self.order.id
        self.lost = set(self.odds.lost)
        self.adapters = SimpleNamespace(
            profiles=self.profiles, workspace=self, sender=self, profiling_jobs=None
        )

    def fails(self, what, error):
        """Raise it as often as the odds say."""
        chance = getattr(self.odds, what)
        if chance and self.random.random() < chance:
            raise error(what)

    @contextmanager
    def lend(self, files):
        """The tables, as a workspace gives files."""
        for file in files:
            self.counted[file.place] = self.counted.get(file.place, 0) + 1
        yield DataFiles(paths=tuple(self.read[file.place] for file in files), time_column="at")

    def send(self, messages):
        """As the broker does: a message that it knows is not taken twice."""
        self.fails("dies", Died)
        half = len(messages) // 2
        self._take(messages[:half])
        self.fails("dies", Died)
        self._take(messages[half:])

    def _take(self, messages):
        for message in messages:
            if message.id not in self.known:
                self.known.add(message.id)
                self.queue.append(message)
                if self.random.random() < self.odds.twice:
                    self.queue.append(message)

    def say(self, event):
        """Take in what a consumer says of its message."""
        self.fails("dies", Died)
        self.events.append(event)
        if self.random.random() < self.odds.twice:
            self.events.append(event)
        self.fails("dies", Died)

    def want(self):
        """Ask for the profile, as a look for drift does."""
        odds, self.odds = self.odds, Odds()
        keep_order(self.profiles, self.order, self.base.to_json())
        self.odds = odds
        self.events.append(
            Event(
                id=f"wanted-{self.now}",
                source=f"driftgate/model/{MODEL}",
                type=EventType.PROFILE_WANTED,
                subject=SUBJECT,
                time=self.now,
                data={
                    "order": self.id,
                    "engine": "local",
                    "parts": len(self.read),
                    "size": {"files": float(len(self.read)), "bytes": 10.0},
                },
            )
        )

    def run(self, timers=10):
        """Work on, in any order, until nothing is left to be done but by the timer."""
        for _ in range(timers):
            while self.queue or self.events:
                self._step()
            if not any(one.phase.is_open for one in self.state.profiling.profilings):
                return
            self.now += timedelta(minutes=31)
            self.events.append(check_due(Check.PROFILING, SUBJECT, self.now))
        raise AssertionError("It did not come to an end.")

    def _step(self):
        at = self.random.randrange(len(self.queue) + len(self.events))
        if at < len(self.queue):
            self._consume(self.queue.pop(at))
        else:
            self._decide(self.events.pop(at - len(self.queue)))

    def _consume(self, message):
        part = message.body["data"].get("part")
        tries = self.deliveries[message.id] = self.deliveries.get(message.id, 0) + 1
        first = message.body["data"].get("attempt") == 1
        if tries > MOST_DELIVERIES or (part in self.odds.dead and first):
            self.aside.append(message)
            return
        try:
            body = json.loads(canonical_json(message.body))
            carry_out(body, adapters=self.adapters, say=self.say, now=self.now)
        except (Died, Unavailable):
            self.queue.append(message)
            return
        if part in self.lost:
            self.lost.discard(part)
            self.profiles.kept.pop(f"profiling/{self.id}/part-{part:05}")

    def _decide(self, event):
        if event.key in self.inbox:
            return
        reaction = reaction_to(event)
        try:
            evidence = reaction.gather(event, None, self.state, self.adapters, self.now)
            self.fails("conflict", Unavailable)
        except Unavailable:
            self.events.append(event)
            return
        gathered = Gathered(
            evidence=evidence,
            evidence_hash=content_hash(evidence),
            policy=None,
            policy_hash=None,
        )
        concluded = conclude(event, reaction, gathered, self.state, self.now)
        self.inbox.add(event.key)
        self.state = decode(json.loads(canonical_json(concluded.plain)), SubjectState)
        odds, self.odds = self.odds, replace(self.odds, dies=0.0)
        for message in messages_of(concluded.decision):
            if message.queue == "checks":
                self.told.append(message.body)
            else:
                self.send([message])
        self.odds = odds

    @property
    def made(self):
        """What the order made."""
        return json.loads(self.profiles.kept[f"profiling/{self.id}/made"])


def _file(place, collection=Collection.INPUTS):
    return CollectedFile(
        place=place,
        version="1",
        bytes=1,
        collection=collection,
        deployment="blue",
        time_column="at",
    )
