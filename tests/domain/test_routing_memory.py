"""What is remembered between two looks: late events, slow writings, clocks, names used again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.event import EventType
from tests.domain.routing_world import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    World,
    blue_serves_and_green_is_new,
    event,
    said,
)


def completed(name, at):
    return event(EventType.DEPLOYMENT_COMPLETED, at, deployment=name)


def test_a_deployment_that_took_long_to_make_has_its_whole_grace_after_it_was_done(two):
    """The resource's time is that of the request, forty minutes before it was complete."""
    two.deploy("green", "Creating", changed=NOON)
    two.look(NOON + 40 * MINUTE)
    two.deploy("green", "Succeeded", changed=NOON)

    assert two.look(NOON + 45 * MINUTE) == []
    assert two.look(NOON + 69 * MINUTE) == []
    assert two.look(NOON + 70 * MINUTE) == [("+", "no_traffic", "green")]


def test_scaling_gives_no_new_grace(two):
    two.deploy("green", "Scaling", changed=NOON)
    two.look(NOON + 29 * MINUTE)
    two.deploy("green", "Succeeded", changed=NOON)

    assert two.look(NOON + 30 * MINUTE) == [("+", "no_traffic", "green")]


def test_an_update_is_stuck_from_when_it_began_and_not_from_the_writing_before(two):
    """The resource keeps its old time until the update is done."""
    two.look(NOON)
    two.deploy("blue", "Updating", changed=NOON - 30 * DAY)

    assert two.look(NOON + 10 * MINUTE) == []
    assert ("+", "deployment_stuck", "blue") in two.look(NOON + 70 * MINUTE)


def test_an_update_whose_time_moves_on_and_on_is_stuck_all_the_same(two):
    two.look(NOON)
    for minutes in range(10, 70, 10):
        two.deploy("blue", "Updating", changed=NOON + minutes * MINUTE)
        assert ("+", "deployment_stuck", "blue") not in two.look(NOON + minutes * MINUTE)

    assert ("+", "deployment_stuck", "blue") in two.look(NOON + 70 * MINUTE)


def test_a_word_for_a_state_that_nobody_knows_is_no_success(two):
    two.deploy("blue", "Hibernated", changed=NOON)
    two.look(NOON)

    assert two.finding("unfinished").sentence.startswith("Deployment blue of ep is Hibernated")
    assert ("+", "deployment_stuck", "blue") in two.look(NOON + HOUR)


@pytest.mark.parametrize("told", ["created", "changed"])
def test_a_deployment_made_again_under_its_name_waits_anew(two, told):
    """Also with another number of instances, which would else be a scaling."""
    two.deploy("blue", changed=NOON - 30 * DAY, created=NOON - 30 * DAY, instances=3)
    two.look(NOON)
    two.traffic = {"green": 100.0}
    two.look(NOON + MINUTE)
    made = {"created": NOON + DAY} if told == "created" else {"version": "9"}
    two.deploy("blue", changed=NOON + DAY, instances=1, **made)

    two.look(NOON + DAY + 29 * MINUTE)
    assert two.finding("within_grace").thing == "deployment/blue"
    assert ("+", "no_traffic", "blue") in two.look(NOON + DAY + 30 * MINUTE)


def test_a_deployment_seen_absent_in_between_waits_anew_without_any_times(two):
    two.deploy("blue", changed=None)
    two.look(NOON)
    two.traffic = {"green": 100.0}
    two.look(NOON + MINUTE)
    del two.deployments["blue"]
    two.look(NOON + 2 * MINUTE)
    two.deploy("blue", changed=None)

    two.look(NOON + HOUR)
    assert two.finding("within_grace").thing == "deployment/blue"


def test_a_time_of_writing_ahead_of_the_clock_does_not_put_off_the_alert():
    world = World()
    world.deploy("blue", changed=NOON + 900 * DAY)
    world.deploy("green", changed=None)
    world.traffic = {"green": 100.0}
    world.look(NOON)

    assert world.look(NOON + 29 * MINUTE) == []
    assert world.look(NOON + 30 * MINUTE) == [("+", "no_traffic", "blue")]


