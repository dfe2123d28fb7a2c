"""Nobody is told for ever of a model that no policy names any more."""

from datetime import timedelta

import pytest

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import to_plain
from shared.domain.event import Check
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.service.codec import decode

MODEL = "model/loan-default"
CHECKS = (Check.DRIFT, Check.KPI, Check.COLLECTION)
KINDS = (AlertKind.DRIFT, AlertKind.KPI_CHANGED, AlertKind.DATA_STOPPED)
OF_BATCH = (
    AlertKind.BATCH_FAILED,
    AlertKind.BATCH_MISSING,
    AlertKind.BATCH_STUCK,
    AlertKind.BATCH_VOLUME,
    AlertKind.DRIFT,
)


@pytest.fixture
def firing(scene):
    """A model whose checks were reported, with an alert of each."""
    scene.policy("model: loan-default\nendpoint: loan-endpoint\n")
    return with_alerts(scene, CHECKS, KINDS)


@pytest.fixture
def batch(scene):
    """A model whose batch endpoint was looked at, with an alert of each kind."""
    scene.policy("model: loan-default\nbatch:\n  - {endpoint: scores, every: 1d}\n")
    return with_alerts(scene, (Check.BATCH,), OF_BATCH, batch="scores", deployment="blue")


def with_alerts(scene, checks, kinds, **labels):
    alerts = [
        Alert(
            kind=kind,
            subject=MODEL,
            severity=Severity.WARNING,
            title=kind.value,
            text="It is so.",
            first_step="Look at it.",
            since=scene.clock.now,
            labels={"kpi": "approvals"} if kind is AlertKind.KPI_CHANGED else labels,
        )
        for kind in kinds
    ]
    records = {
        one.fingerprint: AlertRecord(alert=one, status=AlertStatus.FIRING, posted=scene.clock.now)
        for one in alerts
    }
    reported = {check.value: scene.clock.now for check in checks}
    scene.application.ledger.commit(
        subject=MODEL,
        version=scene.application.ledger.state(MODEL).version,
        event_key="before",
        now=scene.clock.now,
        decision={},
        state=to_plain(SubjectState(alerts=records, checks=reported)),
        messages=[],
    )
    return scene


def look(scene, checks=CHECKS):
    scene.clock.advance(timedelta(minutes=10))
    asked = [scene.application.service.fan_out(check) for check in checks]
    scene.drain()
    return asked


def ended(scene):
    state = decode(scene.application.ledger.state(MODEL).state, SubjectState)
    return {
        record.alert.kind: record.reason
        for record in state.alerts.values()
        if record.status is AlertStatus.RESOLVED
    }


def test_alerts_of_a_model_whose_policy_is_taken_away_are_over(firing):
    (firing.home / "policies/policy.yaml").unlink()

    assert look(firing) == [1, 1, 1]
    assert set(ended(firing)) == set(KINDS)
    assert ended(firing)[AlertKind.DRIFT] == "no policy names the model any more"
    assert look(firing) == [0, 0, 0]


def test_a_policy_that_cannot_be_read_ends_nothing(firing):
    firing.policy("model: [\n")

    assert look(firing) == [0, 0, 0]
    assert ended(firing) == {}


def test_the_alert_of_a_kpi_that_was_the_policys_last_is_over(firing):
    assert look(firing)[1] == 1
    assert ended(firing)[AlertKind.KPI_CHANGED] == "the policy no longer names it"


def test_alerts_of_a_batch_endpoint_whose_policy_is_taken_away_are_over(batch):
    (batch.home / "policies/policy.yaml").unlink()

    assert look(batch, (Check.DRIFT, Check.BATCH)) == [0, 1]
    assert set(ended(batch)) == set(OF_BATCH)
    assert set(ended(batch).values()) == {"no policy names the model any more"}
    assert look(batch, (Check.DRIFT, Check.BATCH)) == [0, 0]


def test_a_policy_that_cannot_be_read_ends_nothing_of_a_batch_endpoint(batch):
    batch.policy("model: [\n")

    assert look(batch, (Check.BATCH,)) == [0]
    assert ended(batch) == {}
