"""Whether the rows of a window still look like the training data."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, RequestRetraining
from shared.domain.alert import Alert, AlertKind
from shared.domain.canonical import format_time
from shared.domain.decision import Outcome
from shared.domain.decisions.drift_alarm import look_for_drift
from shared.domain.decisions.drift_columns import column_finding, limits_of
from shared.domain.decisions.drift_notice import drift_alert
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import DriftEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy, Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.statistics import Profile, compare


def decide_drift(
    event: Event,
    evidence: DriftEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Compare one window with the baseline, feature by feature, with the three-way verdict.

    The alarm the policy chose raises one alert with the features behind it, and asks for one
    retraining when the drift begins; the verdicts of the window explain it.
    """
    checks = {**state.checks, Check.DRIFT.value: event.time}
    drift = policy.drift if policy is not None else DriftPolicy()
    if evidence.baseline is None or evidence.window is None:
        finding = Finding(
            rule=Rule.DRIFT,
            thing=event.subject,
            verdict=Verdict.ERROR,
            reason="cannot_look",
            sentence=evidence.problem or f"The data of {event.name} could not be read.",
        )
        return Outcome(findings=(finding,), actions=(), state=replace(state, checks=checks))

    base, limits = Profile.from_json(evidence.baseline), limits_of(drift, evidence.baseline)
    comparison = compare(
        base, Profile.from_json(evidence.window), limits=limits, confidence=drift.confidence
    )
    findings = tuple(
        column_finding(column, f"feature/{column.name}") for column in comparison.columns
    )
    seen = look_for_drift(evidence, comparison, drift, state.drift)
    alerts: tuple[Alert, ...] = ()
    if seen.moved:
        changed = comparison
        if seen.rows is not None:
            changed = compare(base, seen.rows, limits=limits, confidence=drift.confidence)
        alerts = (drift_alert(event, evidence, changed, seen, drift),)
    told, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: _is_of_inputs(alert) and seen.over,
        over=lambda _: (
            f"the window ending {spell_time(evidence.end)} is like the training data again"
        ),
        now=now,
    )
    asks: tuple[Action, ...] = ()
    if seen.moved and drift.retrain and not _already_drifting(state):
        asks = (
            RequestRetraining(
                model=event.name,
                cause="drift",
                window=f"{format_time(seen.since)}/{format_time(evidence.end)}",
                features=tuple(moved.column for moved in seen.moved),
            ),
        )
    return Outcome(
        findings=findings,
        actions=told + asks,
        state=replace(state, alerts=records, checks=checks, drift=seen.watch),
    )


def _already_drifting(state: SubjectState) -> bool:
    return any(
        record.status is AlertStatus.FIRING and _is_of_inputs(record.alert)
        for record in state.alerts.values()
    )


def _is_of_inputs(alert: Alert) -> bool:
    """Whether it is told here: what a batch endpoint writes is another decision's."""
    return alert.kind is AlertKind.DRIFT and "batch" not in alert.labels
