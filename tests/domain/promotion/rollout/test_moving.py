"""A rollout whose traffic nobody else touches: steps, judgements, and the way back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.event import EventType
from shared.domain.policy import CanaryGate, Enforcement, Gates, OnFail, RolloutMode
from shared.domain.promotion import Override, Phase, StopCause
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import DAY, HOUR, MINUTE, NOON


def test_it_goes_step_by_step_to_its_end_and_is_watched_then(world):
    rollout = world.step_through(3)
    world.look()

    assert [order.traffic for order in world.done] == [
        {"blue": 90.0, "green": 10.0},
        {"blue": 50.0, "green": 50.0},
        {"green": 100.0},
    ]
    assert rollout.at == 2
    assert (world.promotion.phase, world.status) == (Phase.WATCHED, "complete")
    assert world.reasons() == ["complete"]
    assert world.alerts() == []


def test_the_plan_stands_in_the_ledger_before_anything_is_moved(world):
    step = world.look()

    [shown, moving] = [f for f in step.findings if f.rule.value == "rollout"]
    assert shown.reason == "plan"
    assert shown.sentence == (
        "Plan for loan:8, carried by green of ep, from blue 100 %: blue 90 %, green 10 % for 1 h; "
        "blue 50 %, green 50 % for 1 h; green 100 % for 1 h."
    )
    assert [one["not_before"] for one in shown.details["steps"]] == [
        "2026-02-03T12:00:00Z",
        "2026-02-03T13:00:00Z",
        "2026-02-03T14:00:00Z",
    ]
    assert shown.details["done_not_before"] == "2026-02-03T15:00:00Z"
    assert moving.reason == "moving"
    assert world.promotion.phase is Phase.ROLLING
    [order] = world.issued
    assert (order.expected, order.until) == ({"blue": 100.0}, NOON + 12 * MINUTE)
    assert order.promotion == world.promotion.identity("loan")


def test_a_plan_that_is_shown_first_acts_only_after_that(make):
    world = make(shown_for=HOUR)
    assert world.look().look_again == NOON + HOUR
    assert (world.status, world.issued) == ("planned", [])
    assert world.reasons() == ["plan", "shown"]

    world.look(after=59 * MINUTE)
    assert world.issued == []
    world.look(after=MINUTE)
    assert len(world.issued) == 1


def test_a_plan_is_made_and_shown_anew_when_the_endpoint_has_changed_since(make):
    world = make(shown_for=HOUR)
    world.look()
    world.traffic = {"blue": 80.0, "teal": 20.0}
    world.deployments["teal"] = replace(world.deployments["blue"], name="teal")
    world.look(after=59 * MINUTE)

    assert world.promotion.rollout.planned == NOON + 59 * MINUTE
    assert world.promotion.rollout.before.traffic == {"blue": 80.0, "teal": 20.0}
    assert world.look(after=MINUTE).actions == ()


def test_a_calendar_that_is_closed_holds_the_first_step_up(world):
    world.gates.verdicts["calendar"] = Verdict.INCONCLUSIVE
    step = world.look()

    assert (world.reasons(), world.issued, world.status) == (["plan", "held_up"], [], "planned")
    assert "does not begin: The gate calendar says inconclusive" in step.findings[-1].sentence

    world.gates.verdicts["calendar"] = Verdict.PASS
    world.look(after=HOUR)
    assert len(world.issued) == 1


def test_a_step_is_judged_after_its_bake_and_not_before(world):
    world.look()
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look(world.carry_out(), after=2 * MINUTE)
    assert world.step.look_again == NOON + 2 * MINUTE + HOUR

    world.look(after=30 * MINUTE)
    assert (world.reasons(), world.promotion.rollout.looks) == (["baking"], 0)

    world.look(after=30 * MINUTE)
    assert (world.status, world.promotion.rollout.looks) == ("paused", 1)
    world.look(after=5 * MINUTE)
    assert world.promotion.rollout.looks == 2
    assert world.alerts() == []

    world.gates.verdicts["canary"] = Verdict.PASS
    world.look(after=5 * MINUTE)
    assert world.status == "moving"
    assert world.promotion.rollout.looks == 0


def test_what_stays_inconclusive_for_too_long_is_told_as_a_warning(make):
    world = make(patience=HOUR)
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.INCONCLUSIVE
    world.look()
    assert world.alerts() == []

    world.look(after=HOUR)
    assert world.alerts() == [
        (
            "paused",
            "warning",
            "the rollout of loan:8 waits at step 1 of 3 and cannot be decided",
        )
    ]
    assert "Owner: risk." in world.step.alerts[0].text
    assert world.issued[1:] == []


def test_what_only_people_can_decide_is_told_at_once(world):
    world.step_through(1)
    world.gates.verdicts["canary"], world.gates.people_must = Verdict.ERROR, True
    world.look()

    assert [alert[0] for alert in world.alerts()] == ["paused"]


def test_a_version_that_fails_is_taken_out_and_its_failure_told_with_its_numbers(world):
    world.step_through(2)
    world.gates.verdicts["canary"] = Verdict.FAIL
    step = world.look()

    [order] = world.issued[2:]
    assert (order.traffic, order.expected) == ({"blue": 100.0}, {"blue": 50.0, "green": 50.0})
    assert world.alerts() == [
        (
            "gates",
            "critical",
            "loan:8 fails at step 2 of 3; its traffic of ep is being given back",
        )
    ]
    assert "by 0.031 of 0.01" in step.alerts[0].text

    world.look(world.carry_out(), after=MINUTE)
    assert world.traffic == {"blue": 100.0}
    assert (world.promotion.phase, world.status) == (Phase.ROLLED_BACK, "returned")
    assert world.alerts() == [
        (
            "returned",
            "warning",
            "loan:8 failed at step 2 of 3 and ep has its traffic of before again",
        )
    ]
    assert "The gate canary says fail of loan:8 by 0.031 of 0.01" in world.promotion.why


def test_errors_take_a_version_out_while_it_still_bakes(world):
    world.look()
    world.look(world.carry_out())
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look(after=5 * MINUTE)
    assert world.status == "baking", "the canary is judged after the bake"

    world.gates.verdicts["errors"] = Verdict.FAIL
    world.look(after=5 * MINUTE)
    assert world.status == "returning"


def test_mirrored_and_live_traffic_never_meet_in_one_deployment(make):
    world = make(mirror=20.0)
    world.step_through(4)
    world.look()

    assert [(one.traffic, one.mirror) for one in world.done][:2] == [
        ({"blue": 100.0}, {"green": 20.0}),
        ({"blue": 90.0, "green": 10.0}, {}),
    ]
    assert world.done[1].expected_mirror == {"green": 20.0}
    assert world.promotion.phase is Phase.WATCHED


def test_a_version_that_fails_while_it_is_mirrored_is_mirrored_no_more(make):
    world = make(mirror=20.0)
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    world.look(world.carry_out(), after=MINUTE)

    assert (world.traffic, world.mirror) == ({"blue": 100.0}, {})
    assert world.promotion.phase is Phase.ROLLED_BACK


def test_a_first_version_goes_in_one_step_and_back_to_nothing(make):
    world = make(traffic={})
    world.step_through(1)
    assert world.traffic == {"green": 100.0}

    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    world.look(world.carry_out())
    assert world.traffic == {}
    assert world.promotion.phase is Phase.ROLLED_BACK


def test_a_version_that_has_everything_already_is_watched_at_once(make):
    world = make(traffic={"green": 100.0})
    world.look()

    assert (world.promotion.phase, world.issued) == (Phase.WATCHED, [])


def test_an_event_that_is_lost_is_made_up_for_by_the_next_look(world):
    world.look()
    world.carry_out()
    world.look(after=5 * MINUTE)

    assert (world.status, world.promotion.rollout.order) == ("baking", None)


def test_a_change_that_nobody_makes_is_asked_for_again_under_another_name(world):
    world.look()
    lost = world.open.pop()
    world.look(after=14 * MINUTE)
    assert (world.reasons(), len(world.issued)) == (["under_way"], 1)

    world.look(after=MINUTE)
    assert world.reasons() == ["asked_again"]
    assert world.issued[1].order != lost.order
    assert world.carry_out(lost) is None, "its time is over"

    for _ in range(4):
        world.look(after=15 * MINUTE)
    assert [alert[0] for alert in world.alerts()] == ["unanswered"]
    assert "waits for a change of the traffic of ep for 1 h" in world.step.alerts[0].title


def test_an_answer_to_an_older_change_says_nothing_new(world):
    world.look()
    lost = world.open.pop()
    world.look(after=15 * MINUTE)
    world.look(world.refuses(lost, "refused"))

    assert world.status == "moving"


def test_a_way_back_that_nobody_makes_is_critical(world):
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    world.look(after=5 * MINUTE)
    assert [alert[0] for alert in world.alerts()] == ["gates"]

    world.look(after=10 * MINUTE)
    assert [alert[:2] for alert in world.alerts()] == [
        ("gates", "critical"),
        ("not_given_back", "critical"),
    ]
    assert 'by hand: az ml online-endpoint update --name ep --traffic "blue=100 green=0"' in (
        world.step.alerts[1].first_step
    )
    world.open.pop(0)
    world.look(world.carry_out())
    assert world.promotion.phase is Phase.ROLLED_BACK


def test_a_way_back_that_is_refused_is_tried_again_and_told(world):
    world.step_through(1)
    world.gates.verdicts["canary"] = Verdict.FAIL
    world.look()
    world.look(world.refuses(world.open.pop(), "refused", "The identity may not write."))

    assert [alert[0] for alert in world.alerts()] == ["gates", "not_given_back"]
    assert world.promotion.rollout.cause is StopCause.REFUSED
    world.look(after=5 * MINUTE)
    assert len(world.issued) == 2
    world.look(after=10 * MINUTE)
    assert len(world.issued) == 3
    world.look(world.carry_out())
    assert world.promotion.phase is Phase.ROLLED_BACK


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
