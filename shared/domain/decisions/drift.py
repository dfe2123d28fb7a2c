"""Whether the rows of a window still look like the training data."""

from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, RequestRetraining
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import format_time
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import DriftEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy, Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_list, spell_number, spell_time
from shared.statistics import ColumnComparison, Comparison, Profile, compare

_TOLD_IN_FULL = 5


def decide_drift(
    event: Event,
    evidence: DriftEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Compare one window with the baseline, feature by feature, with the three-way verdict.

    Any feature that fails raises one alert with all of them, and asks for one retraining when
    the drift begins. Only a window without a failing and without an unreadable feature ends it.
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

    comparison = compare(
        Profile.from_json(evidence.baseline),
        Profile.from_json(evidence.window),
        limits=_limits(drift, evidence.baseline),
        confidence=drift.confidence,
    )
    findings = tuple(_finding(column) for column in comparison.columns)
    failing = [column for column in comparison.columns if column.verdict is Verdict.FAIL]
    verdict = worst(finding.verdict for finding in findings)
    alerts = (_alert(event, evidence, comparison, failing, policy),) if failing else ()
    told, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: alert.kind is AlertKind.DRIFT and verdict is Verdict.PASS,
        over=lambda _: (
            f"every feature of the window ending {spell_time(evidence.end)} is within its limit"
        ),
        now=now,
    )
    asks: tuple[Action, ...] = ()
    if failing and drift.retrain and not _already_drifting(state):
        asks = (
            RequestRetraining(
                model=event.name,
                cause="drift",
                window=f"{format_time(evidence.start)}/{format_time(evidence.end)}",
                features=tuple(column.name for column in failing),
            ),
        )
    return Outcome(
        findings=findings,
        actions=told + asks,
        state=replace(state, alerts=records, checks=checks),
    )


def _already_drifting(state: SubjectState) -> bool:
    return any(
        record.status is AlertStatus.FIRING and record.alert.kind is AlertKind.DRIFT
        for record in state.alerts.values()
    )


def _limits(drift: DriftPolicy, baseline: dict[str, object]) -> dict[str, dict[str, float]]:
    columns = baseline.get("columns")
    names = list(columns) if isinstance(columns, dict) else []
    return {"psi": {name: drift.limits.get(name, drift.limit) for name in names}}


def _finding(column: ColumnComparison) -> Finding:
    psi = column.distances.get("psi")
    return Finding(
        rule=Rule.DRIFT,
        thing=f"feature/{column.name}",
        verdict=column.verdict,
        reason=str(column.reason),
        sentence=column.sentence,
        statistic="psi" if psi is not None else None,
        estimate=psi.estimate if psi is not None else None,
        low=psi.low if psi is not None else None,
        high=psi.high if psi is not None else None,
        limit=psi.limit if psi is not None else None,
        n=column.n,
        n_needed=psi.n_needed if psi is not None else None,
        details={"missing": column.missing},
    )


def _alert(
    event: Event,
    evidence: DriftEvidence,
    comparison: Comparison,
    failing: list[ColumnComparison],
    policy: Policy | None,
) -> Alert:
    ordered = sorted(failing, key=lambda column: -_size(column))
    listed = "\n".join(f"- {column.sentence}" for column in ordered[:_TOLD_IN_FULL])
    names = spell_list([column.name for column in ordered])
    of = len(comparison.columns)
    retrain = policy is not None and policy.drift.retrain
    return Alert(
        kind=AlertKind.DRIFT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"{event.name}: {len(failing)} of {of} features drifted ({names})",
        text=(
            f"Window {spell_time(evidence.start)} to {spell_time(evidence.end)}, "
            f"{spell_number(comparison.rows_window)} rows, against the training data of version "
            f"{evidence.version or 'unknown'} with {spell_number(comparison.rows_baseline)} rows.\n"
            f"{listed}\n"
            "The model now scores cases unlike those it learned from; its quality may have changed "
            "although the endpoint is healthy."
            + (" A retraining was requested." if retrain else "")
        ),
        first_step=(
            f"Look whether the source of {ordered[0].name} changed (a unit, a category, a default) "
            "before you believe the world did."
        ),
        since=evidence.start,
        labels={"model": event.name},
    )


def _size(column: ColumnComparison) -> float:
    psi = column.distances.get("psi")
    return psi.estimate if psi is not None else float("inf")
