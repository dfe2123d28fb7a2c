"""A version whose watch fails gives back the traffic that its rollout moved."""

from dataclasses import replace

import pytest

from shared.domain.decisions.promotion.rollout import take_back
from shared.domain.decisions.promotion.step import Scene
from shared.domain.event import Check, check_due
from shared.domain.evidence.promotion import EndpointReading, PromotionEvidence
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Phase
from tests.domain.promotion.rollout.world import HOUR, MINUTE

WHY = "Its watch failed: 40 of 100 answers were errors."


@pytest.fixture
def watched(world):
    """A rollout that is complete."""
    world.step_through(3)
    world.look()
    world.now += HOUR
    return world


def taken(world, **reading):
    """What taking it back asks for; keeps the promotion where it is done."""
    read = {"name": "ep", "taken": world.now, "endpoint": world.endpoint(), **reading}
    scene = Scene(
        event=check_due(Check.PROMOTION, "model/loan", world.now),
        evidence=PromotionEvidence(
            taken=world.now, candidate=world.candidate, target=EndpointReading(**read)
        ),
        policy=world.policy,
        stage=world.stage,
        overrides=(),
        now=world.now,
    )
    step = take_back(world.promotion, scene, WHY, ())
    if step is not None:
        world.promotion, world.step = step.promotion, step
        world.open += step.actions
    return step


def test_it_goes_back_to_what_was_before_the_first_step(watched):
    step = taken(watched)
    assert (watched.promotion.phase, watched.status) == (Phase.ROLLING, "returning")
    assert [alert.severity.value for alert in step.alerts] == ["critical"]
    assert step.actions[0].traffic == {"blue": 100.0}

    watched.look(watched.carry_out(), after=MINUTE)
    assert watched.promotion.phase is Phase.ROLLED_BACK
    assert "40 of 100 answers were errors" in watched.promotion.why


def test_a_way_back_that_is_crossed_leaves_what_people_did(watched):
    taken(watched)
    watched.write({"green": 50.0, "blue": 50.0})
    watched.look(watched.carry_out(), after=MINUTE)

    assert (watched.status, watched.traffic["green"]) == ("stopped", 50.0)


def test_traffic_that_somebody_moved_since_is_not_taken(watched):
    watched.write({"blue": 20.0, "green": 80.0})

    assert taken(watched) is None


def test_where_what_served_before_is_gone_nothing_is_taken(watched):
    del watched.deployments["blue"]

    assert taken(watched) is None


@pytest.mark.parametrize("reading", [{"endpoint": None}, {"problem": "No answer."}])
def test_an_endpoint_that_is_not_seen_is_left_alone(watched, reading):
    assert taken(watched, **reading) is None


def test_a_policy_that_leaves_moving_to_people_is_heeded(watched):
    watched.stage = replace(
        watched.stage, rollout=replace(watched.stage.rollout, mode=RolloutMode.PLAN)
    )

    assert taken(watched) is None


def test_a_promotion_without_a_rollout_has_nothing_to_give_back(watched):
    watched.promotion = replace(watched.promotion, rollout=None)

    assert taken(watched) is None
