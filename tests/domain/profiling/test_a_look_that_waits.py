"""A look for drift whose rows are counted elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.action import ResolveAlert, Tell
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.drift.deciding import decide_drift
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import DriftEvidence
from shared.domain.policy import Engine, Policy
from shared.domain.profiling import EngineChoice
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.profiles import baseline

DUE = datetime(2026, 2, 3, 0, 5, tzinfo=UTC)
NOW = DUE + timedelta(seconds=2)
LATER = DUE + timedelta(hours=1)
POLICY = Policy(model="loan")
CHECK = check_due(Check.DRIFT, "model/loan", DUE)
CHOICE = EngineChoice(
    engine=Engine.SPARK, sentence="Too much.", details={"files": 3.0, "bytes": 12.0}
)


def evidence(**more):
    return DriftEvidence(taken=NOW, start=DUE - timedelta(days=7), end=DUE, **more)


def told(kind, order="o1", **data):
    return Event(
        id="e",
        source="driftgate/profiling/loan",
        type=kind,
        subject="model/loan",
        time=LATER,
        data={"order": order, **data},
    )


@pytest.fixture
def waiting():
    ordered = evidence(engine=CHOICE, ordered="o1", parts=4)
    return decide_drift(CHECK, ordered, POLICY, SubjectState(), NOW)


def test_the_first_look_asks_for_the_profile_and_decides_nothing(waiting):
    [action] = waiting.actions

    assert isinstance(action, Tell)
    assert action.event.type is EventType.PROFILE_WANTED
    assert action.event.subject == "profiling/loan"
    assert action.event.data == {
        "order": "o1",
        "engine": "spark",
        "parts": 4,
        "size": {"files": 3.0, "bytes": 12.0},
    }
    assert [f.reason for f in waiting.findings] == ["spark", "being_counted"]
    assert waiting.findings[1].verdict is Verdict.INCONCLUSIVE
    assert waiting.state.drift.ordered.due == DUE


def test_the_check_has_not_reported_while_its_rows_are_counted(waiting):
    """So the watchdog tells of a job that takes longer than three periods."""
    assert Check.DRIFT.value not in waiting.state.checks


def test_a_check_that_comes_meanwhile_asks_nothing_again(waiting):
    event = check_due(Check.DRIFT, "model/loan", LATER)

    again = decide_drift(event, evidence(ordered="o1"), POLICY, waiting.state, LATER)

    assert again.actions == ()
    assert [f.reason for f in again.findings] == ["being_counted"]
    assert again.state == waiting.state


def test_what_cannot_be_counted_is_an_error_with_the_reason_and_the_next_look_asks_anew(waiting):
    failed = evidence(failed="job x is Failed", due=DUE)

    outcome = decide_drift(told(EventType.PROFILE_FAILED), failed, POLICY, waiting.state, LATER)

    assert [(f.verdict, f.sentence) for f in outcome.findings] == [
        (Verdict.ERROR, "job x is Failed")
    ]
    assert outcome.state.drift.ordered is None
    assert Check.DRIFT.value not in outcome.state.checks


def test_a_profile_that_nobody_waits_for_changes_nothing(waiting):
    other = told(EventType.PROFILE_MADE, order="o2")

    outcome = decide_drift(other, evidence(), POLICY, waiting.state, LATER)

    assert outcome.state == waiting.state
    assert [f.reason for f in outcome.findings] == ["recorded"]


def test_once_it_is_counted_the_look_waits_no_more_whatever_it_finds(waiting):
    problem = evidence(due=DUE, problem="The policy changed.")

    outcome = decide_drift(told(EventType.PROFILE_MADE), problem, POLICY, waiting.state, LATER)

    assert outcome.state.drift.ordered is None


def test_without_a_policy_nothing_is_asked_for():
    outcome = decide_drift(CHECK, evidence(ordered="o1"), None, SubjectState(), NOW)

    assert outcome.actions == ()
    assert outcome.state == replace(SubjectState(), checks={Check.DRIFT.value: DUE})


def test_an_alert_on_predictions_ends_where_nobody_watches_them_any_more(waiting):
    """Else it would fire for ever: only a look at the answers themselves can find it over."""
    base = baseline({"x": [float(n) for n in range(200)]})
    alert = Alert(
        kind=AlertKind.DRIFT,
        subject="model/loan",
        severity=Severity.WARNING,
        title="loan: predictions drifted",
        text="",
        first_step="",
        since=DUE,
        labels={"model": "loan", "of": "predictions"},
    )
    record = AlertRecord(alert=alert, status=AlertStatus.FIRING, posted=DUE)
    state = replace(waiting.state, alerts={alert.fingerprint: record})
    counted = evidence(due=DUE, baseline=base.to_json(), window=base.to_json())

    outcome = decide_drift(told(EventType.PROFILE_MADE), counted, POLICY, state, LATER)

    [ended] = [action for action in outcome.actions if isinstance(action, ResolveAlert)]
    assert ended.alert == alert
    assert ended.reason == (
        "predictions are not watched by themselves where another engine counts the rows"
    )
