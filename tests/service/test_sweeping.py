"""Evidence is swept while others decide: whatever comes between, none loses what it needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.ports import KeptEvidence, KeptRow, LedgerState
from shared.service.retention import sweeping
from shared.service.retention.sweeping import Sweeping
from tests.conftest import NOON

SPAN = timedelta(days=30)
DAY = timedelta(days=1)
SUBJECTS = ("endpoint/a", "endpoint/b", "model/c")


@dataclass
class World:
    """A ledger, evidence and profiles out of memory, between whose calls others act."""

    now: datetime = NOON
    between: Callable[[], None] = lambda: None
    put_at: dict[str, datetime] = field(default_factory=dict)
    links: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)

    def put(self, content: str) -> str:
        """As a store does: what is there counts as put now, give or take an hour."""
        name = sha256(content.encode()).hexdigest()
        if self.now - self.put_at.get(name, NOON - 10_000 * DAY) > timedelta(hours=1):
            self.put_at[name] = self.now
        return name

    def commit(self, subject: str, name: str) -> None:
        self.links.setdefault(subject, []).append((self.now, name))

    def chained(self) -> list[str]:
        self.between()
        return sorted(self.links)

    def state(self, subject: str) -> LedgerState:
        self.between()
        return LedgerState(version=len(self.links[subject]), state={})

    def kept_decisions(self, subject: str, first: int = 1):
        self.between()
        for version, (decided, name) in enumerate(list(self.links[subject]), 1):
            if version >= first:
                self.between()
                text = f'{{"decided":"{decided.isoformat()}","evidence":"{name}","policy":null}}'
                yield KeptRow(version=version, text=text)

    def walk(self, after: str = "", put_before: datetime | None = None):
        for name in sorted(self.put_at):
            if name > after:
                self.between()
                if name in self.put_at and (put_before is None or self.put_at[name] < put_before):
                    yield KeptEvidence(hash=name, put=self.put_at[name])

    def remove(self, name: str, put_before: datetime) -> bool:
        self.between()
        if name in self.put_at and self.put_at[name] < put_before:
            del self.put_at[name]
            return True
        return False

    def remove_all(self, names: list[str], put_before: datetime) -> int:
        return sum(self.remove(name, put_before) for name in names)

    def load(self, name: str) -> Any:
        return self.progress.get(name)

    def save(self, name: str, plain: Any) -> None:
        self.progress[name] = plain

    def lost(self) -> list[tuple[str, str]]:
        """What a decision within the span rests on and is not there."""
        return [
            (subject, name)
            for subject, links in self.links.items()
            for decided, name in links
            if decided >= self.now - SPAN and name not in self.put_at
        ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "commit", "nothing"]),
        st.sampled_from(SUBJECTS),
        st.integers(0, 5),
        st.integers(0, 40),
    ),
    max_size=60,
)
OLD = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(SUBJECTS), st.integers(0, 9)), max_size=25
)


@given(
    old=OLD,
    steps=STEPS,
    patience=st.integers(0, 6),
    batch=st.integers(1, 4),
    refreshed=st.sampled_from([None, 0, 29, 31, 300]),
)
def test_no_decision_within_the_span_ever_loses_its_evidence(
    old, steps, patience, batch, refreshed
):
    """Others put the same contents again and commit them late, between any two calls.

    The sweep is stopped after some looks and goes on a day later, again and again.
    """
    world = World()
    if refreshed is not None:
        noting = Sweeping(world, world, world, lambda: True)
        noting.refreshed_since(NOON - refreshed * DAY)
    for age, subject, content in sorted(old, reverse=True):
        world.now = NOON - age * DAY
        world.commit(subject, world.put(str(content)))
    world.now = NOON
    waiting: list[tuple[str, str, datetime]] = []
    acts = iter(steps)

    def commit_what_waits(subject: str) -> None:
        for one in [one for one in waiting if one[0] == subject]:
            waiting.remove(one)
            world.commit(one[0], one[1])

    def others() -> None:
        kind, subject, content, minutes = next(acts, ("nothing", "", 0, 0))
        late = [one for one in waiting if world.now - one[2] > timedelta(minutes=30)]
        for one in late:
            commit_what_waits(one[0])
        world.now += timedelta(minutes=minutes) / 4
        if kind == "put":
            waiting.append((subject, world.put(str(content)), world.now))
        elif kind == "commit":
            commit_what_waits(subject)

    world.between = others
    sweeping.BATCH, usual = batch, sweeping.BATCH
    try:
        for _ in range(4):
            looks = iter([True] * patience)
            one = Sweeping(world, world, world, partial(next, looks, False))
            one.run(one.pending(world.now - SPAN))
            assert world.lost() == []
            world.now += DAY
        world.between = lambda: None
        for subject in SUBJECTS:
            commit_what_waits(subject)
        assert world.lost() == []
    finally:
        sweeping.BATCH = usual


@given(old=OLD)
def test_what_nobody_needs_any_more_goes_and_only_that(old):
    world = World()
    for age, subject, content in sorted(old, reverse=True):
        world.now = NOON - age * DAY
        world.commit(subject, world.put(str(content)))
    world.now = NOON
    for content in ("x", "y"):
        world.put_at[sha256(content.encode()).hexdigest()] = NOON - 31 * DAY
    one = Sweeping(world, world, world, lambda: True)
    planned = one.candidates(NOON - SPAN)
    before = len(world.put_at)

    removed, finished = one.run(one.pending(NOON - SPAN))

    assert (removed, finished) == (planned, True)
    assert before - removed == len(world.put_at)
    assert removed >= 2
    assert world.lost() == []
    needed = {name for links in world.links.values() for _, name in links}
    assert set(world.put_at) <= needed


class Counting(World):
    """Counts the links that are read."""

    read = 0

    def kept_decisions(self, subject: str, first: int = 1):
        for row in super().kept_decisions(subject, first):
            self.read += 1
            yield row


def test_of_a_long_chain_the_piece_that_may_rest_on_what_goes_is_read():
    world, older = Counting(), Counting()
    for one in (world, older):
        for age in range(200, 0, -1):
            one.now = NOON - age * DAY
            one.commit("endpoint/a", one.put(f"{age}"))
        one.put_at["f" * 64] = NOON - 199 * DAY
    Sweeping(world, world, world, lambda: True).refreshed_since(NOON - 200 * DAY)

    for one in (world, older):
        assert Sweeping(one, one, one, lambda: True).candidates(NOON - 150 * DAY) == 1
    assert older.read >= 200
    assert world.read <= older.read / 2


def test_what_an_older_release_put_once_stays_while_a_later_decision_rests_on_it():
    world = World(now=NOON - 100 * DAY)
    name = world.put("a policy")
    for age in (90, 1):
        world.now = NOON - age * DAY
        world.commit("endpoint/a", name)
    world.now = NOON
    one = Sweeping(world, world, world, lambda: True)
    one.refreshed_since(NOON)

    assert one.run(one.pending(NOON - SPAN)) == (0, True)
    assert world.lost() == []