def test_an_event_from_the_future_does_not_put_off_the_alert(two):
    two.look(NOON, completed("green", NOON + 900 * DAY))

    assert two.state.checks["routing"] == NOON
    assert two.look(NOON + 30 * MINUTE) == [("+", "no_traffic", "green")]


def test_a_clock_that_is_a_little_ahead_is_believed(two):
    two.look(NOON, completed("green", NOON + MINUTE))

    assert two.state.checks["routing"] == NOON + MINUTE
    assert two.state.deployments["green"].completed == NOON + MINUTE


def test_a_late_event_judges_by_no_time_that_has_passed(two):
    """Standby ended at noon and the alert is out; an event of before noon ends it not."""
    two.look(NOON - HOUR, said(NOON - HOUR, until=NOON + HOUR, deployment="green"))
    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]

    assert two.look(NOON + 30 * MINUTE, now=NOON + 2 * HOUR) == []
    assert two.firing() == {("no_traffic", "green")}
    assert two.state.checks["routing"] == NOON + HOUR


def test_what_a_look_sees_that_is_decided_late_is_as_old_as_its_reading(two):
    """Asked for at noon and read three hours later, when green had taken over."""
    two.traffic = {"green": 100.0}
    two.deploy("red", "Updating", changed=None)
    two.look(NOON, now=NOON + 3 * HOUR)

    watches = two.state.deployments
    assert watches["blue"].left == watches["green"].arrived == NOON + 3 * HOUR
    assert watches["red"].unfinished == watches["red"].first_seen == NOON + 3 * HOUR
    assert two.state.traffic[-1].time == NOON + 3 * HOUR


def test_a_late_completion_still_tells_when_the_wait_began(two):
    two.deploy("green", version="8", changed=None)
    two.look(NOON + 10 * MINUTE)
    two.look(NOON + 20 * MINUTE, completed("green", NOON + 12 * MINUTE), now=NOON + 20 * MINUTE)

    assert two.state.deployments["green"].completed == NOON + 12 * MINUTE


def test_a_deployment_found_idle_for_long_at_the_first_look_is_forgotten_and_not_new():
    world = World()
    world.deploy("blue", changed=NOON - 200 * DAY, instances=2)
    world.deploy("green", changed=NOON - 100 * DAY)
    world.traffic = {"green": 100.0}

    assert world.look(NOON) == [("+", "forgotten_deployment", "blue")]
    [alert] = world.posted()
    assert alert.severity == "warning"
    assert alert.title == "deployment blue of ep has served nothing for 200 d"
    assert alert.text == (
        "Deployment blue of ep was last written at 2025-07-18 12:00 UTC and serves nothing. It had "
        "no traffic when it was first looked at; whether it ever had any is not known. 2 instances "
        "are paid for."
    )
    world.traffic = {"blue": 100.0, "green": 0.0}
    assert world.look(NOON + HOUR) == [("-", "forgotten_deployment", "blue")]


def test_a_deployment_found_idle_for_less_than_a_replaced_one_is_kept_is_critical():
    """The two days of silence may have begun before the first look."""
    world = World()
    world.deploy("blue", changed=NOON - 200 * DAY)
    world.deploy("green", changed=NOON - 2 * DAY)
    world.traffic = {"blue": 100.0}

    assert world.look(NOON) == [("+", "no_traffic", "green")]
    assert [alert.severity for alert in world.posted()] == ["critical"]


