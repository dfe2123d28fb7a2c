"""Whether a business figure left its seasonal baseline by more than its owner accepts."""

from dataclasses import replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.finding import Finding, Rule
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData
from shared.statistics.series import Point, SeriesJudgement, judge_series


def decide_kpi(
    event: Event,
    evidence: KpiEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge every KPI the policy names; each has an alert of its own that ends by itself.

    A KPI that is inconclusive neither raises an alert nor ends one.
    """
    checks = {**state.checks, Check.KPI.value: event.time}
    policies = {kpi.name: kpi for kpi in policy.kpis} if policy is not None else {}
    findings: list[Finding] = []
    alerts: list[Alert] = []
    passed: set[str] = set()
    for series in evidence.series:
        kpi = policies[series.name]
        finding, judgement = _judge(series, kpi)
        findings.append(finding)
        if finding.verdict is Verdict.PASS:
            passed.add(series.name)
        elif finding.verdict is Verdict.FAIL and judgement is not None:
            alerts.append(_alert(event, series, kpi, judgement, policy))
    actions, records = settle(
        state.alerts,
        alerts,
        covered=lambda alert: (
            alert.kind is AlertKind.KPI_CHANGED and alert.labels.get("kpi") in passed
        ),
        over=lambda alert: f"{alert.labels.get('kpi')} is back within its limit",
        now=now,
    )
    return Outcome(
        findings=tuple(findings),
        actions=actions,
        state=replace(state, alerts=records, checks=checks),
    )


def _points(points: tuple[SeriesPoint, ...]) -> list[Point]:
    return [Point(time=p.time, value=p.value, weight=p.weight) for p in points]


def _judge(series: KpiSeries, kpi: KpiPolicy) -> tuple[Finding, SeriesJudgement | None]:
    thing = f"kpi/{series.name}"
    if series.problem is not None:
        return _unreadable(thing, series.problem), None
    try:
        judgement = judge_series(
            _points(series.history),
            _points(series.recent),
            kind=kpi.kind.value,
            direction=kpi.direction.value,
            limit=kpi.limit,
            relative=kpi.relative,
            confidence=kpi.confidence,
        )
    except InvalidData as problem:
        return _unreadable(thing, str(problem)), None
    finding = Finding(
        rule=Rule.KPI,
        thing=thing,
        verdict=judgement.verdict,
        reason=str(judgement.reason),
        sentence=f"{series.name}: {judgement.sentence}",
        statistic="relative_change" if kpi.relative else "change",
        estimate=judgement.estimate,
        low=judgement.low,
        high=judgement.high,
        limit=judgement.limit,
        n=judgement.n,
        n_needed=judgement.n_needed,
        details={"expected": judgement.expected, "observed": judgement.observed},
    )
    return finding, judgement


def _unreadable(thing: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.KPI,
        thing=thing,
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=sentence,
    )


def _alert(
    event: Event,
    series: KpiSeries,
    kpi: KpiPolicy,
    judgement: SeriesJudgement,
    policy: Policy | None,
) -> Alert:
    owner = f" Owner: {policy.owner}." if policy is not None and policy.owner else ""
    return Alert(
        kind=AlertKind.KPI_CHANGED,
        subject=event.subject,
        severity=Severity(kpi.severity),
        title=f"{event.name}: {series.name} left its baseline",
        text=(
            f"{judgement.sentence} Judged window: {spell_time(series.start)} to "
            f"{spell_time(series.end)}.{owner}"
        ),
        first_step=(
            "Compare the time it began with the deployments, traffic changes and drift of "
            f"{event.name}: driftgate status {event.name}"
        ),
        since=judgement.since or series.start,
        labels={"model": event.name, "kpi": series.name},
    )
