"""A rollout is somebody's plan: the watch of routing is not called by what it does."""

from dataclasses import replace

import pytest

from shared.domain.decisions.routing.rollouts import announced, concerns
from shared.domain.policy import TrafficChanges
from shared.domain.promotion import Phase, Promotion, Rollout, RolloutStatus, TrafficStep
from tests.domain.routing_world import DAY, HOUR, MINUTE, NOON, blue_serves_and_green_is_new

STEPS = (
    TrafficStep(traffic={"blue": 100.0}, mirror={"green": 20.0}),
    TrafficStep(traffic={"blue": 90.0, "green": 10.0}),
    TrafficStep(traffic={"green": 100.0}),
)


def promotion(status, at=-1, phase=Phase.ROLLING, since=NOON):
    rollout = Rollout(
        endpoint="ep",
        deployment="green",
        before=TrafficStep(traffic={"blue": 100.0}),
        steps=STEPS,
        status=status,
        planned=NOON,
        at=at,
    )
    return Promotion(
        version="8", stage="production", phase=phase, begun=NOON, since=since, rollout=rollout
    )


@pytest.fixture
def world():
    """Where every change of traffic has to be said beforehand."""
    world = blue_serves_and_green_is_new(changes=TrafficChanges.PLANNED)
    world.look(NOON - MINUTE)
    return world


def look(world, at, status, step=-1, **more):
    world.evidence["plans"] = announced(promotion(status, step, **more), "loan")
    return world.look(at)


def test_a_whole_rollout_calls_nobody(world):
    assert look(world, NOON, RolloutStatus.PLANNED) == []
    assert look(world, NOON + 2 * HOUR, RolloutStatus.PLANNED) == []
    assert world.finding("standby", "deployment/green").sentence.startswith(
        "Deployment green of ep stands by: the promotion of loan:8 says until 2026-03-05"
    )
    world.mirror = {"green": 20.0}
    assert look(world, NOON + 3 * HOUR, RolloutStatus.MOVING, 0) == []
    world.mirror, world.traffic = {}, {"blue": 90.0, "green": 10.0}
    assert look(world, NOON + 5 * HOUR, RolloutStatus.MOVING, 1) == []
    assert world.finding("planned").sentence.endswith(
        "as the promotion of loan:8 says until 2026-03-05 12:00 UTC: step 2 of 3 of its rollout to "
        "production."
    )
    world.traffic = {"green": 100.0}
    assert look(world, NOON + 7 * HOUR, RolloutStatus.BAKING, 2) == []
    complete = {"phase": Phase.WATCHED, "since": NOON + 8 * HOUR}
    assert look(world, NOON + 20 * DAY, RolloutStatus.COMPLETE, 2, **complete) == []
    assert "its rollout to production" in world.finding("standby", "deployment/blue").sentence


def test_the_way_back_is_planned_as_well(world):
    world.traffic = {"blue": 90.0, "green": 10.0}
    look(world, NOON + HOUR, RolloutStatus.BAKING, 1)
    world.traffic = {"blue": 100.0}
    assert look(world, NOON + 2 * HOUR, RolloutStatus.RETURNING, 1) == []
    ended = {"phase": Phase.ROLLED_BACK, "since": NOON + 2 * HOUR}
    assert look(world, NOON + 4 * HOUR, RolloutStatus.RETURNED, 1, **ended) == []


def test_a_change_that_is_not_of_the_plan_is_still_told(world):
    look(world, NOON + HOUR, RolloutStatus.BAKING, 1)
    world.traffic = {"blue": 30.0, "green": 70.0}

    assert ("+", "unplanned_change", None) in look(world, NOON + 2 * HOUR, RolloutStatus.BAKING, 1)


def test_a_step_that_does_not_come_next_is_nobodys_plan(world):
    look(world, NOON, RolloutStatus.PLANNED)
    world.traffic = {"green": 100.0}

    assert ("+", "unplanned_change", None) in look(world, NOON + HOUR, RolloutStatus.PLANNED)


def test_without_a_rollout_the_change_is_told_and_the_idle_deployment_too(world):
    assert [kind for _, kind, _ in world.look(NOON + HOUR)] == ["no_traffic"]
    world.traffic = {"blue": 90.0, "green": 10.0}

    assert ("+", "unplanned_change", None) in world.look(NOON + 2 * HOUR)


def test_the_plan_is_asked_about_once_and_not_at_every_look(world):
    look(world, NOON, RolloutStatus.PLANNED)
    before = world.state.asked
    look(world, NOON + HOUR, RolloutStatus.PLANNED)

    assert world.state.asked == before
    assert world.asked() == []


def test_a_first_version_switches_nothing_off_by_its_plan():
    planned = promotion(RolloutStatus.PLANNED)
    rollout = replace(planned.rollout, before=TrafficStep(traffic={}), steps=STEPS[-1:])
    meant = announced(replace(planned, rollout=rollout), "loan")

    assert [(one.deployment, one.traffic) for one in meant] == [
        ("green", None),
        (None, {"green": 100.0}),
    ]
    back = replace(planned, rollout=replace(rollout, status=RolloutStatus.RETURNING, at=0))
    assert announced(back, "loan")[0].traffic == {"green": 0.0}


def test_only_what_is_at_the_endpoint_and_not_over_for_long_concerns_it():
    going = promotion(RolloutStatus.BAKING, 1)
    ended = replace(going, phase=Phase.ROLLED_BACK)

    assert concerns(going, "ep", NOON + 20 * DAY)
    assert not concerns(going, "other", NOON)
    assert not concerns(replace(going, rollout=None), "ep", NOON)
    assert concerns(ended, "ep", NOON + 23 * HOUR)
    assert not concerns(ended, "ep", NOON + DAY)
    assert announced(replace(going, rollout=None), "loan") == ()
