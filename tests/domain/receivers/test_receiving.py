"""One notice of a group is on its way at a time; what came of it decides what comes next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.alert import AlertKind, Severity
from shared.domain.event import EventType
from shared.domain.notices import NoticeReason
from shared.domain.policy import ChannelKind, SummaryRule
from tests.domain.receivers.receiver_world import START, TEAM, Receiver, alert, notice, paced


@pytest.fixture
def team():
    return Receiver()


def test_a_notice_is_sent_at_once_over_the_channel_of_its_receiver(team):
    assert team.make("a") == ["sent"]

    [order] = team.orders
    assert (order.channel, order.reference, order.summarise) == (ChannelKind.TEAMS, None, False)
    assert team.looks == [START + timedelta(minutes=10)]
    assert team.state.checks == {"alerts": START}


def test_a_newer_notice_waits_until_the_one_before_has_arrived_and_is_then_asked_for(team):
    team.make("a")
    assert team.make("a", number=2, made=START + timedelta(minutes=1)) == ["waits_in_flight"]

    assert team.deliver(reference={"ts": "1"}) == ["delivered", "asked"]

    [asked] = team.asked
    assert asked.subject == "alerts/model-a"
    assert asked.data == {"check": "alerts", "group": "a", "receiver": "team"}
    assert team.make("a", number=3, made=START + timedelta(minutes=2)) == ["superseded", "sent"]
    assert team.orders[-1].reference == {"ts": "1"}


def test_nothing_is_asked_of_the_timer_any_more_when_all_is_delivered(team):
    team.make("a")
    team.deliver()

    assert team.state.checks == {}
    assert team.watch.references == {"a": {}}


def test_an_order_names_its_try_and_no_two_tries_have_the_same(team):
    team.make("a")
    team.fail()
    team.look(minutes=3)
    team.make("a", number=2)

    first, second = team.orders
    assert first.order != second.order
    assert team.watch.flying["a"].attempts == 2


def test_what_never_arrived_is_told_as_news_and_not_as_a_repeat(team):
    """Its scope takes it as told, and answers with a repeat; people hear of it for the first time.

    What they have had is repeated as what it is.
    """
    team.make("a")
    team.fail()
    team.look(minutes=3)
    team.make("a", number=2, reason=NoticeReason.REPEAT)
    told = team.orders[-1].notice
    assert (told.reason, [one.new for one in told.alerts]) == (NoticeReason.FIRST, [True])

    team.deliver()
    team.make("a", number=3, reason=NoticeReason.REPEAT)
    assert team.orders[-1].notice.reason is NoticeReason.REPEAT


def test_the_end_of_what_nobody_was_told_of_is_told_to_nobody(team):
    assert team.make("a", resolved=True) == ["never_told"]
    assert team.orders == []


def test_the_end_of_what_was_told_is_told_even_where_its_scope_forgot_the_group(team):
    team.make("a")
    team.make("a", number=2, resolved=True, made=START + timedelta(minutes=1))
    team.deliver(reference={"ts": "1"})

    end = team.orders[-1]
    assert (end.notice.resolved, end.notice.reason) == (True, NoticeReason.ALL_RESOLVED)
    assert end.reference == {"ts": "1"}
    assert team.asked == []
    team.deliver()
    assert team.watch.references == {}


def test_what_failed_and_is_over_meanwhile_is_told_to_nobody(team):
    team.make("a")
    team.make("a", number=2, resolved=True, made=START + timedelta(minutes=1))

    assert "never_told" in team.fail()
    assert not team.watch.waiting


def test_an_older_notice_is_dropped_and_a_group_that_comes_again_is_not(team):
    team.make("a", number=4, made=START)
    team.deliver()

    assert team.make("a", number=3, made=START - timedelta(minutes=1)) == ["older"]
    assert team.make("a", number=4, made=START) == ["older"]
    assert team.make("a", number=1, made=START + timedelta(minutes=1)) == ["sent"]


def test_a_flight_without_outcome_is_lost_after_ten_minutes_and_tried_again(team):
    team.make("a")

    assert team.look(minutes=9) == ["nothing_new"]
    assert team.look(minutes=1) == ["lost", "waits_tried_again", "asked"]


def test_a_notice_that_comes_with_the_loss_of_the_one_before_is_sent_in_its_place(team):
    team.make("a")
    team.now += timedelta(minutes=11)

    assert team.make("a", number=2) == ["lost", "waits_tried_again", "superseded", "sent"]


def test_the_late_outcome_of_an_earlier_try_changes_nothing(team):
    team.make("a")
    early = team.orders[-1]
    team.look(minutes=10)
    team.make("a", number=2)
    before = team.watch

    assert team.deliver(early, reference={"ts": "1"}) == ["late_outcome"]
    assert team.watch == replace(before, looked=team.now)
    assert team.fail(early) == ["late_outcome"]


def test_a_scope_that_never_answers_is_asked_three_times(team):
    team.make("a")
    team.fail()

    found = [team.look(minutes=11) for _ in range(4)]

    assert found == [["asked"], ["asked"], ["asked"], ["nothing_to_tell"]]
    assert not team.watch.waiting


def test_a_receiver_is_never_told_that_it_cannot_be_told(team):
    assert team.make("a", scope="receiver.team") == ["about_itself"]
    assert team.make("b", scope="receiver.other") == ["sent"]


def test_a_receiver_without_an_interest_in_ends_is_told_none():
    team = Receiver(rule=replace(TEAM, resolved=False))
    team.make("a")
    team.deliver()

    assert team.make("a", number=2, resolved=True) == ["not_wanted"]
    assert team.watch.references == {}


def test_a_receiver_that_the_fleet_names_no_more_ends_with_all_that_waited(team):
    team.make("a")
    team.make("a", number=2, made=START + timedelta(minutes=1))
    team.make("b")
    team.fail(reason="gone", final=True)
    team.rule = None

    assert team.make("c") == ["receiver_gone"] * 4
    assert not team.watch.flying
    assert not team.watch.waiting
    assert team.state.checks == {}
    assert isinstance(team.raised[-1], ResolveAlert)
    assert team.look(minutes=1) == ["receiver_gone"]


def test_while_the_fleet_cannot_be_read_notices_wait_and_outcomes_count(team):
    team.make("a")
    team.problem = "fleet.yaml: receivers[0].pace is no pace."
    assert team.make("b") == ["waits_fleet_unread"]
    assert team.deliver() == ["delivered"]

    team.problem = None
    assert team.look(minutes=6) == ["asked"]
    assert team.watch.channel == "teams"


def test_a_clock_that_goes_back_undoes_nothing(team):
    team.make("a")
    team.handle(EventType.CHECK_DUE, {"check": "alerts"}, at=START - timedelta(minutes=50))

    assert team.watch.looked == START
    assert team.watch.flying["a"].since == START


def test_another_channel_cannot_change_what_the_one_before_has_sent(team):
    team.make("a")
    team.deliver(reference={"ts": "1"})
    team.rule = replace(TEAM, channel=ChannelKind.EMAIL)
    team.make("a", number=2, made=START + timedelta(minutes=1))

    assert team.orders[-1].reference is None
    assert team.orders[-1].channel is ChannelKind.EMAIL


@pytest.mark.parametrize(
    ("longer_than", "tokens", "summarised"), [(50, 0, True), (500, 0, False), (50, 1000, False)]
)
def test_a_long_notice_is_summarised_as_long_as_the_day_has_tokens(
    team, longer_than, tokens, summarised
):
    rule = SummaryRule(longer_than=longer_than, tokens_a_day=1000)
    team.rule = replace(TEAM, summary=rule)
    team.make("a")
    team.deliver(tokens=tokens)
    team.make("b")

    assert team.orders[-1].summarise is summarised
    team.now += timedelta(days=1)
    team.make("c")
    assert team.orders[-1].summarise is (longer_than == 50)


def test_what_changes_in_place_does_not_use_the_pace():
    pager = Receiver(rule=replace(paced(1), channel=ChannelKind.PAGERDUTY))
    pager.make("a")
    pager.deliver(reference={"dedup_key": "a"})
    acknowledged = {"reason": NoticeReason.ACKNOWLEDGED, "made": START + timedelta(minutes=1)}

    assert pager.make("a", number=2, **acknowledged) == ["sent"]
    pager.deliver(reference={"dedup_key": "a"})
    assert pager.make("a", number=3, resolved=True) == ["sent"]
    assert pager.make("b") == ["folded"]


@pytest.mark.parametrize("reason", ["gone", "not_allowed", "certificate"])
def test_a_channel_that_is_gone_is_told_to_others_and_tried_once_an_hour(team, reason):
    team.make("a", severity=Severity.CRITICAL)
    assert team.fail(reason=reason, final=True) == ["put_aside", "waits_channel_closed"]

    [aside] = team.asides
    [posted] = team.raised
    assert (aside.reason, aside.notice.id) == (reason, team.orders[0].notice.id)
    assert isinstance(posted, PostAlert)
    assert posted.alert.kind is AlertKind.CHANNEL_FAILED
    assert posted.alert.subject == "receiver/team"
    assert team.make("b") == ["waits_channel_closed"]
    assert team.look(minutes=59) == ["nothing_new"]
    assert team.look(minutes=1) == ["asked"]
    team.make("a", number=2)
    assert team.deliver() == ["delivered", "asked"]
    assert isinstance(team.raised[-1], ResolveAlert)


def test_one_notice_that_is_refused_holds_up_no_other(team):
    team.make("a")
    team.make("b")
    first, _ = team.orders

    assert team.fail(first, reason="refused", final=True) == ["put_aside"]
    assert team.make("c") == ["sent"]
    assert "a" not in team.watch.waiting


def test_five_failures_in_a_row_close_the_channel_until_one_notice_gets_through(team):
    for name in "abcde":
        team.make(name)
    for order in list(team.orders):
        team.fail(order)
    closed = team.watch.breaker.until

    assert closed == team.now + timedelta(seconds=(closed - team.now).total_seconds())
    assert team.make("f") == ["waits_channel_closed"]
    assert team.make("g", severity=Severity.CRITICAL) == ["waits_channel_closed"]
    team.now = closed
    found = team.look()
    assert found == ["asked"]
    assert team.asked[-1].data["group"] == "g"
    team.make("g", number=2, severity=Severity.CRITICAL)
    assert set(team.deliver()) == {"delivered", "asked"}
    assert team.watch.breaker.failures == 0


def test_a_channel_that_asks_to_wait_is_left_alone_as_long_as_it_asks(team):
    team.make("a")
    team.fail(reason="throttled", after=300)

    assert team.make("b") == ["waits_channel_closed"]
    assert team.look(seconds=299) == ["nothing_new"]
    assert team.look(seconds=1) == ["asked"]
    assert team.raised == []


def test_a_channel_that_asks_to_wait_for_most_of_a_day_is_told_to_others(team):
    team.make("a")
    team.fail(reason="throttled", after=8 * 3600)

    [posted] = team.raised
    assert "asks to wait for hours" in posted.alert.title
    assert team.watch.breaker.until == START + timedelta(hours=8)


def test_an_outage_of_an_hour_is_told_to_others(team):
    team.make("a")
    number = 1
    while not team.raised:
        team.fail()
        team.now = max(team.watch.waiting["a"].until, team.watch.breaker.until or team.now)
        team.look()
        number += 1
        team.make("a", number=number)
        assert number < 20

    assert team.now - START >= timedelta(hours=1)
    assert team.raised[0].alert.title == "team cannot be told over teams: it does not answer"


def test_a_notice_of_no_alerts_or_of_unreadable_form_is_kept_out_and_stops_nothing(team):
    assert team.handle(EventType.NOTICE_MADE, notice=replace(notice("a"), alerts=())) == ["empty"]
    assert alert("a").fingerprint
