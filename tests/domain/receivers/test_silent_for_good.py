"""What could keep a receiver from being told, or from an end, without anybody seeing it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.action import PostAlert
from shared.domain.policy import ChannelKind
from tests.domain.receivers.receiver_world import Receiver, paced


@pytest.fixture
def team():
    return Receiver()


def test_a_clock_that_was_a_year_ahead_silences_nobody():
    team = Receiver(rule=paced(3))
    team.make("a")
    team.deliver()
    team.now += timedelta(days=365)
    team.look()
    team.now -= timedelta(days=365)
    for group in "bcdefg":
        team.make(group)
        team.deliver()
        team.look(hours=1)

    assert [order.notice.group for order in team.orders] == list("abcdefg")
    assert team.watch.looked == team.now


def test_orders_that_nobody_takes_are_told_to_others_after_an_hour(team):
    team.make("a")
    for number in range(2, 10):
        team.look(minutes=10)
        team.make("a", number=number)

    [raised] = [action.alert for action in team.raised if isinstance(action, PostAlert)]
    assert raised.title == (
        "team cannot be told over teams: nobody says what becomes of its notices"
    )
    assert "dead letters" in raised.first_step


def test_one_lost_outcome_is_no_failure_of_the_channel(team):
    team.make("a")
    team.look(minutes=10)
    team.make("a", number=2)
    team.deliver()

    assert team.raised == []
    assert team.watch.breaker.failures == 0


def test_what_waits_for_a_channel_that_asked_for_days_goes_over_the_new_one(team):
    team.make("a")
    team.fail(reason="throttled", after=7 * 86_400)
    team.make("b")
    team.rule = replace(team.rule, channel=ChannelKind.SLACK)
    team.look(minutes=5)

    assert [event.data["group"] for event in team.asked] == ["a", "b"]


def test_the_end_of_a_group_told_too_long_ago_to_be_remembered_is_told():
    team = Receiver(rule=paced(500))
    for number in range(201):
        team.make(f"g{number}")
        team.deliver()
        team.now += timedelta(seconds=1)

    assert "g0" not in team.watch.references
    assert team.make("g0", number=2, resolved=True) == ["sent"]
    assert team.orders[-1].notice.resolved


def test_an_end_over_pagerduty_needs_no_room_in_the_pace():
    team = Receiver(rule=paced(1, rule=replace(paced(1), channel=ChannelKind.PAGERDUTY)))
    for number in range(201):
        team.make(f"g{number}")
        team.deliver()
        team.look(hours=1)

    team.make("last")
    team.deliver()
    assert team.make("g0", number=2, resolved=True) == ["sent"]


def asked_for(team, group="a"):
    """People know of the group; news of it failed, and its scope is asked for it as it is now."""
    team.make(group)
    team.deliver()
    team.make(group, number=2)
    team.fail()
    team.look(minutes=5)
    assert team.asked[-1].data["group"] == group


def nothing_left(team, group="a", **given):
    team.now += timedelta(seconds=1)
    return team.make(group, resolved=True, alerts=(), **given)


def test_a_told_group_that_its_scope_has_nothing_left_of_is_over(team):
    asked_for(team)

    assert nothing_left(team) == ["superseded", "sent"]
    told = team.orders[-1].notice
    assert (told.resolved, told.reason.value, told.title) == (True, "all_resolved", "a has trouble")
    assert told.alerts[0].ended == team.now
    team.deliver()
    assert (team.watch.references, team.watch.waiting) == ({}, {})


def test_nothing_left_of_what_nobody_was_told_is_told_to_nobody(team):
    team.make("a")
    team.fail()
    team.look(minutes=5)

    assert nothing_left(team) == ["superseded", "never_told"]
    assert (len(team.orders), team.watch.waiting) == (1, {})


def test_a_receiver_that_wants_no_ends_forgets_a_group_that_is_gone():
    team = Receiver(rule=replace(paced(30), resolved=False))
    asked_for(team)

    assert nothing_left(team) == ["not_wanted"]
    assert (team.watch.references, team.watch.waiting) == ({}, {})


def test_an_answer_that_is_asked_for_no_more_changes_nothing(team):
    asked_for(team)
    team.make("a", number=3)

    assert nothing_left(team) == ["empty"]
    assert list(team.watch.flying) == ["a"]
