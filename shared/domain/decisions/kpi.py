"""Whether a business figure left its seasonal baseline by more than its owner accepts."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decision import Outcome
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Direction, KpiPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData
from shared.statistics.series import (
    Point,
    SeriesJudgement,
    SeriesWatch,
    WatchReason,
    judge_series,
    watch_series,
)

_FOUR_WEEKS = timedelta(days=28)
_TOLERANCE = 0.02
_UNWATCHED = {WatchReason.SHORT_HISTORY, WatchReason.SPARSE_HISTORY, WatchReason.NO_SCALE}


def decide_kpi(
    event: Event,
    evidence: KpiEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge and watch every KPI the policy names; each has an alert that ends by itself.

    The alert rests on the watch, whose evidence adds up over buckets and may be looked at as often
    as one likes: it stands when a change is there to stay and is larger than the owner's limit.
    The judged window is a verdict of its own and explains it; where the history is too short to
    watch, the alert rests on the window alone. The alert ends when the window passes and no such
    change stands: what is inconclusive neither raises an alert nor ends one.
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
        if judgement is None:
            continue
        watched, watch = _watch(series, kpi, judgement, event.time)
        findings.append(watched)
        unwatched = watch is None or watch.reason in _UNWATCHED
        if watch is not None and watch.alarm and watched.enforced:
            alerts.append(_alert(event, series, kpi, judgement, watch, policy))
        elif unwatched and finding.verdict is Verdict.FAIL:
            alerts.append(_alert(event, series, kpi, judgement, None, policy))
        elif finding.verdict is Verdict.PASS and not _is_open(watched):
            passed.add(series.name)
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


def _watch(
    series: KpiSeries, kpi: KpiPolicy, judgement: SeriesJudgement, until: datetime
) -> tuple[Finding, SeriesWatch | None]:
    thing = f"kpi/{series.name}"
    points = _points((*series.history, *series.recent))
    begins = _watched_from(points, series.start, until)
    limit = kpi.limit if kpi.relative else kpi.limit / abs(judgement.expected or 1.0)
    try:
        watch = watch_series(
            [point for point in points if point.time < begins],
            [point for point in points if point.time >= begins],
            kind=kpi.kind.value,
            direction=kpi.direction.value,
            tolerance=min(_TOLERANCE, limit / 2.0),
            until=until,
            confidence=kpi.confidence,
        )
    except InvalidData as problem:
        return _unreadable(thing, str(problem)), None
    finding = Finding(
        rule=Rule.KPI,
        thing=thing,
        verdict=watch.verdict,
        reason=str(watch.reason),
        sentence=f"{series.name}, watched: {watch.sentence}",
        statistic="lasting_relative_change",
        estimate=watch.estimate,
        low=watch.low,
        high=watch.high,
        limit=watch.tolerance,
        n=watch.n,
        enforced=not watch.alarm or _beyond(watch.estimate or 0.0, limit, kpi.direction),
        details={
            "expected": watch.expected,
            "observed": watch.observed,
            "evidence": watch.evidence,
            "missing": watch.missing,
        },
    )
    return finding, watch


def _beyond(change: float, limit: float, direction: Direction) -> bool:
    fell = direction is not Direction.RISE and change <= -limit
    return fell or (direction is not Direction.FALL and change >= limit)


def _is_open(watched: Finding) -> bool:
    return watched.enforced and watched.verdict is not Verdict.PASS


def _watched_from(points: list[Point], judged: datetime, until: datetime) -> datetime:
    """Where the watch begins: four weeks are kept for the baseline, and at most four watched."""
    if not points:
        return judged
    return min(judged, max(points[0].time + _FOUR_WEEKS, until - _FOUR_WEEKS))


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
    watch: SeriesWatch | None,
    policy: Policy | None,
) -> Alert:
    owner = f" Owner: {policy.owner}." if policy is not None and policy.owner else ""
    told = f"{watch.sentence} " if watch is not None else ""
    return Alert(
        kind=AlertKind.KPI_CHANGED,
        subject=event.subject,
        severity=Severity(kpi.severity),
        title=f"{event.name}: {series.name} left its baseline",
        text=(
            f"{told}{spell_time(series.start)} to {spell_time(series.end)}: "
            f"{judgement.sentence}{owner}"
        ),
        first_step=(
            "Compare the time it began with the deployments, traffic changes and drift of "
            f"{event.name}: driftgate status {event.name}"
        ),
        since=(watch.since if watch is not None else judgement.since) or series.start,
        labels={"model": event.name, "kpi": series.name},
    )
