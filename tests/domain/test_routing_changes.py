"""Who changed the traffic, and whether it was anybody's plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.event import EventType
from shared.domain.policy import TrafficChanges
from shared.domain.state import TrafficShift
from tests.domain.routing_world import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    blue_serves_and_green_is_new,
    changed,
    event,
    said,
)


@pytest.fixture
def planned():
    """Where every change has to be said beforehand."""
    world = blue_serves_and_green_is_new(changes=TrafficChanges.PLANNED)
    world.look(NOON - MINUTE)
    return world


def test_who_changed_it_is_told_though_the_timer_saw_it_before_the_event_came(planned):
    planned.traffic = {"green": 100.0}
    assert planned.look(NOON + 10 * MINUTE) == [("+", "unplanned_change", None)]
    assert "by somebody no event names" in planned.posted()[0].title

    late = changed(NOON + 2 * MINUTE, by="anna@contoso.com")
    assert planned.look(NOON + 12 * MINUTE, late, now=NOON + 12 * MINUTE) == []
    [record] = planned.state.alerts.values()
    assert record.alert.title == (
        "the traffic of ep was changed to green 100 % by anna@contoso.com, which is nobody's plan"
    )
    last = planned.state.traffic[-1]
    assert (last.by, last.time) == ("anna@contoso.com", NOON + 2 * MINUTE)


def test_of_two_who_wrote_between_two_looks_both_are_named(planned):
    """Azure's events do not say what was written, and the first to come need not have done it."""
    planned.traffic = {"green": 100.0}
    now = NOON + 5 * MINUTE
    planned.look(now, changed(NOON + MINUTE, by="anna"), now=now)
    assert planned.state.traffic[-1].by == "anna"
    planned.look(now, changed(NOON + 3 * MINUTE, by="ben"), now=now + MINUTE)

    last = planned.state.traffic[-1]
    assert (last.by, last.time) == ("anna or ben", NOON + 3 * MINUTE)


def test_a_write_after_the_change_was_seen_has_nothing_to_do_with_it(planned):
    planned.traffic = {"green": 100.0}
    planned.look(NOON + 5 * MINUTE, changed(NOON + MINUTE, by="anna"), now=NOON + 5 * MINUTE)
    planned.look(NOON + HOUR, changed(NOON + HOUR, by="ben"))

    assert planned.state.traffic[-1].by == "anna"


def test_a_write_of_before_the_look_before_names_nobody(planned):
    planned.look(NOON)
    planned.traffic = {"green": 100.0}
    now = NOON + 10 * MINUTE
    planned.look(now, changed(NOON - HOUR, by="anna"), now=now)

    last = planned.state.traffic[-1]
    assert (last.by, last.time) == (None, now), "as old as it was seen"


def test_who_wrote_before_a_look_that_was_decided_late_did_not_make_the_change_after_it(planned):
    """What was asked for at noon was read an hour later, with what Anna had done by then."""
    planned.traffic = {"blue": 50.0, "green": 50.0}
    planned.look(NOON, now=NOON + HOUR)
    planned.traffic = {"green": 100.0}
    planned.look(NOON + 2 * HOUR)
    planned.look(NOON + 2 * HOUR, changed(NOON + 30 * MINUTE, by="anna"))

    assert [shift.by for shift in planned.state.traffic[-2:]] == [None, None]


@pytest.mark.parametrize("outcome", ["failure", "cancel"])
def test_who_was_refused_did_not_change_it(planned, outcome):
    planned.traffic = {"green": 100.0}
    planned.look(NOON + MINUTE, changed(NOON + MINUTE, by="anna", outcome=outcome))

    assert planned.state.traffic[-1].by is None


@pytest.mark.parametrize("by", [None, "", 7, ["anna"]])
def test_an_event_that_names_nobody_leaves_it_unknown(planned, by):
    planned.traffic = {"green": 100.0}
    planned.look(NOON + MINUTE, event(EventType.TRAFFIC_CHANGED, NOON + MINUTE, by=by))

    assert "by somebody no event names" in planned.posted()[0].title


