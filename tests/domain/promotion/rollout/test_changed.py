"""People move the traffic in the middle of a rollout: it stops, tells, and overwrites nothing."""

from dataclasses import replace

import pytest

from shared.domain.promotion import Phase
from shared.domain.state import TrafficShift
from shared.domain.verdict import Verdict
from tests.domain.promotion.rollout.world import DAY, HOUR, MINUTE, NOON


@pytest.fixture
def baking(world):
    """Ten per cent are in force, for a while already."""
    world.look()
    world.look(world.carry_out())
    world.now += 10 * MINUTE
    return world


def test_shares_that_somebody_changed_stop_it_and_say_how_to_go_on(baking):
    baking.write({"blue": 100.0})
    baking.write({"blue": 70.0, "green": 30.0})
    step = baking.look()

    assert (baking.status, step.actions) == ("stopped", ())
    [alert] = step.alerts
    assert (alert.labels["cause"], alert.severity.value) == ("changed", "warning")
    assert alert.title == (
        "somebody changed the traffic of ep; the rollout of loan:8 stops and leaves it"
    )
    assert alert.text.startswith(
        "Somebody changed the traffic of ep from blue 90 %, green 10 % to blue 70 %, green 30 %"
    )
    update = "az ml online-endpoint update --name ep --traffic"
    assert alert.first_step == (
        f'To let the rollout go on: {update} "blue=90 green=10"; to end it: {update} '
        f'"blue=100 green=0"; to finish it by hand: {update} "blue=0 green=100"'
    )
    assert baking.look(after=HOUR).alerts == (alert,)


def test_who_did_it_is_told_where_the_watch_of_the_endpoint_knows(baking):
    baking.write({"blue": 70.0, "green": 30.0})
    shift = TrafficShift(time=baking.now, shares=dict(baking.traffic), by="anna@contoso.com")
    baking.reading = {"shifts": (shift,)}
    baking.look()

    assert baking.promotion.why.startswith("anna@contoso.com changed the traffic of ep from")


def test_somebody_else_who_moved_it_before_is_not_named(baking):
    baking.write({"blue": 70.0, "green": 30.0})
    shift = TrafficShift(time=NOON, shares={"blue": 100.0}, by="anna@contoso.com")
    baking.reading = {"shifts": (shift,)}
    baking.look()

    assert baking.promotion.why.startswith("Somebody changed")


def test_it_goes_on_when_the_shares_are_as_planned_again_and_bakes_anew(baking):
    baking.write({"blue": 70.0, "green": 30.0})
    baking.look()
    baking.write({"blue": 90.0, "green": 10.0})
    baking.look(after=MINUTE)

    assert (baking.status, baking.alerts()) == ("baking", [])
    assert baking.step.look_again == baking.now + HOUR


def test_it_is_over_when_somebody_restores_what_was_before(baking):
    baking.write({"blue": 100.0})
    baking.look()
    assert baking.status == "stopped"

    baking.look(after=5 * MINUTE)
    assert baking.promotion.phase is Phase.ROLLED_BACK
    assert "Ended by hand." in baking.promotion.why
    assert baking.issued[1:] == []


def test_it_is_complete_when_somebody_gives_it_everything(baking):
    baking.write({"green": 100.0})
    baking.look()
    baking.look(after=5 * MINUTE)

    assert (baking.promotion.phase, baking.reasons()) == (Phase.WATCHED, ["finished_by_hand"])


def test_a_mirror_that_somebody_sets_up_is_a_change_as_well(baking):
    baking.write(baking.traffic, {"teal": 10.0})
    baking.look()

    assert baking.status == "stopped"
    assert "mirrored to teal 10 %" in baking.promotion.why


def test_whoever_carries_it_out_refuses_when_the_shares_are_others(world):
    world.look()
    world.write({"blue": 50.0, "teal": 50.0})
    refusal = world.carry_out()
    world.look(refusal)

    assert world.traffic == {"blue": 50.0, "teal": 50.0}
    assert (world.status, world.promotion.rollout.at) == ("stopped", -1)
    assert "from blue 100 % to blue 50 %, teal 50 %" in world.promotion.why
    assert "restore what it planned from" in world.step.alerts[0].first_step

    world.write({"blue": 100.0})
    world.look(after=MINUTE)
    assert (world.status, world.reasons()) == ("planned", ["as_planned"])
    world.look(after=MINUTE)
    assert world.status == "moving"


def test_a_refusal_whose_event_is_lost_is_seen_when_its_time_is_over(world):
    world.look()
    world.write({"blue": 50.0, "teal": 50.0})
    world.carry_out()
    world.look(after=5 * MINUTE)
    assert world.status == "moving"

    world.look(after=10 * MINUTE)
    assert (world.status, world.alerts()[0][0]) == ("stopped", "changed")


