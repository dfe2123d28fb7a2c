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