def test_a_deployment_without_traffic_where_none_has_any_was_not_replaced(two):
    """Somebody set every share to 0: that is no blue-green exchange, and a week is too long."""
    two.look(NOON)
    del two.deployments["green"]
    two.traffic = {"blue": 0.0}
    assert two.look(NOON + HOUR) == []
    assert two.finding("within_grace").thing == "deployment/blue"

    assert two.look(NOON + HOUR + 30 * MINUTE) == [("+", "no_traffic", "blue")]
    [alert] = two.posted()
    assert alert.title == (
        "deployment blue of ep has had no traffic since 2026-02-03 13:00 UTC, and no other "
        "deployment has any"
    )
    assert alert.since == NOON + HOUR
    two.deploy("green", version="8", changed=NOON + 2 * HOUR)
    two.traffic = {"green": 100.0}
    assert two.look(NOON + 2 * HOUR) == [("-", "no_traffic", "blue")]
    assert two.over()[0].startswith("deployment blue of ep had traffic before and has none since")


def test_an_alert_of_the_state_ends_when_it_succeeded_though_its_grace_is_open(two):
    two.deploy("green", "Failed")
    assert two.look(NOON) == [("+", "deployment_failed", "green")]
    two.deploy("green", "Updating", changed=NOON + HOUR)
    assert two.look(NOON + HOUR) == [], "while it is written nobody can tell"
    two.deploy("green", "Succeeded", changed=NOON + 2 * HOUR)

    assert two.look(NOON + 2 * HOUR) == [("-", "deployment_failed", "green")]
    assert two.over() == ["deployment green succeeded"]


def test_an_alert_on_traffic_that_fails_instead_says_so_when_it_ends(two):
    two.look(NOON + HOUR)
    two.deploy("green", "Failed", changed=NOON + 2 * HOUR)

    assert two.look(NOON + 2 * HOUR) == [
        ("+", "deployment_failed", "green"),
        ("-", "no_traffic", "green"),
    ]
    assert two.over() == ["deployment green of ep is Failed"]


def test_the_end_of_each_reason_is_asked_for_once_however_far_it_is(two):
    two.mirror = {"green": 20.0}
    two.look(NOON)
    assert two.asked() == [NOON + 14 * DAY]
    two.look(NOON + HOUR)
    assert two.asked() == []

    two.mirror, two.traffic = {}, {"green": 100.0}
    two.look(NOON + DAY)
    assert two.asked() == [NOON + 8 * DAY], "when blue, which was replaced, is kept no longer"

    two.requests = {"blue": 3}
    two.look(NOON + 2 * DAY)
    assert two.asked() == [], "each request puts it off, so that the timer has to look"


def test_while_it_is_written_many_looks_ask_for_one_next_look(two):
    asked = []
    for minutes in range(1, 60, 5):
        two.deploy("green", "Creating", changed=NOON)
        two.look(NOON + minutes * MINUTE)
        asked += two.asked()

    assert asked == [NOON + 30 * MINUTE, NOON + HOUR]


def test_a_look_that_is_late_asks_again_at_once_for_what_has_become_due_meanwhile(two):
    two.look(NOON, now=NOON + HOUR)
    assert two.asked() == [NOON + 30 * MINUTE]
    two.look(NOON + MINUTE, now=NOON + HOUR)
    assert two.asked() == [NOON + 30 * MINUTE]


def test_an_old_state_without_the_newer_fields_is_judged_as_well(two):
    from dataclasses import replace

    watches = {
        name: replace(watch, first_seen=None, created=None)
        for name, watch in two.state.deployments.items()
    }
    shifts = tuple(replace(shift, after=None, seen=None) for shift in two.state.traffic)
    two.state = replace(two.state, deployments=watches, traffic=shifts)

    assert two.look(NOON + HOUR) == [("+", "no_traffic", "green")]


@given(looks=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 120)), min_size=1, max_size=12))
def test_whatever_the_order_of_events_no_look_is_judged_before_another(looks):
    world = blue_serves_and_green_is_new()
    before = world.state.checks["routing"]
    for minutes, late in looks:
        now = NOON + timedelta(minutes=minutes)
        world.look(now - timedelta(minutes=late), now=now)
        assert world.state.checks["routing"] >= before
        before = world.state.checks["routing"]
        shifts = [shift.time for shift in world.state.traffic]
        assert shifts == sorted(shifts)