def test_a_change_that_was_made_and_undone_unseen_is_not_made_again(world):
    """The event was lost, and the shares are those of before: only the time of writing tells."""
    world.look()
    world.carry_out()
    world.now += MINUTE
    world.write({"blue": 100.0})
    world.look(after=20 * MINUTE)

    assert (world.status, len(world.issued)) == ("stopped", 1)
    assert "was written after blue 90 %, green 10 % was asked for" in world.promotion.why
    assert world.alerts()[0][::2] == (
        "undone",
        "a change of the traffic of ep was undone; the rollout of loan:8 stops",
    )
    world.look(after=HOUR)
    assert (world.status, len(world.issued)) == ("stopped", 1)

    world.write({"blue": 90.0, "green": 10.0})
    world.look(after=HOUR)
    assert world.status == "baking"


def test_an_undone_change_that_nobody_takes_up_again_ends_the_rollout(world):
    world.look()
    world.carry_out()
    world.now += MINUTE
    world.write({"blue": 100.0})
    world.look(after=20 * MINUTE)
    world.look(after=6 * HOUR)

    assert (world.promotion.phase, len(world.issued)) == (Phase.ROLLED_BACK, 1)


def test_a_way_back_that_was_made_and_undone_unseen_calls_people(baking):
    baking.now += HOUR
    baking.gates.verdicts["canary"] = Verdict.FAIL
    baking.look()
    baking.carry_out()
    baking.now += MINUTE
    baking.write({"blue": 90.0, "green": 10.0})
    baking.look(after=20 * MINUTE)

    assert (baking.status, baking.alerts()[0][:2]) == ("stopped", ("gates", "critical"))
    issued = len(baking.issued)
    baking.look(after=HOUR)
    assert (baking.status, len(baking.issued)) == ("stopped", issued)


def test_a_change_that_the_watch_of_the_endpoint_saw_and_that_was_undone_counts_too(world):
    world.look()
    seen, made = NOON + 2 * MINUTE, {"blue": 90.0, "green": 10.0}
    world.reading = {
        "shifts": (
            TrafficShift(time=NOON, seen=seen, shares=made),
            TrafficShift(time=NOON, seen=seen + MINUTE, shares={"blue": 100.0}),
        )
    }
    world.look(after=20 * MINUTE)

    assert world.status == "stopped"


def test_a_change_that_was_made_and_undone_before_its_event_came_stops_it(world):
    world.look()
    said = world.carry_out()
    world.write({"blue": 100.0})
    world.look(said)

    assert (world.status, world.promotion.rollout.at) == ("stopped", 0)
    assert world.promotion.why.startswith("Somebody changed the traffic of ep from blue 90 %")


def test_a_refusal_of_what_is_in_force_by_now_is_no_refusal(world):
    world.look()
    order = world.open.pop()
    world.write(order.traffic)
    world.look(world.refuses(order, "refused"))

    assert world.status == "baking"


def test_what_azure_refuses_is_told_and_tried_again_after_an_hour(world):
    world.look()
    sentence = "May not change the traffic of ep: the identity needs a role."
    world.look(world.refuses(world.open.pop(), "refused", sentence))
    [alert] = world.step.alerts
    assert alert.title == "the traffic of ep cannot be moved to loan:8"
    assert alert.text.startswith(sentence)
    assert "tried again every 1 h" in alert.first_step

    world.look(after=59 * MINUTE)
    assert (world.status, len(world.issued)) == ("stopped", 1)
    step = world.look(after=MINUTE)
    assert len(world.issued) == 2
    assert [alert.labels["cause"] for alert in step.alerts] == ["refused"]
    world.look(world.carry_out())
    assert (world.status, world.alerts()) == ("baking", [])


def test_a_deployment_that_goes_away_in_the_middle_stops_it(baking):
    green = baking.deployments.pop("green")
    baking.write({"blue": 100.0})
    baking.look()
    assert baking.alerts() == [
        ("gone", "warning", "what the rollout of loan:8 needs at ep is gone"),
    ]
    assert baking.step.alerts[0].first_step.startswith(
        "Deploy loan:8 as green of ep again and give it its share"
    )

    baking.deployments["green"] = green
    baking.write({"blue": 90.0, "green": 10.0})
    baking.look(after=5 * MINUTE)
    assert baking.status == "baking"


def test_an_endpoint_that_goes_away_in_the_middle_stops_it(baking):
    baking.reading = {"endpoint": None, "gone": True, "problem": "There is no endpoint ep."}
    baking.look()
    assert (baking.status, baking.alerts()[0][0]) == ("stopped", "gone")
    [alert] = baking.step.alerts
    assert "make it again with what served before" in alert.first_step
    assert "the endpoint has" not in alert.text

    baking.look(after=5 * MINUTE)
    assert baking.reasons() == ["cannot_look"]

    baking.reading = {}
    baking.deployments.pop("green")
    baking.write({"blue": 100.0})
    baking.look(after=5 * MINUTE)
    assert baking.status == "returned"


def test_whoever_carries_it_out_finds_nothing_there(world):
    world.look()
    world.look(world.refuses(world.open.pop(), "gone", "Azure has no online endpoint ep."))

    assert (world.status, world.alerts()[0][0]) == ("stopped", "gone")
    assert "Azure has no online endpoint ep." in world.promotion.why


