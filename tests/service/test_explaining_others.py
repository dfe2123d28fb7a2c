"""Receivers that fail, retrainings, gates and long histories are explained by the same means."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.alert import Severity
from shared.domain.finding import Rule
from shared.domain.notices import (
    Breaker,
    Flight,
    Folded,
    GroupWatch,
    ReceiverWatch,
    ScopeWatch,
    ToldAs,
    Waiting,
)
from shared.domain.retraining import (
    Retraining,
    RetrainingCause,
    RetrainingPhase,
    RetrainingWatch,
)
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.errors import NotFound
from shared.service.explaining.explanation import AlertFacts, Moment
from shared.service.explaining.history import MOST_MOMENTS, History, in_order
from shared.service.explaining.now_of_alert import now_of_alert
from tests.conftest import NOON
from tests.service.explained import ENDPOINT, SCOPE, Night, commit
from tests.service.promoted import commit as commit_promotion
from tests.service.promoted import kept

MINUTE = timedelta(minutes=1)


@pytest.fixture
def night(scene):
    return Night(scene)


def head(**more):
    return {
        "notice": "n1",
        "scope": "loan-default",
        "title": "green fails",
        "severity": Severity.CRITICAL,
        "alerts": 2,
        "began": NOON,
        "made": NOON,
        "since": NOON,
        **more,
    }


def test_a_receiver_that_fails_says_since_when_what_waits_and_what_is_folded(night):
    watch = ReceiverWatch(
        sent=(NOON,),
        flying={"g1": Flight(**head(order="o"))},
        waiting={
            f"w{n}": Waiting(**head(until=NOON + 5 * MINUTE, why="channel_closed"))
            for n in range(11)
        },
        folded=Folded(due=NOON + MINUTE, count=7),
        breaker=Breaker(failures=5, since=NOON, until=NOON + 9 * MINUTE, reason="throttled"),
        looked=NOON,
    )
    state = SubjectState(receiver=watch)
    commit(night.ledger, "receiver/on-call", subject="receiver/on-call", state=state)
    told = night.explain("receiver/on-call")

    assert told.now[:3] == (
        "Its channel fails since 2026-02-03 12:00 UTC (throttled, 5 in a row); it is tried again "
        "at 2026-02-03 12:09 UTC.",
        "It was sent 1 notices in the last 1 h, of 30 that its pace allows, and 1 in the last 5 "
        "min, of 5.",
        "Notice n1 is on its way since 2026-02-03 12:00 UTC.",
    )
    assert told.now[3] == (
        "green fails: a notice waits until 2026-02-03 12:05 UTC, because channel closed."
    )
    assert told.now[-2:] == (
        "1 more groups wait.",
        "7 alerts are beyond its pace; one digest tells them at 2026-02-03 12:01 UTC.",
    )


def test_a_receiver_that_the_fleet_no_longer_names_is_told_nothing(night):
    commit(night.ledger, "receiver/gone", subject="receiver/gone")
    night.scene.write("policies/fleet.yaml", "default: nobody\n")
    told = night.explain("receiver/gone")

    assert told.now == ("The fleet's file names no such receiver, so it is told nothing.",)
    assert told.notes[0].startswith("The fleet's file cannot be read: fleet.yaml: default is")


def test_what_a_receiver_still_has_of_a_group_is_said_with_the_alert(night):
    night.told()
    key = next(iter(night.ledger.state(SCOPE).state["scope"]["groups"]))
    receiver = night.ledger.state(SCOPE).state["scope"]["groups"][key]["receiver"]
    waits = Waiting(**head(until=NOON + 5 * MINUTE, why="in_flight"))
    for watch, sentence in (
        (ReceiverWatch(waiting={key: waits}), "a notice waits until 2026-02-03 12:05 UTC, because"),
        (ReceiverWatch(flying={key: Flight(**head(order="o"))}), "a notice is on its way since"),
    ):
        at = NOON + (MINUTE if watch.waiting else 2 * MINUTE)
        commit(
            night.ledger,
            f"receiver/{receiver}",
            subject=f"receiver/{receiver}",
            state=SubjectState(receiver=watch),
            at=at,
        )
        told = night.explain(night.fingerprint)

        assert any(
            one.startswith(f"notice 1 of its group was made for {receiver}") for one in told.now
        )
        assert any(sentence in one for one in told.now)
        assert any(sentence[2:] in one for one in night.explain(key).now)


def test_a_retraining_says_what_asked_for_it_and_how_it_stands(night):
    one = Retraining(
        id="5c0ffee5c0ffee55",
        phase=RetrainingPhase.REFUSED,
        causes=(RetrainingCause(cause="drift", window="w1", time=NOON, features=("income",)),),
        cost=40.0,
        asked=NOON,
        changed=NOON + MINUTE,
        pipeline="12",
        run=7,
        because="the budget is spent.",
        version="9",
    )
    subject = "retraining/loan-default"
    state = SubjectState(retraining=RetrainingWatch(retrainings=(one,)))
    about = {"details": {"retraining": one.id}, "sentence": "The budget of 100 is spent."}
    commit(night.ledger, f"retraining/{one.id}", subject=subject, state=state)
    commit(night.ledger, "retraining/loan-default", subject=subject, at=NOON + MINUTE)
    commit(night.ledger, "budget/x", subject="budget/retraining", rule=Rule.BUDGET, **about)
    told = night.explain("5c0f")
    assert night.explain("retraining/loan-default") == told

    assert told.now == (
        "It is refused since 2026-02-03 12:01 UTC: the budget is spent.",
        "Version 9 came of it.",
    )
    assert [one.subject for one in told.moments] == [subject, "budget/retraining", subject]
    assert dict(told.facts)["pipeline"] == "12, run 7"
    assert dict(told.facts)["cause"] == "Drift of w1 in income, 2026-02-03 12:00 UTC"


def test_a_gate_says_what_it_said_each_time_with_its_numbers(scene):
    commit_promotion(kept(), scene.application)
    night = Night(scene)
    told = night.explain("loan-default:8 metric/auc")

    assert told.title == "loan-default:8: the gate metric/auc"
    assert told.now[0].startswith("It passes as of ")
    assert told.now[1].startswith("The version is rolling for production since ")
    assert {one.thing for one in told.moments if one.rule.endswith("_gate")} == {"metric/auc"}
    assert told.commands[0][1] == "driftgate report loan-default 8"
    assert night.explain("gate loan-default:8 auc").moments == told.moments
    assert len(night.explain("loan-default:8").moments) > len(told.moments)
    with pytest.raises(NotFound, match=r"was not judged by a gate zzz; it was by .*metric/auc"):
        night.explain("loan-default:8 zzz")


def test_a_group_that_is_over_and_a_notice_long_gone_say_so(night):
    group = {"group": "ffffeeeeddddcccc", "receiver": "team"}
    commit(night.ledger, "group/ffffeeeeddddcccc", subject=SCOPE, rule=Rule.GROUP, details=group)
    told = night.explain("ffff")
    commit(night.ledger, "notice/bbbbaaaa", subject="receiver/team", at=NOON + MINUTE)

    assert told.now == ("Nothing of it is left to be told. Something of group/ffffeeeeddddcccc.",)
    assert dict(told.facts)["receiver"] == "team"
    assert night.explain("notice bbbb").now == ("Something of notice/bbbbaaaa.",)


def test_a_group_with_nothing_due_says_so(night):
    group = GroupWatch(
        receiver="team", began=NOON, told={"a": ToldAs(severity=Severity.INFO)}, held={}
    )
    state = SubjectState(scope=ScopeWatch(groups={"abcdabcdabcdabcd": group}))
    commit(night.ledger, "x", subject=SCOPE, state=state)

    assert night.explain("abcdabcd").now == (
        "team was not told of it yet.",
        "No notice is due.",
    )


class Decisions:
    """A ledger of one subject with this many decisions."""

    def __init__(self, count):
        self.asked = 0
        self.kept = [{"decided": f"2026-02-03T12:{n:02}:00Z", "n": n} for n in range(count)]

    def decisions(self, subject=None, limit=100):
        del subject
        self.asked += 1
        return self.kept[::-1][:limit]


def test_of_a_long_history_the_newest_are_read_once_and_it_is_said():
    ledger = Decisions(7)
    history = History(ledger=ledger, most=5)

    assert [one["n"] for one in history.of("endpoint/e")] == [2, 3, 4, 5, 6]
    assert history.of("endpoint/e")
    assert ledger.asked == 1
    assert history.notes == (
        "Of endpoint/e the newest 5 decisions were looked through, back to 2026-02-03 12:02 UTC; "
        "older ones are in the ledger.",
    )
    assert History(ledger=Decisions(5), most=5).notes == ()


def test_what_was_found_again_is_counted_and_of_very_many_the_newest_are_kept():
    first = Moment(
        at=NOON,
        subject="e",
        event="routing check",
        rule="routing",
        reason="no_traffic",
        sentence="0 % for 30 min",
        verdict=Verdict.FAIL,
        decision="0",
    )
    again = [replace(first, at=NOON + n * MINUTE, decision=str(n)) for n in range(3)]
    other = replace(first, reason="has_traffic", at=NOON + 5 * MINUTE, decision="9")
    [one, last], note = in_order([other, *again])

    assert (one.repeats, one.until, one.decision) == (2, NOON + 2 * MINUTE, "2")
    assert (last.reason, note) == ("has_traffic", None)
    many = [replace(first, decision=str(n), thing=str(n)) for n in range(MOST_MOMENTS + 3)]
    kept_ones, note = in_order(many)
    assert (len(kept_ones), note) == (MOST_MOMENTS, "3 older entries are left out.")


def test_an_alert_raised_before_what_is_read_is_told_from_what_is_remembered(night):
    night.told()
    night.ledger = night.application.ledger
    from shared.service.explaining.alerts import _record
    from shared.service.explaining.raising import raising

    record = replace(
        _record(night.fingerprint, ENDPOINT, night.ledger), posted=NOON - timedelta(days=9)
    )
    told = list(raising(night.fingerprint, ENDPOINT, record, History(ledger=night.ledger)))

    assert told[0].sentence == (
        "Raised by endpoint/loan-endpoint, in a decision older than what is looked through."
    )
    assert told[1].sentence.startswith("Told anew, now critical, by the routing check of ")


def test_what_is_over_is_not_told_by_a_later_notice_of_the_others(night):
    others = GroupWatch(
        receiver="on-call",
        began=NOON,
        sent=NOON,
        number=3,
        told={"b" * 16: ToldAs(severity="info")},
    )
    facts = AlertFacts(
        fingerprint="a" * 16,
        kind="errors",
        severity="info",
        subject="endpoint/e",
        title="It fails",
        text="",
        first_step="",
        since=NOON,
        ended=NOON,
        over="it is well",
    )

    def now(reached):
        given = {"is_told": True, "held": {}, "nowhere": None, "reached": reached}
        return list(now_of_alert(facts, None, {"g": others}, night.ledger, NOON, **given))

    assert now({"on-call": "It is known."})[1:] == ["It is known."]
    assert now({})[1:] == ["No receiver was told of it, and none has anything more to hear."]


def test_a_digest_is_found_by_the_group_that_its_incident_is_named_after(night):
    details = {"receiver": "on-call", "group": "d16e57"}
    commit(night.ledger, "notice/f01d", subject="receiver/on-call", details=details)

    found = night.explain("d16e57")
    assert (found.thing.kind, len(found.moments)) == ("group", 1)
