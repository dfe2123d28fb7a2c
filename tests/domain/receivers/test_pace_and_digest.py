"""What is over the pace is told in one digest; what is critical, or over, is not lost in it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.alert import AlertKind, Severity
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind
from tests.domain.receivers.receiver_world import START, Receiver, alert, paced


@pytest.fixture
def team():
    """Ten an hour: seven for anything, two more for what is critical, one for the digest."""
    return Receiver(rule=paced(10))


def storm(team, count, *, first=0, **given):
    for number in range(first, first + count):
        found = team.make(f"g{number:05}", **given)
        if "sent" in found:
            team.deliver()


def test_over_the_pace_a_notice_is_folded_and_one_digest_tells_it_within_a_minute(team):
    storm(team, 20)
    assert len(team.orders) == 7
    assert team.watch.folded.count == 13

    team.look(minutes=1)

    digest = team.orders[-1].notice
    assert digest.reason is NoticeReason.DIGEST
    assert digest.title == "13 more alerts of 13 models: 13 errors"
    assert digest.folded == {"errors": 13}
    assert len(digest.alerts) == 13
    assert not digest.resolved


def test_what_is_folded_after_the_digest_waits_until_the_pace_allows_another(team):
    storm(team, 20)
    team.look(minutes=1)
    team.deliver()
    storm(team, 5, first=20)

    assert team.watch.folded.due == START + timedelta(hours=1)
    assert team.look(minutes=59) == ["digest_sent"]
    assert team.orders[-1].notice.title == "5 more alerts of 5 models: 5 errors"


def test_a_part_of_the_pace_is_kept_for_what_is_critical(team):
    storm(team, 20)
    storm(team, 5, first=20, severity=Severity.CRITICAL)

    sent = [order.notice.severity for order in team.orders]
    assert sent.count(Severity.CRITICAL) == 2
    team.look(minutes=1)
    digest = team.orders[-1].notice
    assert digest.severity is Severity.CRITICAL
    assert [one.severity for one in digest.alerts[:4]] == [Severity.CRITICAL] * 3 + [
        Severity.WARNING
    ]


def test_a_folded_alert_that_becomes_critical_is_told_by_itself_and_leaves_the_digest(team):
    storm(team, 8)
    assert team.watch.folded.count == 1

    assert team.make("g00007", number=2, severity=Severity.CRITICAL) == ["sent"]
    assert team.watch.folded is None


def test_a_group_that_is_folded_twice_is_counted_once(team):
    storm(team, 8)
    alerts = (alert("a"), alert("b", kind=AlertKind.SLOW))
    team.make("g00007", number=2, alerts=alerts)

    assert team.watch.folded.count == 2
    assert team.watch.folded.kinds == {"errors": 1, "slow": 1}


def test_what_began_and_ended_before_the_digest_is_counted_and_not_named(team):
    storm(team, 9)
    team.make("g00008", number=2, resolved=True, made=START + timedelta(seconds=1))
    team.look(minutes=1)

    digest = team.orders[-1].notice
    assert digest.title == "2 more alerts of 2 models: 2 errors; 1 of them are over again"
    assert len(digest.alerts) == 1


def test_nobody_is_told_of_what_came_and_went_alone(team):
    storm(team, 8)
    team.make("g00007", number=2, resolved=True, made=START + timedelta(seconds=1))

    assert team.look(minutes=1) == ["came_and_went"]
    assert len(team.orders) == 7


def test_the_end_of_what_people_were_told_of_is_in_the_digest(team):
    storm(team, 7)
    later = START + timedelta(minutes=5)
    for number in range(3):
        team.make(f"g{number:05}", number=2, resolved=True, made=later)
    team.look(minutes=6)

    digest = team.orders[-1].notice
    assert digest.title == "3 alerts told before are over"
    assert [one.ended for one in digest.alerts] == [later] * 3
    team.deliver()
    assert len(team.watch.references) == 4


def test_whoever_is_named_in_a_digest_is_told_when_it_is_over(team):
    storm(team, 8)
    team.look(minutes=1)
    end = {"number": 2, "resolved": True, "made": START + timedelta(minutes=2)}
    assert team.make("g00007", **end) == ["waits_in_flight"]

    assert team.deliver() == ["delivered", "folded"]
    assert team.watch.folded.over == 1


def test_a_digest_that_does_not_get_through_is_told_later_with_what_came_since(team):
    storm(team, 9)
    team.look(minutes=1)
    storm(team, 4, first=20)
    team.fail()

    assert team.watch.folded.count == 6
    assert len(team.watch.folded.listed) == 6
    team.look(minutes=2)
    assert team.orders[-1].notice.title == "6 more alerts of 6 models: 6 errors"
    assert team.orders[-1].notice.group != team.orders[-2].notice.group


def test_after_an_outage_people_get_the_state_as_it_is(team):
    """Of forty that began in the outage thirty ended in it: ten are told, the others nowhere."""
    for number in range(5):
        team.make(f"down{number}")
    for order in list(team.orders):
        team.fail(order, reason="unavailable")
    for number in range(40):
        team.make(f"g{number:05}")
    team.now += timedelta(seconds=30)
    for number in range(30):
        found = team.make(f"g{number:05}", number=2, resolved=True)
        assert found == ["superseded", "never_told"]
    team.now = team.watch.breaker.until
    team.look()
    probe = team.asked[-1].data["group"]
    team.make(probe, number=3)
    team.deliver()

    assert len(team.asked) == 7
    assert team.watch.folded.count == 8
    assert {one.data["group"] for one in team.asked} >= {"down0", "down1"}


def test_more_than_three_hundred_that_wait_are_folded(team):
    team.make("a")
    team.fail(reason="gone", final=True)
    for number in range(400):
        team.make(f"g{number:05}", severity=Severity.WARNING)
    team.make("worst", severity=Severity.CRITICAL)

    assert len(team.watch.waiting) == 300
    assert "worst" in team.watch.waiting
    assert team.watch.folded.count == 102


def test_a_pace_of_one_still_tells_the_first_and_then_a_digest(team):
    team.rule = paced(1)
    storm(team, 3, severity=Severity.CRITICAL)

    assert [order.notice.group for order in team.orders] == ["g00000"]
    assert team.watch.folded.due == START + timedelta(hours=1)


def test_many_incidents_that_end_at_once_are_all_ended_forty_at_a_time():
    pager = Receiver(rule=replace(paced(200), channel=ChannelKind.PAGERDUTY))
    for number in range(120):
        pager.make(f"g{number:05}")
        pager.deliver(reference={"dedup_key": str(number)})
    for number in range(120):
        made = START + timedelta(minutes=1)
        pager.make(f"g{number:05}", number=2, resolved=True, made=made)
    assert len(pager.watch.flying) == 40

    while pager.watch.flying:
        [order] = [o for o in pager.orders if o.order in flying(pager)][:1]
        pager.deliver(order)

    assert pager.watch.references == {}
    assert not pager.watch.waiting
    assert pager.watch.folded is None


def flying(receiver):
    return {flight.order for flight in receiver.watch.flying.values()}
