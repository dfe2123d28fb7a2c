"""Of many at once people get five, two more that are critical, and a digest in a minute."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.alert import Severity
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind, Pace
from tests.domain.receivers.receiver_world import START, TEAM, Receiver


@pytest.fixture
def team():
    """Thirty an hour, five of them within five minutes."""
    return Receiver()


def storm(team, count, *, first=0, **given):
    for number in range(first, first + count):
        if "sent" in team.make(f"g{number:05}", **given):
            team.deliver()


def digests(team):
    return [one.notice for one in team.orders if one.notice.reason is NoticeReason.DIGEST]


def test_of_many_at_once_five_are_told_and_the_rest_in_a_digest_a_minute_later(team):
    storm(team, 100)
    assert len(team.orders) == 5
    assert team.watch.folded.due == START + timedelta(minutes=1)

    assert team.look(minutes=1) == ["digest_sent"]
    assert team.orders[-1].notice.title == "95 more alerts of 95 models: 95 errors"


def test_five_minutes_later_notices_are_told_by_themselves_again(team):
    storm(team, 5)
    team.now += timedelta(minutes=5)

    assert team.make("later") == ["sent"]


def test_critical_ones_still_ring_at_once_after_a_burst_of_lesser_ones(team):
    storm(team, 20)
    storm(team, 5, first=20, severity=Severity.CRITICAL)

    assert [one.notice.group for one in team.orders[5:]] == ["g00020", "g00021"]
    assert team.watch.folded.count == 18


def test_a_critical_one_rings_at_once_after_the_digest_of_a_burst_too(team):
    storm(team, 20)
    team.look(minutes=1)
    team.deliver()

    assert team.make("worst", severity=Severity.CRITICAL) == ["sent"]


def test_a_digest_counts_so_that_a_lasting_storm_gives_five_in_five_minutes(team):
    storm(team, 20)
    team.look(minutes=1)
    team.deliver()
    team.now = START + timedelta(minutes=5, seconds=1)
    storm(team, 20, first=20)

    assert len(team.orders) == 5 + 1 + 4


def test_digests_of_a_lasting_storm_come_once_in_five_minutes(team):
    made = []
    for minute in range(16):
        storm(team, 10, first=10 * minute)
        if "digest_sent" in team.look(minutes=1):
            made.append(minute + 1)
            team.deliver()

    assert made == [1, 6, 11, 16]
    assert (
        len(team.orders)
        - len(digests(team))
        + sum(sum(one.folded.values()) for one in digests(team))
        == 160
    )


def test_the_next_digest_says_when_it_is_due_while_the_first_is_under_way(team):
    storm(team, 8)
    team.look(minutes=1)
    storm(team, 2, first=8)

    assert team.watch.folded.due == START + timedelta(minutes=6)


def test_when_the_hours_room_is_used_up_its_own_digest_still_comes_within_a_minute(team):
    team.rule = replace(TEAM, pace=Pace(notices=10))
    storm(team, 6)
    team.look(minutes=1)
    team.deliver()
    team.now = START + timedelta(minutes=10)
    storm(team, 3, first=6)
    assert team.found[-1].details["bound"] == "pace"

    assert team.look(minutes=1) == ["digest_sent"]
    team.deliver()
    team.now += timedelta(minutes=10)
    storm(team, 2, first=9)
    assert team.watch.folded.due == START + timedelta(hours=1)


def test_a_digest_of_a_burst_that_fails_is_tried_again_soon(team):
    storm(team, 8)
    team.look(minutes=1)
    team.fail()
    team.look(minutes=2)

    assert [one.title for one in digests(team)] == ["3 more alerts of 3 models: 3 errors"] * 2


def test_updates_in_place_are_no_part_of_a_burst():
    pager = Receiver(rule=replace(TEAM, channel=ChannelKind.PAGERDUTY))
    storm(pager, 5)
    ends = [
        pager.make(f"g{n:05}", number=2, resolved=True, made=START + timedelta(seconds=1))
        for n in range(5)
    ]
    acknowledged = {"number": 2, "reason": NoticeReason.ACKNOWLEDGED}

    assert ends == [["sent"]] * 5
    assert pager.make("g", severity=Severity.CRITICAL) == ["sent"]
    pager.deliver()
    made = START + timedelta(seconds=1)
    assert pager.make("g", made=made, **acknowledged) == ["sent"]
    assert pager.make("other") == ["folded"]


@pytest.mark.parametrize(
    ("severity", "count", "pace", "said"),
    [
        (Severity.WARNING, 6, Pace(), "is told no more than 5 notices in 5 min; this one is told"),
        (
            Severity.CRITICAL,
            8,
            Pace(),
            "is told no more than 5 notices and 2 more that are critical in 5 min; this one is",
        ),
        (Severity.WARNING, 4, Pace(notices=4), "is told no more than 4 notices in 1 h; this one"),
        (
            Severity.WARNING,
            6,
            Pace(per=timedelta(minutes=2)),
            "is told no more than 5 notices in 2 min; this one is told in the digest that is due",
        ),
    ],
)
def test_the_finding_names_the_bound_that_a_notice_is_over(team, severity, count, pace, said):
    team.rule = replace(TEAM, pace=pace)
    storm(team, count, severity=severity)

    assert team.found[-1].reason == "folded"
    assert f"team {said}" in team.found[-1].sentence


def test_a_notice_that_joins_its_group_in_the_digest_is_over_no_bound(team):
    storm(team, 5)
    team.now += timedelta(minutes=4, seconds=50)
    storm(team, 1, first=5)
    team.now += timedelta(seconds=20)
    team.make("g00005", number=2)

    assert team.found[-1].sentence.startswith("With others for team this one is told in the digest")
    assert "bound" not in team.found[-1].details


def test_a_clock_that_was_far_ahead_holds_no_digest_back(team):
    team.now = START + timedelta(days=30)
    storm(team, 6)
    team.look(minutes=1)
    team.deliver()
    team.now = START
    storm(team, 6, first=10)

    assert team.watch.folded.due <= START + timedelta(minutes=5)
