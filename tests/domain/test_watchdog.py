"""The watcher is watched: checks, sources of events, the outbox, the policies."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.decisions.watchdog import decide_watchdog
from shared.domain.decisions.watchdog.sources import (
    FACTOR,
    FORGOTTEN,
    GAPS,
    HISTORY,
    MOST,
    is_silent,
    take_in,
)
from shared.domain.event import Check, check_due
from shared.domain.evidence import ServiceEvidence
from shared.domain.state import AlertStatus, SourceWatch, SubjectState
from shared.domain.verdict import Verdict

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PERIODS = {"routing": 600.0, "drift": 3600.0}


class Service:
    """Driftgate looked at again and again, with its state kept between the looks."""

    def __init__(self):
        self.state = SubjectState()

    def look(self, at, **evidence):
        """What this look posts and resolves: (`+` or `-`, kind, labels)."""
        facts = {"taken": at, "periods": PERIODS, "heard": at, **evidence}
        self.outcome = decide_watchdog(
            check_due(Check.HEARTBEAT, "service/driftgate", at),
            ServiceEvidence(**facts),
            None,
            self.state,
            at,
        )
        self.state = self.outcome.state
        return [
            (
                "+" if isinstance(action, PostAlert) else "-",
                action.alert.kind.value,
                *action.alert.labels.values(),
            )
            for action in self.outcome.actions
        ]

    def alert(self):
        return self.outcome.actions[0].alert

    def over(self):
        return [a.reason for a in self.outcome.actions if isinstance(a, ResolveAlert)]

    def finding(self, thing):
        return next(f for f in self.outcome.findings if f.thing == thing)


@pytest.fixture
def service():
    return Service()


class TestChecks:
    def test_all_that_reported_in_time_are_one_finding_a_check(self, service):
        assert service.look(NOON, on_time={"routing": 10_000, "drift": 40}) == []

        assert [f.thing for f in service.outcome.findings] == [
            "check/drift",
            "check/routing",
            "outbox",
        ]
        assert service.finding("check/routing").sentence == (
            "The routing check of 10000 subjects reported within 30 min."
        )

    def test_a_check_silent_for_three_periods_is_told_until_it_reports(self, service):
        late = {"endpoint/ep routing": NOON - 31 * MINUTE}
        assert service.look(NOON, reported=late, on_time={"routing": 1}) == [
            ("+", "check_silent", "routing", "endpoint/ep")
        ]
        assert service.finding("routing/endpoint/ep").estimate == 31 * 60
        assert service.finding("check/routing").sentence == (
            "The routing check of 1 subjects reported within 30 min; that of 1 did not."
        )
        assert service.look(NOON + MINUTE, reported=late, on_time={"routing": 1}) == []
        assert service.look(NOON + 2 * MINUTE, on_time={"routing": 2}) == [
            ("-", "check_silent", "routing", "endpoint/ep")
        ]
        assert service.over() == ["the check reports again"]

    def test_a_check_that_reported_in_time_may_be_among_those_that_are_named(self, service):
        """As evidence of an earlier form has it, in which every report is named."""
        assert service.look(NOON, reported={"endpoint/ep routing": NOON - MINUTE}) == []
        assert service.finding("check/routing").n == 1

    def test_a_check_without_a_timer_is_not_waited_for(self, service):
        old = {"endpoint/ep of_old": NOON - 900 * DAY}

        assert service.look(NOON, reported=old) == []

    def test_a_check_that_never_reported_is_told_three_periods_after_it_was_first_missed(
        self, service
    ):
        never = ("model/loan drift",)
        assert service.look(NOON, never=never) == []
        assert service.look(NOON + 3 * HOUR, never=never) == []
        assert service.look(NOON + 3 * HOUR + MINUTE, never=never) == [
            ("+", "check_silent", "drift", "model/loan")
        ]
        assert service.alert().since == NOON
        assert "has never reported; it is waited for since" in service.alert().text
        assert service.finding("drift/model/loan").reason == "never_reported"
        assert service.look(NOON + 4 * HOUR, on_time={"drift": 1}) == [
            ("-", "check_silent", "drift", "model/loan")
        ]
        assert service.state.service.waiting == {}

    def test_a_subject_that_is_gone_is_not_silent(self, service):
        service.look(NOON, reported={"endpoint/ep routing": NOON - HOUR})

        assert service.look(NOON + MINUTE, gone=("endpoint/ep routing",)) == [
            ("-", "check_silent", "routing", "endpoint/ep")
        ]
        assert service.over() == [
            "endpoint/ep is not there any more, or nobody asks for its routing check"
        ]

    def test_many_silent_subjects_of_one_check_are_one_alert_and_few_are_each_their_own(
        self, service
    ):
        late = {f"endpoint/{n:02d} routing": NOON - HOUR for n in range(12)}
        few = dict(list(late.items())[:2])
        assert len(service.look(NOON, reported=few)) == 2
        posted = service.look(NOON + MINUTE, reported=late, more={"routing": 9_000})
        assert ("+", "check_silent", "routing", "many") in posted
        assert posted.count(("-", "check_silent", "routing", "endpoint/00")) == 1
        assert set(service.over()) == {"it is told together with many others now"}
        assert service.outcome.actions[0].alert.title == (
            "the routing check of 9012 subjects is silent"
        )
        assert len(service.outcome.findings) == 1 + 10 + 1

        back = service.look(NOON + 2 * MINUTE, reported=few)
        assert ("-", "check_silent", "routing", "many") in back
        assert service.over() == ["most report again; each that does not is told by itself now"]
        service.look(NOON + 3 * MINUTE, reported=late)
        assert service.look(NOON + 4 * MINUTE) == [("-", "check_silent", "routing", "many")]
        assert service.over() == ["the check reports again"]

    def test_where_the_subjects_cannot_be_listed_no_silence_is_over(self, service):
        service.look(NOON, reported={"endpoint/ep routing": NOON - HOUR}, never=("m drift",))

        assert service.look(NOON + MINUTE, unlisted="No right to list endpoints.") == []
        assert service.outcome.findings[0].verdict is Verdict.ERROR
        assert service.state.service.waiting == {"m drift": NOON}

    def test_an_alert_that_is_over_for_a_month_is_forgotten(self, service):
        service.look(NOON, reported={"endpoint/ep routing": NOON - HOUR})
        service.look(NOON + MINUTE)
        service.look(NOON + 29 * DAY)
        assert len(service.state.alerts) == 1
        service.look(NOON + 31 * DAY)
        assert service.state.alerts == {}


class TestOutboxAndPolicies:
    def test_an_outbox_that_stands_still_is_told_until_it_drains(self, service):
        waits = {"unsent": 3, "unsent_since": NOON - 20 * MINUTE}
        assert service.look(NOON, **waits) == [("+", "outbox_stuck")]
        assert service.finding("outbox").sentence == (
            "3 messages wait in the outbox, the oldest for 20 min."
        )
        assert service.look(NOON + MINUTE) == [("-", "outbox_stuck")]

    def test_a_message_that_just_came_is_no_stuck_outbox(self, service):
        assert service.look(NOON, unsent=1, unsent_since=NOON - MINUTE) == []

    def test_a_queue_that_lets_the_look_itself_wait_is_told_until_it_is_worked_off(self, service):
        assert service.look(NOON, taken=NOON + 10 * MINUTE) == []
        late = {"taken": NOON + 17 * MINUTE}
        assert service.look(NOON + MINUTE, **late) == [("+", "queue_behind")]
        assert service.finding("queue").sentence == "The queue of checks is 16 min behind."
        assert service.look(NOON + 20 * MINUTE) == [("-", "queue_behind")]

    def test_each_policy_that_cannot_be_used_is_told_as_far_as_messages_go(self, service):
        bad = tuple(f"p{n:02d}.yaml: wrong." for n in range(50))

        assert len(service.look(NOON, policy_problems=bad)) == 20
        assert len(service.look(NOON + MINUTE)) == 20


def regular(every, times, first=NOON):
    return [first + number * every for number in range(times)]


def office_days(weeks, first=NOON):
    """At nine and at three on every working day."""
    midnight = first.replace(hour=0)
    days = [midnight + number * DAY for number in range(7 * weeks)]
    return [d + h * HOUR for d in days if d.weekday() < 5 for h in (9, 15)]


class TestSources:
    def test_a_source_silent_for_more_than_twice_its_longest_silence_is_told_until_it_speaks(
        self, service
    ):
        times = office_days(8)
        service.look(times[-1], arrivals={"workspace ws": tuple(times)})
        longest = timedelta(days=2, hours=18)
        assert service.state.service.sources["workspace ws"].longest == longest.total_seconds()

        assert service.look(times[-1] + 2 * longest) == []
        assert service.look(times[-1] + 2 * longest + MINUTE) == [
            ("+", "source_silent", "workspace ws")
        ]
        alert = service.alert()
        assert alert.since == times[-1]
        assert "the longest of 79 silences before was 2 d 18 h" in alert.text
        assert "one silence in 3240 would be twice as long" in alert.text

        again = times[-1] + 6 * DAY
        assert service.look(again, arrivals={"workspace ws": (again - MINUTE,)}) == [
            ("-", "source_silent", "workspace ws")
        ]
        assert service.over() == ["an event came again"]

    def test_weekends_are_told_by_nobody(self, service):
        """Ten weeks of heartbeats every six hours."""
        times = office_days(10)
        told, at, heard = [], times[0], times[0] - MINUTE
        while at < times[-1]:
            came = tuple(t for t in times if heard < t <= at)
            told += service.look(at, arrivals={"ws": came} if came else {})
            heard, at = at, at + 6 * HOUR
        assert told == []
        assert service.finding("sources").sentence == (
            "Of 1 sources of events 0 are silent longer than ever before."
        )

    def test_a_source_known_for_less_than_four_weeks_or_by_few_silences_is_not_told(self, service):
        service.look(NOON, arrivals={"new": tuple(regular(6 * HOUR, 60, NOON - 15 * DAY))})
        service.look(NOON, arrivals={"rare": tuple(regular(3 * DAY, 15, NOON - 42 * DAY))})

        assert service.look(NOON + 80 * DAY) == []

    def test_a_source_that_speaks_every_minute_is_told_after_two_hours(self):
        busy = take_in(None, regular(MINUTE, 30 * 24 * 60))

        assert (busy.gaps, busy.longest) == (30 * 24 - 1, 3600.0)
        assert not is_silent(busy, busy.last + 2 * HOUR)
        assert is_silent(busy, busy.last + 2 * HOUR + MINUTE)

    def test_an_outage_that_was_told_does_not_make_the_next_one_look_usual(self):
        source = take_in(None, regular(DAY, 40))
        after = take_in(source, [source.last + 30 * DAY])

        assert after.longest == 2 * source.longest
        assert is_silent(after, after.last + 5 * DAY)

    def test_arrivals_that_were_taken_in_before_change_nothing(self):
        times = regular(7 * HOUR, 200)
        source = take_in(None, times)

        assert take_in(source, times[50:]) == source
        assert take_in(source, []) == source
        assert take_in(None, []) is None

    def test_a_source_without_an_arrival_is_none(self, service):
        assert service.look(NOON, arrivals={"ws": ()}) == []
        assert service.state.service.sources == {}

    def test_a_source_nobody_heard_of_for_three_months_is_forgotten(self, service):
        times = office_days(8)
        service.look(times[-1], arrivals={"ws": tuple(times)})
        service.look(times[-1] + 10 * DAY)

        assert service.look(times[-1] + FORGOTTEN + MINUTE) == [("-", "source_silent", "ws")]
        assert service.over() == ["nobody heard of it for three months"]
        assert service.state.service.sources == {}

    def test_what_anybody_may_name_is_bounded_and_those_known_stay(self, service):
        service.look(NOON, arrivals={"known": (NOON - DAY,)})
        service.look(NOON, arrivals={f"new {n:03d}": (NOON - HOUR,) for n in range(500)})

        assert len(service.state.service.sources) == MOST
        assert "known" in service.state.service.sources

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("workspace ws", "event subscription of the system topic"),
            ("azure-devops project 1", "service hooks"),
            ("azure-monitor", "action group"),
        ],
    )
    def test_each_kind_of_source_has_its_own_first_step(self, service, name, said):
        times = office_days(8)
        service.look(times[-1], arrivals={name: tuple(times)})
        service.look(times[-1] + 10 * DAY)

        assert said in service.alert().first_step

    def test_when_it_was_heard_is_kept_where_a_look_does_not_say(self, service):
        service.look(NOON)
        service.look(NOON + MINUTE, heard=None)

        assert service.state.service.heard == NOON


def test_random_arrivals_alarm_as_seldom_as_promised():
    """The sum over all silences from the k-th on is 2/(k + 1): about one source in ten."""
    generator = np.random.default_rng(20260203)
    lives, alarms = 400, 0
    for _ in range(lives):
        longest, silences = 0.0, 0
        for silence in generator.exponential(1.0, 2_000):
            most = FACTOR * longest if silences >= GAPS else silence
            alarms += silence > most
            longest, silences = max(longest, min(silence, most)), silences + 1

    assert alarms / lives < 2.0 / (GAPS + 1) * 1.5


ARRIVALS = st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=60)


@settings(max_examples=60)
@given(gaps=ARRIVALS, cuts=st.lists(st.integers(0, 60), max_size=5))
def test_a_source_taken_in_piece_by_piece_is_the_same_as_at_once(gaps, cuts):
    times = [NOON]
    for minutes in gaps:
        times.append(times[-1] + minutes * MINUTE)
    at_once = take_in(None, times)
    source, begun = None, 0
    for cut in [*sorted(cuts), len(times)]:
        source = take_in(source, times[begun:cut])
        begun = max(begun, cut)

    assert source == at_once
    assert isinstance(at_once, SourceWatch)
    assert at_once.last - at_once.first >= HISTORY or not is_silent(at_once, NOON + 900 * DAY)


LOOKS = st.lists(
    st.tuples(
        st.sets(st.sampled_from(["a", "b", "c"])),
        st.sets(st.sampled_from(["d", "e"])),
        st.booleans(),
        st.integers(0, 15),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(looks=LOOKS)
def test_whatever_is_silent_each_alert_is_posted_and_resolved_in_turn(looks):
    service, told = Service(), {}
    for number, (late, never, unlisted, many) in enumerate(looks):
        at = NOON + number * HOUR
        reported = {f"{name} routing": at - HOUR for name in late}
        reported |= {f"x{n} routing": at - 2 * HOUR for n in range(many)}
        service.look(
            at,
            reported=reported,
            never=tuple(f"{name} drift" for name in sorted(never)),
            unlisted="unknown" if unlisted else None,
        )
        for action in service.outcome.actions:
            told.setdefault(action.alert.fingerprint, []).append(type(action))
        assert len(service.outcome.actions) <= 97
    for actions in told.values():
        assert actions == ([PostAlert, ResolveAlert] * len(actions))[: len(actions)]
    firing = [r for r in service.state.alerts.values() if r.status is AlertStatus.FIRING]
    assert len(firing) == sum(actions[-1] is PostAlert for actions in told.values())
