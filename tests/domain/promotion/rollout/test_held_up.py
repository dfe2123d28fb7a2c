"""A rollout that cannot go on: stopped, unseen, not there yet, or left to people."""

from dataclasses import replace

import pytest

from shared.domain.policy import OnFail, RolloutMode
from shared.domain.promotion import Override, Phase
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import HOUR, MINUTE, NOON


def test_it_stops_and_tells_where_the_policy_gives_nothing_back(make):
    world = make(on_fail=OnFail.STOP)
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()

    assert (world.status, len(world.issued)) == ("stopped", 1)
    assert world.alerts() == [
        ("gates", "critical", "loan:8 fails at step 1 of 3 and its rollout stopped")
    ]

    world.gates.verdicts["canary"] = Verdict.PASS
    world.look(after=HOUR)
    assert world.status == "stopped", "what failed with traffic does not mend itself"


def test_an_override_lets_a_stopped_rollout_go_on(make):
    world = make(on_fail=OnFail.STOP)
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    override = Override(
        id="o",
        version="8",
        gates=("canary",),
        author="anna",
        reason="known",
        since=world.now + MINUTE,
        until=world.now + 9 * HOUR,
    )
    world.overrides = (replace(override, version="7"), override)
    world.gates.verdicts["errors"] = Verdict.FAIL
    world.look(after=5 * MINUTE)
    assert world.status == "stopped"

    world.gates.verdicts["errors"] = Verdict.PASS
    world.look(after=5 * MINUTE)
    assert world.status == "moving"


def test_without_the_deployment_of_before_there_is_no_way_back(world):
    world.step_through(3)
    del world.deployments["blue"]
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()

    [(cause, severity, title)] = world.alerts()
    assert (cause, severity) == ("no_way_back", "critical")
    assert title == "loan:8 fails at step 3 of 3 and there is no way back"
    assert "ep has no deployment blue any more" in world.step.alerts[0].text

    world.deployments["blue"] = replace(world.deployments["green"], name="blue", version="7")
    world.look(after=5 * MINUTE)
    assert world.status == "returning"


def test_a_candidate_that_cannot_be_read_pauses_its_rollout(world):
    world.step_through(1)
    world.candidate = None
    world.look()

    assert world.status == "paused"
    assert "loan:8 could not be read" in world.promotion.why


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        ({"problem": "No answer from Azure."}, "No answer from Azure."),
        ({"endpoint": None}, "Endpoint ep could not be read."),
        ({"taken": NOON - HOUR}, "away from now."),
    ],
)
def test_an_endpoint_that_is_not_seen_moves_nothing(world, reading, sentence):
    world.step_through(1)
    world.reading = reading
    world.look()

    assert (world.reasons(), len(world.issued)) == (["cannot_look"], 1)
    assert sentence in world.step.findings[0].sentence
    assert world.step.findings[0].verdict is Verdict.ERROR

    world.look(after=7 * HOUR)
    assert [alert[0] for alert in world.alerts()] == ["unseen"]


def test_shares_of_an_endpoint_that_is_being_written_are_not_judged(world):
    """Azure answers with the old ones meanwhile."""
    world.look()
    world.state = "Updating"
    world.look(after=20 * MINUTE)

    assert (world.reasons(), world.status) == (["cannot_look"], "moving")
    assert len(world.issued) == 1


def test_what_was_done_is_believed_though_the_endpoint_cannot_be_read(world):
    world.look()
    done = world.carry_out()
    world.reading = {"endpoint": None, "problem": "No answer."}
    world.look(done)
    assert world.status == "baking"

    world.reading = {}
    world.look(after=HOUR)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look(world.carry_out(), after=MINUTE)
    world.look(after=HOUR)
    done = world.carry_out()
    world.reading = {"endpoint": None, "problem": "No answer."}
    world.look(done)
    assert world.promotion.phase is Phase.ROLLED_BACK


def test_a_version_that_is_not_deployed_yet_is_waited_for_and_told_after_a_while(make):
    world = make(patience=HOUR)
    green = world.deployments.pop("green")
    world.look()
    assert (world.promotion.phase, world.promotion.rollout) == (Phase.ROLLING, None)
    assert (world.reasons(), world.alerts()) == (["no_deployment"], [])

    world.look(after=HOUR)
    assert world.alerts() == [
        ("no_plan", "warning", "the rollout of loan:8 at ep cannot be planned for 1 h")
    ]
    world.deployments["green"] = green
    world.look(after=5 * MINUTE)
    assert (world.status, world.alerts()) == ("moving", [])


