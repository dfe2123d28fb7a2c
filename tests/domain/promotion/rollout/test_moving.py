"""A rollout whose traffic nobody else touches: step by step, and what is asked for again."""

from dataclasses import replace

from shared.domain.promotion import Phase, StopCause
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import HOUR, MINUTE, NOON


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
