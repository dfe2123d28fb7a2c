"""A rollout that pauses: when it is judged again, and how it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.event import EventType
from shared.domain.policy import CanaryGate, Enforcement, Gates, OnFail, RolloutMode
from shared.domain.promotion import Override, Phase
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import DAY, HOUR, MINUTE


def test_an_event_of_something_else_is_a_reason_to_look_and_no_answer(world):
    world.look()
    other = replace(world.says(world.open[0]), type=EventType.OVERRIDE_GIVEN)
    world.look(other)

    assert (world.status, len(world.issued)) == ("moving", 1)


def test_a_step_whose_shares_are_there_already_needs_no_change(make):
    """A mirror that the pipeline has set up is the first step."""
    world = make(mirror=20.0, mirrored={"green": 20.0})
    world.look()

    assert (world.status, world.issued) == ("baking", [])


def test_back_at_the_split_of_before_without_a_change_is_back_at_once(make):
    world = make(mirror=20.0, mirrored={"green": 20.0})
    world.look()
    world.gates.verdicts["errors"] = Verdict.FAIL
    world.look(after=timedelta(minutes=5))

    assert (world.promotion.phase, world.issued) == (Phase.ROLLED_BACK, [])


def test_an_endpoint_that_nobody_read_is_not_seen(world):
    world.unread = True
    world.look()

    assert world.step.findings[0].sentence == "Endpoint ep was not read."
    assert world.reasons() == ["cannot_look"]


def test_a_pause_is_not_judged_again_before_that_can_say_more(world):
    """Each judgement of a canary costs some of its certainty."""
    world.gates.again = 30 * MINUTE
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.gates.verdicts["canary"] = Verdict.PASS
    for _ in range(5):
        world.look(after=5 * MINUTE)
    assert (world.status, world.promotion.rollout.looks) == ("paused", 1)
    assert world.step.look_again == world.now + 5 * MINUTE

    world.look(after=5 * MINUTE)
    assert world.status == "moving"


def test_without_a_canary_a_pause_is_judged_at_every_look(world):
    world.policy = replace(world.policy, gates=Gates(canary=CanaryGate(mode=Enforcement.OFF)))
    world.gates.again = 30 * MINUTE
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.gates.verdicts["canary"] = Verdict.PASS
    world.look(after=5 * MINUTE)

    assert world.status == "moving"


def test_errors_end_a_pause_at_once(world):
    world.gates.again = 30 * MINUTE
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.gates.verdicts["errors"] = Verdict.FAIL
    world.look(after=5 * MINUTE)

    assert world.status == "returning"


def test_what_somebody_lets_pass_is_judged_at_once(world):
    world.gates.again = 30 * MINUTE
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.overrides = (
        Override(
            id="o",
            version="8",
            gates=("canary",),
            author="anna",
            reason="known",
            since=world.now,
            until=world.now + HOUR,
        ),
    )
    world.look(replace(world.says(world.issued[0]), type=EventType.OVERRIDE_GIVEN))

    assert world.status == "moving"


def test_a_pause_that_outlasts_the_stage_gives_its_traffic_back(world):
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.look(after=7 * DAY)
    assert "It was not decided within 7 d: The gate canary" in world.promotion.why

    world.look(world.carry_out())
    assert world.promotion.phase is Phase.ROLLED_BACK


@pytest.mark.parametrize("change", [{"mode": RolloutMode.PLAN}, {"on_fail": OnFail.STOP}])
def test_a_pause_that_may_not_be_given_back_ends_where_it_is(world, change):
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    world.stage = replace(world.stage, rollout=replace(world.stage.rollout, **change))
    world.look(after=7 * DAY)

    assert (world.promotion.phase, len(world.issued)) == (Phase.FAILED, 1)
    assert world.alerts() == [
        ("overdue", "warning", "the rollout of loan:8 at ep did not come to an end within 7 d")
    ]


def test_a_plan_that_nobody_carries_out_makes_place_for_the_next_version(make):
    world = make(mode=RolloutMode.PLAN)
    world.look()
    world.look(after=7 * DAY)

    assert (world.promotion.phase, world.alerts()[0][0]) == (Phase.FAILED, "overdue")


def test_a_rollout_that_was_never_planned_ends_as_well(world):
    del world.deployments["green"]
    world.look()
    world.look(after=7 * DAY)

    assert (world.promotion.phase, world.alerts()[0][0]) == (Phase.FAILED, "overdue")
    assert "No deployment of ep carries loan:8" in world.step.alerts[0].text


def test_what_still_moves_is_let_finish(world):
    world.look()
    world.look(after=7 * DAY)

    assert world.status == "moving"