def test_people_who_cross_the_way_back_are_left_alone_and_called(baking):
    baking.now += HOUR
    baking.gates.verdicts["canary"] = Verdict.FAIL
    baking.look()
    baking.write({"blue": 50.0, "green": 50.0})
    baking.look(baking.carry_out())

    assert baking.traffic == {"blue": 50.0, "green": 50.0}
    [(cause, severity, _)] = baking.alerts()
    assert (cause, severity) == ("not_given_back", "critical")
    assert "by 0.031 of 0.01" in baking.step.alerts[0].text
    assert "Somebody changed the traffic" in baking.step.alerts[0].text

    baking.write({"blue": 90.0, "green": 10.0})
    baking.look(after=5 * MINUTE)
    assert baking.status == "returning"
    baking.look(baking.carry_out())
    assert baking.promotion.phase is Phase.ROLLED_BACK


def test_a_failing_version_that_people_take_out_themselves_is_rolled_back(baking):
    baking.now += HOUR
    baking.gates.verdicts["canary"] = Verdict.FAIL
    baking.look()
    baking.write({"blue": 100.0})
    baking.look(after=5 * MINUTE)

    assert baking.promotion.phase is Phase.ROLLED_BACK


def test_a_stopped_rollout_says_nothing_about_shares_it_cannot_see(baking):
    baking.write({"blue": 70.0, "green": 30.0})
    baking.look()
    baking.state = "Updating"
    baking.look(after=MINUTE)

    assert (baking.status, baking.reasons()) == ("stopped", ["cannot_look"])


def test_shares_of_odd_kinds_in_an_answer_are_left_out(world):
    world.look()
    order = world.open.pop()
    refusal = world.refuses(order, "changed")
    told = {**refusal.data, "traffic": {"blue": "x", "teal": 40}, "mirror": None}
    world.write({"teal": 100.0})
    world.look(replace(refusal, data=told))

    assert "from blue 100 % to teal 40 %" in world.promotion.why


def test_a_change_that_azure_took_and_did_not_make_is_azures_and_nobodys(world):
    world.look()
    world.now += 2 * MINUTE
    world.state, world.changed = "Failed", world.now
    world.look(after=3 * MINUTE)

    assert (world.status, world.alerts()[0][0]) == ("stopped", "refused")
    assert world.promotion.why == (
        "Azure took the change of ep and did not make it: the endpoint is Failed"
    )
    world.look(after=HOUR)
    assert len(world.issued) == 2


def test_a_way_back_that_azure_did_not_make_is_asked_for_again(baking):
    baking.now += HOUR
    baking.gates.verdicts["canary"] = Verdict.FAIL
    baking.look()
    baking.open.clear()
    baking.now += 2 * MINUTE
    baking.state, baking.changed = "Failed", baking.now
    baking.look(after=MINUTE)
    assert [alert[0] for alert in baking.alerts()] == ["gates", "not_given_back"]

    baking.look(after=15 * MINUTE)
    assert (baking.status, len(baking.issued)) == ("returning", 3)


def test_an_endpoint_that_failed_before_the_change_was_asked_for_says_nothing(world):
    world.state, world.changed = "Failed", NOON - HOUR
    world.look()
    world.look(after=5 * MINUTE)

    assert world.reasons() == ["under_way"]


def test_a_rollout_that_people_stopped_and_left_makes_place_for_the_next_version(baking):
    baking.write({"blue": 70.0, "green": 30.0})
    baking.look()
    baking.look(after=7 * DAY)

    assert (baking.promotion.phase, baking.traffic) == (
        Phase.FAILED,
        {"blue": 70.0, "green": 30.0},
    )
    [alert] = baking.step.alerts
    assert "ep has blue 70 %, green 30 %, and is left with it. Somebody changed" in alert.text


def test_an_endpoint_that_the_policy_names_instead_is_not_taken_for_the_one_of_the_rollout(baking):
    """Its deployments may have the same names and the same shares."""
    baking.reading = {"name": "other", "gone": True}
    step = baking.look(after=2 * HOUR)

    assert (step.findings[-1].verdict, step.actions) == ("error", ())
    assert "the policy names other now" in step.findings[-1].sentence
    baking.reading = {}
    assert baking.look(after=MINUTE).actions


def test_a_deployment_that_was_made_anew_with_another_version_gets_no_more_traffic(baking):
    """It has the name and the share of the one that was judged, and is something else."""
    green = baking.deployments["green"]
    baking.deployments["green"] = replace(green, version="9")
    step = baking.look(after=2 * HOUR)
    again = baking.look(after=5 * MINUTE)

    assert (baking.status, step.actions, again.actions) == ("stopped", (), ())
    assert "green of ep carries another version in the middle" in step.alerts[0].text
    baking.deployments["green"] = green
    baking.look(after=5 * MINUTE)

    assert baking.status == "baking"


def test_a_version_that_is_archived_in_the_middle_waits_for_people(baking):
    baking.candidate = replace(baking.candidate, archived=True)
    step = baking.look(after=2 * HOUR)

    assert (baking.status, step.actions) == ("paused", ())
    assert "was archived in the middle of its rollout" in step.alerts[0].text
