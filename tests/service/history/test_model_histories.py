"""A model's drift, its KPIs and its whole life over time."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert, SaveBaseline
from shared.domain.alert import AlertKind
from shared.domain.event import Check, EventType
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.service.history import MarkKind, drift_history, kpi_history, timeline
from shared.service.history.drift import MOST_FEATURES
from tests.conftest import NOON
from tests.service.history.written import (
    ENDPOINT,
    HOUR,
    MODEL,
    WEEK,
    Said,
    Written,
    alert,
    drift,
    finding,
    replayed,
    share,
    told,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger():
    return Written()


def of_drift(ledger, **more):
    return drift_history(ledger, Said(), "loan-default", WEEK, **more)


def of_kpis(ledger, **more):
    return kpi_history(ledger, Said(), "loan-default", WEEK, **more)


def life(ledger, **more):
    return timeline(ledger, Said(), "loan-default", WEEK, **more)


def kpi(estimate, statistic="change", **given):
    return finding(
        Rule.KPI,
        given.pop("thing", "kpi/approved"),
        statistic=statistic,
        estimate=estimate,
        **given,
    )


def test_each_feature_has_its_looks_and_the_worst_one_comes_first(ledger):
    ledger.decide(MODEL, NOON, drift("age", 0.15), drift("income", 0.05))
    ledger.decide(
        MODEL, NOON + HOUR, drift("age", 0.1), drift("income", 0.4, Verdict.FAIL, reason="above")
    )

    found = of_drift(ledger)

    assert [(one.name, one.side, one.looks) for one in found.features] == [
        ("income", "feature", 2),
        ("age", "feature", 2),
    ]
    first, last = found.features[0].points
    assert (last.at, last.estimate, last.low, last.high) == (NOON + HOUR, 0.4, 0.2, 0.8)
    assert (last.limit, last.verdict, last.reason) == (0.2, Verdict.FAIL, "above")
    assert (first.verdict, found.looks) == (Verdict.PASS, 2)


def test_an_interval_without_end_is_none_that_json_could_not_say(ledger):
    ledger.decide(MODEL, NOON, drift("age", 0.0, Verdict.INCONCLUSIVE, high=math.inf))

    [point] = of_drift(ledger).features[0].points

    assert (point.low, point.high) == (0.0, None)


def test_predictions_are_a_side_of_their_own_and_features_can_be_chosen(ledger):
    ledger.decide(MODEL, NOON, drift("prediction/score", 0.1), drift("age", 0.1))

    sides = [(one.side, one.name) for one in of_drift(ledger).features]
    chosen = [one.name for one in of_drift(ledger, features=["age"]).features]

    assert (sides, chosen) == ([("feature", "age"), ("prediction", "score")], ["age"])


def test_of_very_many_features_those_that_drifted_least_are_left_out_and_named(ledger):
    ledger.decide(MODEL, NOON, *(drift(f"f{i:02}", i / 100) for i in range(MOST_FEATURES + 2)))

    found = of_drift(ledger)

    assert len(found.features) == MOST_FEATURES
    assert found.notes == ("2 features that drifted less are left out: f01, f00.",)


def test_what_is_thinned_is_told(ledger):
    for minutes in range(30):
        ledger.decide(MODEL, NOON + minutes * MINUTE, drift("age", 0.1))

    found = of_drift(ledger, most=10)

    assert [len(found.features[0].points), found.features[0].looks] == [10, 30]
    assert found.notes == ("20 points of features are left out.",)


def test_an_alarm_is_told_from_its_beginning_to_its_end(ledger):
    raised = alert(AlertKind.DRIFT)
    ledger.decide(MODEL, NOON + HOUR, drift("age", 0.4), actions=(PostAlert(alert=raised),))
    ledger.decide(
        MODEL, NOON + 2 * HOUR, actions=(ResolveAlert(alert=raised, reason="like it again"),)
    )
    ledger.decide(MODEL, NOON + 3 * HOUR, actions=(PostAlert(alert=raised),))
    ledger.decide(MODEL, NOON + 4 * HOUR, actions=(PostAlert(alert=alert(AlertKind.KPI_CHANGED)),))

    found = of_drift(ledger)

    assert [(one.since, one.begun, one.ended) for one in found.alarms] == [
        (NOON, NOON + HOUR, NOON + 2 * HOUR),
        (NOON, NOON + 3 * HOUR, None),
    ]
    assert [mark.about for mark in found.marks] == ["drift"] * 3


def test_a_look_that_could_not_be_made_is_a_problem_and_no_point(ledger):
    ledger.decide(
        MODEL, NOON, finding(Rule.DRIFT, MODEL, verdict=Verdict.ERROR, reason="cannot_look")
    )
    ledger.decide(MODEL, NOON + HOUR, finding(Rule.DRIFT, MODEL, reason="judged_before"))

    found = of_drift(ledger)

    assert [point.reason for point in found.problems] == ["cannot_look"]
    assert (found.features, found.looks) == ((), 0)


def test_baselines_versions_deployments_and_retrainings_are_marked_beside_drift(ledger):
    event = told(EventType.MODEL_REGISTERED, MODEL, NOON, version="8")
    saved = SaveBaseline(model="loan-default", version="8", profile_hash="a" * 64)
    ledger.decide(MODEL, NOON, event=event, actions=(saved,))
    ledger.decide(ENDPOINT, NOON, share("blue", 100), check=Check.ROUTING)
    ledger.decide(ENDPOINT, NOON + HOUR, share("blue", 100), share("green", 0), check=Check.ROUTING)
    for hours, reason in ((2, "asked"), (3, "asked"), (4, "running")):
        ledger.decide(
            "retraining/loan-default",
            NOON + hours * HOUR,
            finding(
                Rule.RETRAINING,
                "retraining/r1",
                reason=reason,
                details={"retraining": "r1", "cause": "drift"},
            ),
            check=Check.RETRAINING,
        )

    assert [(mark.kind.value, mark.about) for mark in of_drift(ledger).marks] == [
        ("version", "8"),
        ("baseline", "8"),
        ("deployment_created", "green"),
        ("retraining", "drift"),
        ("retraining", "drift"),
    ]


def test_a_kpi_has_its_windows_its_watch_and_its_sides(ledger):
    ledger.decide(
        MODEL,
        NOON,
        kpi(-0.01, low=-0.02, high=0.01, limit=0.02, details={"expected": 0.9, "observed": 0.89}),
        kpi(-0.02, "lasting_relative_change", details={"evidence": 0.4}),
        kpi(
            0.03,
            "difference",
            thing="kpi/approved/green",
            details={"deployment": "green", "other": "blue"},
        ),
        kpi(0.5, "change_since", enforced=False),
        kpi(3600.0, "silent_seconds"),
        check=Check.KPI,
    )

    [found] = of_kpis(ledger).kpis

    [window], [watched], [side] = found.window, found.watched, found.sides["green"]
    assert (found.name, found.statistic, found.looks) == ("approved", "change", 1)
    assert (window.expected, window.observed, window.limit) == (0.9, 0.89, 0.02)
    assert (watched.evidence, side.estimate) == (0.4, 0.03)


def test_a_kpi_that_could_not_be_read_is_an_error_in_its_place(ledger):
    ledger.decide(MODEL, NOON, kpi(0.01), check=Check.KPI)
    ledger.decide(
        MODEL,
        NOON + HOUR,
        kpi(None, None, verdict=Verdict.ERROR, reason="cannot_look"),
        check=Check.KPI,
    )

    [found] = of_kpis(ledger).kpis

    assert [(p.verdict, p.estimate) for p in found.window] == [
        (Verdict.PASS, 0.01),
        (Verdict.ERROR, None),
    ]
    assert of_kpis(ledger, kpis=["another"]).kpis == ()


def test_a_life_is_one_list_newest_first_and_what_repeats_is_not_told(ledger):
    event = told(EventType.MODEL_REGISTERED, MODEL, NOON, version="8")
    ledger.decide(MODEL, NOON, finding(Rule.PROMOTION, "stage/live"), event=event)
    for hours, verdict in ((1, "pass"), (2, "pass"), (3, "inconclusive"), (4, "fail"), (5, "fail")):
        ledger.decide(MODEL, NOON + hours * HOUR, drift("age", 0.4, Verdict(verdict)))
    ran = told(EventType.RUN_COMPLETED, MODEL, NOON + 6 * HOUR)
    ledger.decide(MODEL, NOON + 6 * HOUR, finding(Rule.RECORDED, MODEL), event=ran)

    entries = life(ledger).entries

    assert [(one.kind.value, one.sentence) for one in entries] == [
        ("event", "RunCompleted: Something of model/loan-default."),
        ("verdict", "The look at drift went from pass to fail: Something of feature/age."),
        ("version", "loan-default:8 was registered."),
    ]
    assert [one.link.kind.value for one in entries] == ["event", "decision", "event"]


def test_what_somebody_said_is_told_by_the_rule_that_took_it_in(ledger):
    said = told(EventType.INTENT_DECLARED, ENDPOINT, NOON)
    ledger.decide(
        ENDPOINT,
        NOON,
        share("blue", 100),
        finding(Rule.INTENT, ENDPOINT, sentence="Anna means green to wait."),
        event=said,
    )

    assert [one.sentence for one in life(ledger).entries] == [
        "IntentDeclared: Anna means green to wait."
    ]


def test_the_event_of_a_new_deployment_is_told_once(ledger):
    event = told(EventType.DEPLOYMENT_COMPLETED, ENDPOINT, NOON + HOUR, deployment="green")
    ledger.decide(ENDPOINT, NOON, share("blue", 100), check=Check.ROUTING)
    ledger.decide(ENDPOINT, NOON + HOUR, share("blue", 100), share("green", 0), event=event)

    assert [one.kind for one in life(ledger).entries] == [MarkKind.DEPLOYMENT_CREATED]


def test_a_replay_is_told_as_one_and_stands_where_it_was_decided(ledger):
    again = replayed(Check.DRIFT, MODEL, NOON - HOUR)
    event = told(EventType.RUN_COMPLETED, MODEL, NOON - HOUR)
    ledger.decide(MODEL, NOON + HOUR, drift("age", 0.1), event=again)
    ledger.decide(
        MODEL,
        NOON + 2 * HOUR,
        finding(Rule.RECORDED, MODEL),
        event=type(event)(
            id=event.id,
            source="azure",
            type=event.type,
            subject=MODEL,
            time=event.time,
            replay=again.replay,
        ),
    )

    [entry] = life(ledger).entries

    assert entry.at == NOON + 2 * HOUR
    assert entry.sentence.startswith("RunCompleted, told again by the replay last-week")


def test_kinds_can_be_chosen_and_a_long_list_keeps_the_newest(ledger):
    for hours in range(6):
        event = told(EventType.MODEL_REGISTERED, MODEL, NOON + hours * HOUR, version=str(hours))
        ledger.decide(MODEL, NOON + hours * HOUR, event=event)

    found = life(ledger, kinds=frozenset({MarkKind.VERSION}), most=2)

    assert [one.about for one in found.entries] == ["5", "4"]
    assert found.notes == ("4 older marks are left out.",)
    assert life(ledger, kinds=frozenset({MarkKind.ALERT_BEGAN})).entries == ()


def test_the_sentences_of_others_are_one_line_and_cut(ledger):
    event = told(EventType.RUN_COMPLETED, MODEL, NOON)
    ledger.decide(
        MODEL, NOON, finding(Rule.RECORDED, MODEL, sentence="a\nb\x07" + "c" * 5000), event=event
    )

    [entry] = life(ledger).entries

    assert entry.sentence.startswith("RunCompleted: a bcc")
    assert len(entry.sentence) <= 601


@given(st.randoms(use_true_random=False))
def test_every_history_is_the_same_whatever_order_decisions_are_read_in(random):
    ledger = Written()
    for hours in range(12):
        at = NOON + hours * HOUR
        verdict = Verdict.FAIL if hours % 3 == 0 else Verdict.PASS
        ledger.decide(MODEL, at, drift("age", hours / 10, verdict))
        ledger.decide(MODEL, at, kpi(hours / 100), check=Check.KPI)
        ledger.decide(ENDPOINT, at, share("blue", 100 - 50 * (hours % 2)), check=Check.ROUTING)
    shuffled = Written(states=ledger.states)
    for subject, chain in ledger.chains.items():
        shuffled.chains[subject] = random.sample(chain, len(chain))

    assert of_drift(shuffled) == of_drift(ledger)
    assert of_kpis(shuffled) == of_kpis(ledger)
    assert life(shuffled) == life(ledger)