def test_a_stage_without_an_endpoint_is_told_at_once(make):
    world = make(endpoint=None)
    world.look()

    assert world.reasons() == ["no_endpoint"]
    assert [alert[0] for alert in world.alerts()] == ["no_plan"]


def test_the_policys_endpoint_is_that_of_a_stage_without_one(make):
    world = make(endpoint=None)
    world.policy = replace(world.policy, endpoint="ep")
    world.look()

    assert world.status == "moving"


def test_an_endpoint_that_cannot_be_read_is_waited_for_before_a_plan(world):
    world.reading = {"problem": "No answer from Azure."}
    world.look()

    assert world.reasons() == ["cannot_look"]
    assert world.promotion.phase is Phase.ROLLING


def test_a_deployment_that_goes_away_before_the_first_step_takes_the_plan_with_it(make):
    world = make(shown_for=HOUR)
    world.look()
    del world.deployments["green"]
    world.look(after=5 * MINUTE)

    assert (world.promotion.rollout, world.reasons()) == (None, ["no_deployment"])


def test_a_rollout_that_is_over_asks_for_nothing_more(world):
    world.step_through(3)
    world.look()
    world.promotion = replace(world.promotion, phase=Phase.ROLLING)
    step = world.look()

    assert (step.actions, world.promotion.phase) == ((), Phase.WATCHED)


def test_in_mode_plan_people_are_told_what_to_do_and_nothing_is_asked_for(make):
    world = make(mode=RolloutMode.PLAN)
    world.look()
    assert world.reasons() == ["by_hand"]
    assert 'step 1 of 3: az ml online-endpoint update --name ep --traffic "blue=90 green=10"' in (
        world.promotion.why
    )
    assert world.step.findings[0].details["plan"]["mode"] == "plan"

    world.write({"blue": 50.0, "green": 50.0})
    world.look(after=HOUR)
    assert 'step 3 of 3: az ml online-endpoint update --name ep --traffic "blue=0 green=100"' in (
        world.promotion.why
    )
    world.write({"green": 100.0})
    world.look(after=HOUR)
    assert (world.promotion.phase, world.issued) == (Phase.WATCHED, [])


def test_in_mode_plan_a_version_that_people_take_out_is_rolled_back(make):
    world = make(mode=RolloutMode.PLAN)
    world.look()
    world.write({"blue": 90.0, "green": 10.0})
    world.look(after=HOUR)
    world.write({"blue": 100.0})
    world.look(after=HOUR)

    assert world.promotion.phase is Phase.ROLLED_BACK
    assert "Ended by hand" in world.promotion.why


def test_in_mode_plan_shares_that_nobody_planned_make_another_plan(make):
    world = make(mode=RolloutMode.PLAN)
    world.look()
    world.write({"blue": 70.0, "green": 30.0})
    world.look(after=HOUR)

    assert world.promotion.rollout.before.traffic == {"blue": 70.0, "green": 30.0}
    assert "step 1 of 2" in world.promotion.why


def test_a_policy_that_forbids_moving_in_the_middle_leaves_it_to_people(world):
    world.step_through(1)
    world.look()
    world.stage = replace(world.stage, rollout=replace(world.stage.rollout, mode=RolloutMode.OFF))
    world.open.clear()
    world.look(after=5 * MINUTE)
    assert (world.status, world.promotion.rollout.at) == ("planned", 0)
    assert "is for people to carry out (mode off)" in world.promotion.why
    world.look(after=HOUR)
    assert len(world.issued) == 2

    world.stage = replace(world.stage, rollout=replace(world.stage.rollout, mode=RolloutMode.ACT))
    world.look(after=5 * MINUTE)
    assert (world.status, world.promotion.rollout.before.traffic) == ("baking", {"blue": 100.0})


def test_a_failing_version_is_given_back_though_the_policy_forbids_moving_since(world):
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    world.stage = replace(world.stage, rollout=replace(world.stage.rollout, mode=RolloutMode.OFF))
    world.look(world.carry_out())

    assert world.promotion.phase is Phase.ROLLED_BACK
