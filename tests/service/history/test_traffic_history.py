"""An endpoint's traffic over time, as the looks at it were decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.alert import AlertKind
from shared.domain.event import Check, EventType
from shared.domain.finding import Rule
from shared.domain.state import SubjectState, TrafficShift
from shared.domain.verdict import Verdict
from shared.service.history import Span, traffic_history
from tests.conftest import NOON
from tests.service.history.written import (
    DAY,
    ENDPOINT,
    HOUR,
    MODEL,
    WEEK,
    Said,
    Written,
    alert,
    finding,
    replayed,
    share,
    told,
)


def look(ledger, hours, *findings, **more):
    return ledger.decide(
        ENDPOINT, NOON + hours * HOUR, *findings, **{"check": Check.ROUTING, **more}
    )


def history(ledger, span=WEEK, **more):
    return traffic_history(ledger, Said(), "loan-endpoint", span, **more)


def steps(series):
    return [((step.at - NOON) / HOUR, step.shares) for step in series]


def marks(found):
    return [((mark.at - NOON) / HOUR, mark.kind.value, mark.about) for mark in found.marks]


@pytest.fixture
def ledger():
    return Written()


def test_declared_shares_are_steps_at_the_looks_that_saw_another_split(ledger):
    look(ledger, -5, share("blue", 100))
    look(ledger, 1, share("blue", 100), share("green", 0))
    look(ledger, 2, share("blue", 90), share("green", 10))
    look(ledger, 3, share("blue", 90), share("green", 10))
    look(ledger, 4, share("blue", 0), share("green", 100))

    found = history(ledger)

    assert steps(found.declared) == [
        (0.0, {"blue": 100.0}),
        (2.0, {"blue": 90.0, "green": 10.0}),
        (4.0, {"green": 100.0}),
    ]
    assert (found.deployments, found.looks, found.mirrored) == (("blue", "green"), 4, ())


def test_a_change_that_is_remembered_has_its_own_time_and_who_made_it(ledger):
    look(ledger, 1, share("blue", 100))
    look(ledger, 2, share("green", 100))
    ledger.states[ENDPOINT] = SubjectState(
        traffic=(
            TrafficShift(time=NOON + 1 * HOUR, shares={"blue": 100.0}, planned=True),
            TrafficShift(
                time=NOON + 1.5 * HOUR,
                shares={"green": 100.0, "blue": 0.0},
                by="anna",
                models={"green": "loan-default:8"},
            ),
        )
    )

    _, last = history(ledger).declared

    assert (last.at, last.shares, last.by) == (NOON + 1.5 * HOUR, {"green": 100.0}, "anna")
    assert last.models == {"green": "loan-default:8"}


def test_mirrored_traffic_is_a_series_of_its_own(ledger):
    look(ledger, 1, share("blue", 100))
    look(ledger, 2, share("blue", 100), share("green", 0, "mirrored", mirror=20))

    assert steps(history(ledger).mirrored) == [(1.0, {}), (2.0, {"green": 20.0})]


def test_observed_shares_stand_with_their_interval_where_requests_were_counted(ledger):
    seen = {"statistic": "observed_share", "low": 0.05, "high": 0.2, "n": 200}
    look(
        ledger,
        1,
        share("green", 10),
        finding(Rule.OBSERVED_SHARE, "deployment/green", estimate=0.11, **seen),
    )
    look(ledger, 2, share("green", 10), finding(Rule.OBSERVED_SHARE, "deployment/green"))

    [observed] = history(ledger).observed

    green = observed.observed["green"]
    assert (observed.requests, green.requests, green.share) == (200, 22, 0.11)
    assert (green.low, green.high, green.verdict) == (0.05, 0.2, Verdict.PASS)


def test_deployments_come_are_written_fail_and_go_and_each_is_told_once(ledger):
    def green(hours, **more):
        event = told(
            EventType.DEPLOYMENT_COMPLETED, ENDPOINT, NOON + hours * HOUR, deployment="green"
        )
        look(ledger, hours, share("blue", 100), share("green", 0), event=event, **more)

    failed = finding(
        Rule.PROVISIONING,
        "deployment/green",
        verdict=Verdict.FAIL,
        reason="provisioning_failed",
        statistic="traffic_percent",
        estimate=0.0,
        sentence="Deployment green is Failed.",
    )
    look(ledger, 0, share("blue", 100))
    green(1)
    look(ledger, 2, share("blue", 100), share("green", 0))
    green(3)
    look(ledger, 4, share("blue", 100), failed)
    look(ledger, 5, share("blue", 100), failed)
    look(ledger, 6, share("blue", 100))

    found = history(ledger)

    assert marks(found) == [
        (1.0, "deployment_created", "green"),
        (3.0, "deployment_written", "green"),
        (4.0, "deployment_failed", "green"),
        (6.0, "deployment_deleted", "green"),
    ]
    assert found.marks[0].link.kind == "event"
    assert found.marks[2].sentence == "Deployment green is Failed."


def test_a_change_of_traffic_is_one_mark_though_every_look_tells_of_it(ledger):
    def change(by):
        return finding(
            Rule.TRAFFIC_CHANGE,
            ENDPOINT,
            verdict=Verdict.FAIL,
            reason="unplanned",
            sentence=f"The traffic was changed from blue 100 % to green 100 % by {by}",
        )

    look(ledger, 0, share("blue", 100), share("green", 0))
    look(ledger, 1, share("blue", 0), share("green", 100), change("somebody no event names"))
    look(ledger, 2, share("blue", 0), share("green", 100), change("anna"))

    assert marks(history(ledger)) == [(1.0, "traffic_changed", "unplanned")]


def test_alerts_and_the_steps_of_promotions_are_marks_beside_the_traffic(ledger):
    def stands(phase):
        return finding(
            Rule.PROMOTION,
            "stage/live",
            reason=phase,
            details={"promotion": "abc", "version": "8", "phase": phase},
        )

    raised = alert(AlertKind.NO_TRAFFIC, ENDPOINT)
    look(ledger, 1, share("green", 0), actions=(PostAlert(alert=raised),))
    look(ledger, 2, share("green", 0), actions=(ResolveAlert(alert=raised, reason="it has some"),))
    for hours, phase in ((1, "requested"), (2, "requested"), (3, "watched"), (4, "done")):
        ledger.decide(MODEL, NOON + hours * HOUR, stands(phase), check=Check.PROMOTION)

    found = history(ledger)

    assert marks(found) == [
        (1.0, "promotion", "8"),
        (1.0, "alert_began", "no_traffic"),
        (2.0, "alert_ended", "no_traffic"),
        (3.0, "promotion", "8"),
        (4.0, "promotion", "8"),
    ]
    assert found.marks[1].link.target == raised.fingerprint
    assert found.marks[2].sentence == "something drifted is over: it has some."
    assert found.marks[0].link.target == "abc"


def test_a_deleted_endpoint_has_no_traffic_and_no_deployments(ledger):
    look(ledger, 1, share("blue", 100))
    look(ledger, 2, finding(Rule.ROUTING, ENDPOINT, reason="endpoint_deleted"))

    found = history(ledger)

    assert steps(found.declared) == [(1.0, {"blue": 100.0}), (2.0, {})]
    assert marks(found) == [(2.0, "deployment_deleted", "blue")]


def test_what_a_replay_decided_is_no_look_at_the_world(ledger):
    look(ledger, 1, share("blue", 100))
    look(ledger, 2, share("red", 100), event=replayed(Check.ROUTING, ENDPOINT, NOON - DAY))

    assert history(ledger).deployments == ("blue",)


def test_an_endpoint_nobody_looked_at_has_an_empty_history(ledger):
    found = history(ledger)

    assert (found.declared, found.observed, found.marks, found.notes) == ((), (), (), ())


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.integers(0, 39))
def test_the_steps_of_a_part_are_those_of_the_whole_from_its_beginning_on(splits, start):
    """At every moment of the part the same shares are in force as in the whole."""
    ledger = Written()
    for hours, blue in enumerate(splits):
        look(ledger, hours, share("blue", 50 * blue), share("green", 100 - 50 * blue))

    def in_force(found, at):
        return [step.shares for step in found.declared if step.at <= at][-1:]

    whole = history(ledger)
    part = history(ledger, Span(since=NOON + start * HOUR, until=WEEK.until))

    for hours in range(start, 41):
        at = NOON + hours * HOUR
        assert in_force(part, at) == in_force(whole, at)
