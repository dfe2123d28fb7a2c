"""What a subject remembers of its alerts: what fires, and what is over for less than a month."""

from datetime import UTC, datetime, timedelta

from shared.domain.action import PostAlert
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.settle import settle
from shared.domain.state import AlertStatus

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
DRIFT = Alert(
    kind=AlertKind.DRIFT,
    subject="model/churn",
    severity=Severity.WARNING,
    title="income drifts",
    text="",
    first_step="",
    since=NOON,
)


def look(known, *firing, day):
    return settle(
        known,
        firing,
        covered=lambda _: True,
        over=lambda _: "it is as it was",
        now=NOON + timedelta(days=day),
    )


def test_an_alert_that_is_over_for_a_month_is_forgotten_and_told_when_it_comes_back():
    _, known = look({}, DRIFT, day=0)
    _, known = look(known, DRIFT, day=90)
    assert [record.status for record in known.values()] == [AlertStatus.FIRING]

    _, known = look(known, day=91)
    _, known = look(known, day=121)
    assert [record.reason for record in known.values()] == ["it is as it was"]
    _, known = look(known, day=122)
    assert known == {}
    actions, _ = look(known, DRIFT, day=123)
    assert actions == (PostAlert(alert=DRIFT),)
