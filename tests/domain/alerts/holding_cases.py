"""Alerts of a scope, and the case of one of them, in few words."""

from datetime import UTC, datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.alerts.holding import Case
from shared.domain.notices import AlertLife
from shared.domain.policy import Fleet, Route

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def life(kind, severity="critical", *, raised=NOON, ended=None, subject=None, **labels):
    """An alert of endpoint `ep` or model `loan`, by what its labels say."""
    about = subject or ("endpoint/ep" if "endpoint" in labels else "model/loan")
    alert = Alert(
        kind=AlertKind(kind),
        subject=about,
        severity=Severity(severity),
        title=f"{kind} of {about}",
        text="",
        first_step="",
        since=raised,
        labels=labels,
    )
    return AlertLife(alert=alert, of=about, raised=raised, ended=ended)


def by_fingerprint(*lives):
    return {one.alert.fingerprint: one for one in lives}


def case(one, *others, fleet=None, route=None, silences=(), now=NOON, scope="loan"):
    return Case(
        scope=scope,
        life=one,
        lives=by_fingerprint(one, *others),
        route=route or Route(),
        fleet=fleet or Fleet(),
        silences=tuple(silences),
        now=now,
    )
