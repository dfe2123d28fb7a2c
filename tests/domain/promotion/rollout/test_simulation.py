"""Whatever happens in whatever order, traffic is moved once, as planned, and over nobody."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import ShiftTraffic
from shared.domain.decisions.promotion.rollout.moving import wanted
from shared.domain.policy import OnFail
from shared.domain.promotion import Phase, RolloutStatus
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import MINUTE, Gates, World

MOMENTS = ["check"] * 8 + ["carry"] * 8 + ["deliver"] * 6
MOMENTS += ["lose", "foreign", "foreign", "mend", "mend", "restore", "updating"]
MINUTES = [0, 1, 5, 6, 16, 61, 61]
VERDICTS = [Verdict.PASS] * 6 + [Verdict.INCONCLUSIVE, Verdict.FAIL]
SHARES = [
    {"blue": 100.0},
    {"green": 100.0},
    {"blue": 30.0, "green": 70.0},
    {},
    {"blue": 90.0, "green": 10.0},
]
FEW = settings(max_examples=150)


class Chaos:
    """A rollout among people, lost events and late messages; it checks itself at each move."""

    def __init__(self, monkeypatch_context, on_fail, mirror):
        self.gates = Gates()
        monkeypatch_context.setattr(
            "shared.domain.decisions.promotion.rollout.judging.run_gates", self.gates.run
        )
        self.world = World(self.gates, on_fail=on_fail, mirror=mirror)
        self.before = {"blue": 100.0}
        self.events = []
        self.people, self.ours = None, False

    def look(self, event=None):
        world = self.world
        if not world.promotion.phase.is_open or world.promotion.phase is Phase.WATCHED:
            return
        read = dict(world.traffic), dict(world.mirror)
        step = world.look(event)
        asked = [action for action in step.actions if isinstance(action, ShiftTraffic)]
        assert len(asked) <= 1
        for order in asked:
            assert (order.expected, order.expected_mirror) == read
            assert sum(order.traffic.values()) in {0.0, 100.0}
            assert not {name for name in order.mirror if order.traffic.get(name)}
            assert self.people is None, "what people did is never written over"
            alive = [one for one in world.open if world.now <= one.until]
            assert alive == [order], "never two that could be carried out"

    def carry(self):
        world = self.world
        if not world.open:
            return
        was = dict(world.traffic), dict(world.mirror)
        order = world.open.pop(0)
        said = world.carry_out(order)
        if said is not None:
            self.events.append(said)
        if (world.traffic, world.mirror) != was:
            self.ours = True
            assert was == (order.expected, order.expected_mirror)
            assert self.people is None

    def foreign(self, shares):
        """People write shares; these are theirs until they are on the plan again."""
        world, rollout = self.world, self.world.promotion.rollout
        unseen = rollout is not None and rollout.order is not None and shares != world.traffic
        unseen = unseen and self.ours and world.traffic == wanted(rollout).traffic
        self.ours = False
        world.now += MINUTE / 60
        world.write(shares)
        planned = rollout is None or rollout.status is RolloutStatus.PLANNED
        known = [self.before] if rollout is None else [rollout.before.traffic]
        known += [] if rollout is None else [step.traffic for step in rollout.steps]
        theirs = not planned and (shares not in known or unseen)
        self.people = dict(shares) if theirs else None

    def play(self, moment, minutes, verdict, shares):
        world = self.world
        if world.promotion.phase not in {Phase.RUNNING, Phase.ROLLING}:
            return
        world.now += minutes * MINUTE
        self.gates.verdicts["canary"] = verdict
        world.state = "Succeeded"
        match moment:
            case "check":
                self.look()
            case "carry":
                self.carry()
            case "deliver" if self.events:
                self.look(self.events.pop(0))
            case "lose" if self.events:
                self.events.pop(0)
            case "foreign":
                self.foreign(shares)
            case "restore" if world.promotion.rollout is not None:
                self.foreign(dict(world.promotion.rollout.before.traffic))
            case "mend" if world.status == "stopped":
                self.foreign(world.promotion.rollout.in_force.traffic)
            case "updating":
                world.state = "Updating"
                self.look()

    def settle(self):
        """Nobody interferes any more and every message comes: it ends, or waits for people."""
        for _ in range(60):
            if self.world.promotion.phase is not Phase.ROLLING:
                return
            while self.world.open:
                self.carry()
            self.world.now += 16 * MINUTE
            self.world.state = "Succeeded"
            self.look(self.events.pop(0) if self.events else None)


@FEW
@given(seed=st.integers(0, 2**32), on_fail=st.sampled_from(OnFail), mirror=st.sampled_from([0, 20]))
def test_no_order_of_looks_events_losses_and_people_breaks_a_rollout(seed, on_fail, mirror):
    chance = Random(seed)  # noqa: S311  nothing secret
    with pytest.MonkeyPatch.context() as patched:
        chaos = Chaos(patched, on_fail, float(mirror))
        for _ in range(50):
            chaos.play(*map(chance.choice, (MOMENTS, MINUTES, VERDICTS, SHARES)))
        chaos.gates.verdicts["canary"] = chance.choice([Verdict.PASS, Verdict.FAIL])
        chaos.settle()

    world = chaos.world
    rollout = world.promotion.rollout
    if world.promotion.phase is Phase.ROLLED_BACK:
        assert world.traffic == rollout.before.traffic or not chaos.ours
    elif world.promotion.phase is Phase.WATCHED:
        assert world.traffic == {"green": 100.0} or not chaos.ours
    else:
        assert world.status in {"stopped", None}
        assert world.alerts() or world.status is None
    assert sum(world.traffic.values()) in {0.0, 100.0}


@settings(max_examples=40)
@given(lost=st.lists(st.booleans(), min_size=12, max_size=12), late=st.integers(0, 20))
def test_events_that_are_lost_only_cost_time(lost, late):
    with pytest.MonkeyPatch.context() as patched:
        chaos = Chaos(patched, OnFail.RETURN, 0.0)
        chaos.look()
        for gone in lost:
            chaos.world.now += late * MINUTE
            chaos.carry()
            if gone:
                chaos.events.clear()
            chaos.look(chaos.events.pop(0) if chaos.events else None)
        chaos.settle()

    assert chaos.world.promotion.phase is Phase.WATCHED
    assert [order.traffic["green"] for order in chaos.world.done] == [10.0, 50.0, 100.0]