def test_without_events_the_change_is_as_old_as_the_endpoints_own_time(planned):
    planned.traffic, planned.endpoint_changed = {"green": 100.0}, NOON + 3 * MINUTE
    planned.look(NOON + 10 * MINUTE)
    assert planned.state.traffic[-1].time == NOON + 3 * MINUTE

    planned.traffic = {"blue": 100.0}
    planned.look(NOON + 20 * MINUTE)
    assert planned.state.traffic[-1].time == NOON + 20 * MINUTE, "that time is an older one"


def test_a_change_within_a_plan_that_ended_before_it_was_seen_was_planned(planned):
    plan = said(NOON - MINUTE, until=NOON + 5 * MINUTE, traffic={"green": 100.0})
    planned.look(NOON - MINUTE, plan)
    planned.traffic = {"green": 100.0}

    assert planned.look(NOON + 10 * MINUTE) == []
    assert "as anna says until" in planned.finding("planned").sentence


def test_a_change_after_the_plan_ended_is_nobodys(planned):
    planned.look(NOON, said(NOON, until=NOON + 5 * MINUTE, traffic={"green": 100.0}))
    planned.look(NOON + 10 * MINUTE)
    planned.traffic = {"green": 100.0}

    assert planned.look(NOON + 20 * MINUTE) == [("+", "unplanned_change", None)]


def test_a_plan_for_other_shares_is_no_plan_and_one_said_afterwards_ends_the_alert(planned):
    planned.look(NOON, said(NOON, until=NOON + DAY, traffic={"blue": 90.0, "green": 10.0}))
    planned.traffic = {"green": 100.0}
    assert planned.look(NOON + HOUR) == [("+", "unplanned_change", None)]
    owns = "driftgate intent ep --traffic green=100 --until 1d --because ..."
    assert planned.posted()[0].first_step.endswith(owns)

    after = said(NOON + 2 * HOUR, until=NOON + DAY, traffic={"green": 100.0})
    assert planned.look(NOON + 2 * HOUR, after) == [("-", "unplanned_change", None)]


def test_traffic_that_was_taken_from_everybody_is_owned_by_the_word_none(planned):
    planned.traffic = {"blue": 0.0}
    planned.look(NOON)
    assert "--traffic none --until 1d" in planned.posted()[-1].first_step or any(
        "--traffic none --until 1d" in alert.first_step for alert in planned.posted()
    )
    assert ("-", "unplanned_change", None) in planned.look(
        NOON + MINUTE, said(NOON + MINUTE, until=NOON + DAY, traffic={})
    )


def test_a_standby_is_no_plan_for_traffic(planned):
    planned.look(NOON, said(NOON, until=NOON + DAY, deployment="blue"))
    planned.traffic = {"green": 100.0}
    assert planned.look(NOON + HOUR) == [("+", "unplanned_change", None)]


def test_moved_and_moved_back_between_two_looks_is_no_change(planned):
    planned.look(NOON + MINUTE, changed(NOON + MINUTE, by="anna"))
    assert planned.look(NOON + 2 * MINUTE, changed(NOON + 2 * MINUTE, by="ben")) == []
    assert [shift.shares for shift in planned.state.traffic] == [{"blue": 100.0}]


def test_shares_remembered_by_an_older_version_stay_as_they_were(planned):
    old = TrafficShift(time=NOON - DAY, shares={"blue": 100.0})
    planned.state = replace(planned.state, traffic=(old,))
    planned.look(NOON, changed(NOON, by="anna"))

    assert planned.state.traffic == (replace(old, planned=False),)


def test_only_the_last_fifty_changes_are_kept(planned):
    for minutes in range(60):
        planned.traffic = {"blue": float(100 - minutes), "green": float(minutes)}
        planned.look(NOON + minutes * MINUTE)

    assert len(planned.state.traffic) == 50


@given(order=st.permutations(["anna", "ben", "cleo"]))
def test_whatever_order_their_events_come_in_the_same_people_are_named(order):
    world = blue_serves_and_green_is_new(changes=TrafficChanges.PLANNED)
    world.look(NOON - MINUTE)
    world.traffic = {"green": 100.0}
    now = NOON + 5 * MINUTE
    minutes = {"anna": 1, "ben": 2, "cleo": 3}
    for by in order:
        world.look(now, changed(NOON + minutes[by] * MINUTE, by=by), now=now)

    last = world.state.traffic[-1]
    assert (last.by, last.time) == ("anna or ben or cleo", NOON + 3 * MINUTE)
