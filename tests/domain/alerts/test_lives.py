"""Which alerts there are: what the subjects say counts, whatever became of the messages."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.state import AlertRecord, AlertStatus
from tests.domain.alerts.script import MINUTE, OF, SECOND, Script, alert, policy

DRIFT, ERRORS = alert("drift"), alert("errors")
DOWN = alert("no_traffic", "critical")
QUIET = {"changes": 1000}


def test_an_alert_whose_message_is_lost_is_found_with_the_next_one():
    script = Script()
    script.raised(DRIFT, told=False)
    script.at(10).raised(ERRORS)
    script.at(100)

    assert script.told() == [(40, "first", "drift errors")]


def test_an_end_whose_message_is_lost_is_found_at_the_next_look():
    script = Script()
    script.raised(DRIFT)
    script.at(100).ended(DRIFT, told=False)
    script.at(200).look()
    script.at(300)

    assert script.told() == [(30, "first", "drift"), (230, "all_resolved", "-drift")]


def test_a_message_of_an_alert_that_is_over_by_now_raises_nothing():
    script = Script()
    events = script.raised(DRIFT, told=False)
    script.at(10)
    events += script.ended(DRIFT, told=False)
    for event in reversed(events):
        script.decide(event)
    script.at(100)

    assert script.told() == []
    assert len(script.state.scope.lives[DRIFT.fingerprint].changes) == 2


def test_an_end_that_comes_after_the_alert_fires_again_ends_nothing():
    script = Script()
    script.raised(DRIFT)
    script.at(100)
    events = script.ended(DRIFT, told=False)
    script.at(200).raised(DRIFT, told=False)
    script.decide(events[0])
    script.at(400)

    assert script.told() == [(30, "first", "drift")]
    assert script.state.scope.lives[DRIFT.fingerprint].ended is None


def test_an_alert_that_its_subject_does_not_know_any_more_is_over():
    script = Script()
    script.raised(DRIFT)
    script.at(100)
    script.truth[OF] = {}
    script.look()
    script.at(200)

    [_, (_, notice)] = script.notices
    assert notice.alerts[0].over == "its subject does not know it any more"


def test_of_a_subject_that_cannot_be_read_its_events_are_believed_in_their_order():
    script = Script(unread=(OF,))
    raised = script.raised(DRIFT)
    script.at(60)
    ended = script.ended(DRIFT, told=False)
    script.at(70)
    again = script.raised(DRIFT, told=False)
    script.decide(again[0])
    script.decide(ended[0])
    script.decide(raised[0])
    script.at(200)
    assert script.told() == [(30, "first", "drift")]

    script.ended(DRIFT)
    script.decide(again[0])
    script.at(300)
    assert script.told() == [(230, "all_resolved", "-drift")]
    assert "unread" in script.reasons("readable")


def test_two_subjects_that_know_the_same_alert_end_it_when_both_do():
    script = Script()
    script.raised(DRIFT)
    script.raised(DRIFT, of="model/loan-default")
    script.at(100).ended(DRIFT)
    script.at(200)
    assert script.told() == [(30, "first", "drift")]
    script.ended(DRIFT, of="model/loan-default")
    script.at(300)
    assert script.told() == [(230, "all_resolved", "-drift")]


def test_the_words_are_the_newest_and_never_too_long():
    script = Script()
    script.raised(replace(DRIFT, text="x" * 9000, first_step="y" * 900))
    script.raised(replace(DRIFT, text="ä" * 9000, title="z" * 900))
    script.look()
    script.at(60)

    [(_, notice)] = script.notices
    [told] = notice.alerts
    assert told.text == "ä" * 1499 + "…"
    assert len(told.title) == 300
    assert notice.title == told.title


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["raise", "end", "worse", "lost raise", "lost end", "again", "look"]),
        st.integers(0, 2),
        st.sampled_from([1, 20, 45, 200, 700]),
    ),
    max_size=12,
)
NAMES = ("drift", "errors", "slow")


def play(steps, **more):
    script, now, events = Script(policy=policy(**QUIET), **more), 0, []
    for what, which, wait in steps:
        now += wait
        script.at(now)
        lost = "lost" in what
        if what.endswith("raise"):
            events += script.raised(alert(NAMES[which]), told=not lost)
        elif what == "worse":
            events += script.raised(alert(NAMES[which], "critical"))
        elif what.endswith("end"):
            events += script.ended(alert(NAMES[which]), told=not lost)
        elif what == "again" and events:
            script.decide(events[which % len(events)])
        else:
            script.look()
    return script, now


@settings(max_examples=25)
@given(STEPS, st.booleans())
def test_in_whatever_order_messages_come_the_receiver_ends_up_knowing_the_truth(steps, loses):
    script, now = play(steps, loses_looks=loses)
    script.raised(DOWN)
    for minutes in range(1, 8):
        script.at(now + 60 * minutes).look()

    firing = {
        fingerprint
        for fingerprint, record in script.truth[OF].items()
        if record.status is AlertStatus.FIRING
    }
    [group] = script.state.scope.groups.values()
    assert set(group.told) == firing
    assert {f for f, life in script.state.scope.lives.items() if life.ended is None} == firing
    severities = {f: script.truth[OF][f].alert.severity for f in firing}
    worse = {f for f in firing if severities[f].value == "critical"}
    assert worse <= {f for f, told in group.told.items() if told.severity.value == "critical"}


@settings(max_examples=25)
@given(STEPS)
def test_nothing_is_told_twice_unless_something_changed_or_it_is_time_to_repeat(steps):
    script, now = play(steps)
    script.at(now + 330)
    firing = {name for name, life in script.state.scope.lives.items() if life.ended is None}
    assert firing == {name for group in script.state.scope.groups.values() for name in group.told}
    script.at(now + 3600)

    known, sent = {}, None
    for at, notice in script.notices:
        if notice.reason.value == "first":
            known, sent = {}, None
        told = {one.fingerprint: one.severity for one in notice.firing}
        if notice.reason.value == "repeat":
            assert at - sent == timedelta(hours=4)
        else:
            assert told != known, notice.reason
        assert notice.firing or known, "nobody is told the end of what was never told"
        known, sent = told, at


@settings(max_examples=15)
@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=4))
def test_the_order_and_the_number_of_messages_do_not_count(order, twice):
    script = Script(policy=policy(**QUIET))
    events = script.raised(DRIFT, ERRORS, told=False)
    script.now += SECOND
    events += script.ended(DRIFT, told=False)
    script.now += SECOND
    events += script.raised(DRIFT, alert("errors", "critical"), told=False)
    script.now += SECOND
    events += script.ended(ERRORS, told=False)
    for number in [*order, *twice]:
        script.decide(events[number])
    script.at(60)

    assert [one[1:] for one in script.told()] == [("first", "drift")]
    life = script.state.scope.lives[DRIFT.fingerprint]
    assert (life.ended, life.raised) == (None, Script().now + 2 * SECOND)


def test_a_record_of_an_unknown_end_is_over_all_the_same():
    script = Script()
    script.raised(DRIFT)
    record = AlertRecord(alert=DRIFT, status=AlertStatus.RESOLVED, posted=script.now)
    script.truth[OF] = {DRIFT.fingerprint: record}
    script.now += MINUTE
    script.look()

    assert script.state.scope.lives[DRIFT.fingerprint].over == "it is over"
