"""Every KPI of a model: judged, watched, side by side, and told with what was deployed then."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.action import WantRetraining
from shared.domain.alert import Alert, AlertKind
from shared.domain.decision import Outcome
from shared.domain.decisions.kpi.attribution import (
    Attribution,
    Cause,
    Onset,
    Reason,
    attribute,
    causes_of,
)
from shared.domain.decisions.kpi.moved import Moved, in_window, since_moment
from shared.domain.decisions.kpi.notice import Told, changed, differs
from shared.domain.decisions.kpi.settled import Settled, settle_series
from shared.domain.decisions.kpi.sides import Side, judge_sides
from shared.domain.decisions.kpi.silence import judge_silence
from shared.domain.decisions.kpi.window import (
    UNWATCHED,
    is_open,
    judge_window,
    unreadable,
    watch_kpi,
)
from shared.domain.decisions.settle import settle
from shared.domain.decisions.wanting import wanted, wants_again
from shared.domain.event import Check, Event
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.finding import Finding, Rule
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_moment, spell_time
from shared.errors import InvalidData
from shared.statistics.series import SeriesJudgement, SeriesWatch, change_since
from shared.statistics.series.watch_wording import spell_evidence

_KINDS = {AlertKind.KPI_CHANGED, AlertKind.KPI_DIFFERS, AlertKind.KPI_SILENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What one KPI showed; `passed` and `heard` say that an alert of change or silence may end.

    `wants` is the retraining that a change asks for, where its owner wants one.
    """

    findings: tuple[Finding, ...]
    sides: tuple[Side, ...] = ()
    changed: Alert | None = None
    differing: tuple[Alert, ...] = ()
    silent: Alert | None = None
    passed: bool = False
    heard: bool = False
    wants: WantRetraining | None = None

    def ends(self, alert: Alert) -> bool:
        """Whether this look shows that the problem is over."""
        if alert.kind is AlertKind.KPI_SILENT:
            return self.heard
        if alert.kind is AlertKind.KPI_CHANGED:
            return self.passed
        beside = self._beside(alert)
        return self.heard and (beside is None or beside.finding.verdict is Verdict.PASS)

    def why_over(self, alert: Alert) -> str:
        """The reason an alert ends for."""
        kpi, deployment = alert.labels.get("kpi"), alert.labels.get("deployment")
        if alert.kind is AlertKind.KPI_SILENT:
            return f"{kpi} has data again"
        if alert.kind is AlertKind.KPI_CHANGED:
            return f"{kpi} is back within its limit"
        if self._beside(alert) is None:
            return f"deployment {deployment} no longer serves beside another"
        return f"{kpi} of {deployment} is within its limit of the deployment beside it"

    def _beside(self, alert: Alert) -> Side | None:
        name = alert.labels.get("deployment")
        return next((side for side in self.sides if side.deployment == name), None)


def decide_kpi(
    event: Event,
    evidence: KpiEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Judge and watch every KPI the policy names; each has alerts that end by themselves.

    The alert of a change rests on the watch, whose evidence adds up over buckets and may be looked
    at as often as one likes: it stands when a change is there to stay and is larger than the
    owner's limit. The judged window is a verdict of its own and explains it; where the history is
    too short to watch, the alert rests on the window alone. It ends when the window passes and no
    such change stands: what is inconclusive neither raises an alert nor ends one. A deployment that
    does worse than the one beside it, and a KPI without data, are alerts of their own. Where its
    owner wants that, a change that no change of deployments explains asks for a retraining.
    """
    policies = {kpi.name: kpi for kpi in policy.kpis} if policy is not None else {}
    owner = policy.owner if policy is not None else None
    looks = {
        series.name: _look(event, evidence, series, policies[series.name], owner)
        for series in evidence.series
        if series.name in policies
    }

    def covered(alert: Alert) -> bool:
        if alert.kind not in _KINDS:
            return False
        look = looks.get(alert.labels["kpi"])
        return alert.labels["kpi"] not in policies if look is None else look.ends(alert)

    def over(alert: Alert) -> str:
        look = looks.get(alert.labels["kpi"])
        return "the policy no longer names it" if look is None else look.why_over(alert)

    firing = [r.alert for r in state.alerts.values() if r.status is AlertStatus.FIRING]
    alerts = {name: _alerts(name, look, firing) for name, look in looks.items()}
    actions, records = settle(
        state.alerts,
        [alert for told in alerts.values() for alert in told],
        covered=covered,
        over=over,
        now=now,
    )
    return Outcome(
        findings=tuple(finding for look in looks.values() for finding in look.findings),
        actions=(
            *actions,
            *(
                look.wants
                for name, look in looks.items()
                if look.wants is not None and _asks(look, alerts[name], firing, event, state)
            ),
        ),
        state=replace(state, alerts=records, checks={**state.checks, Check.KPI.value: event.time}),
    )


def _asks(
    look: _Look, told: list[Alert], firing: list[Alert], event: Event, state: SubjectState
) -> bool:
    """Whether the change is what is told, and asks now."""
    if look.changed is None or look.changed not in told:
        return False
    lasting = any(alert.fingerprint == look.changed.fingerprint for alert in firing)
    return wants_again(lasting, state.checks.get(Check.KPI.value), event.time)


def _alerts(kpi: str, look: _Look, firing: list[Alert]) -> list[Alert]:
    """A fall and a deployment that differs are one problem: what was told first stays the one."""
    silent = [look.silent] if look.silent is not None else []
    lasting = any(
        alert.kind is AlertKind.KPI_DIFFERS and alert.labels["kpi"] == kpi and not look.ends(alert)
        for alert in firing
    )
    if look.changed is None or lasting:
        return [*silent, *look.differing]
    return [*silent, look.changed]


def _look(
    event: Event, evidence: KpiEvidence, series: KpiSeries, kpi: KpiPolicy, owner: str | None
) -> _Look:
    if series.problem is not None:
        return _Look(findings=(unreadable(kpi.name, series.problem),))
    try:
        settled = settle_series(series, kpi, event.time)
    except InvalidData as problem:
        return _Look(findings=(unreadable(kpi.name, str(problem)),))
    missing, silent = judge_silence(event, series, kpi, settled)
    finding, judgement = judge_window(kpi, settled)
    findings = [finding, *([missing] if missing is not None else [])]
    if judgement is None:
        return _Look(findings=tuple(findings), silent=silent)
    watched, watch = watch_kpi(kpi, settled, judgement.expected)
    sides, faults = judge_sides(kpi, settled, _models(evidence))
    findings += [watched, *(side.finding for side in sides), *faults]
    causes = _causes(evidence)
    alert = wants = None
    if watch is not None and watch.alarm and watched.enforced:
        onset = _onset_of(watch, settled)
    elif (watch is None or watch.reason in UNWATCHED) and finding.verdict is Verdict.FAIL:
        begins = judgement.since or settled.start
        onset = Onset(since=begins, earliest=settled.start, latest=begins, bucket=settled.bucket)
    else:
        onset = None
    if onset is not None:
        told = _told(event, evidence, kpi, settled, judgement, watch, onset, sides, causes, owner)
        findings.append(_attributed(told))
        alert = changed(told)
        if kpi.retrain and told.cause is None:
            wants = wanted(event.name, f"kpi/{kpi.name}", since=told.moved.since, end=settled.end)
    return _Look(
        findings=tuple(findings),
        sides=sides,
        changed=alert,
        differing=tuple(
            differs(event, kpi, evidence, side, _brought(side, causes), settled.start, owner)
            for side in sides
            if side.fails
        ),
        silent=silent,
        passed=finding.verdict is Verdict.PASS and not is_open(watched),
        heard=missing is None,
        wants=wants,
    )


def _onset_of(watch: SeriesWatch, settled: Settled) -> Onset:
    since = watch.since or settled.start
    return Onset(
        since=since,
        earliest=watch.earliest or since,
        latest=watch.latest or since,
        bucket=settled.bucket,
    )


def _models(evidence: KpiEvidence) -> Mapping[str, str]:
    shifted = {n: model for shift in evidence.traffic for n, model in shift.models.items()}
    carried = {n: watch.carries for n, watch in evidence.deployments.items() if watch.carries}
    return {**shifted, **carried}


def _causes(evidence: KpiEvidence) -> tuple[Cause, ...]:
    if evidence.endpoint is None:
        return ()
    return causes_of(evidence.endpoint, evidence.traffic, evidence.deployments)


def _brought(side: Side, causes: tuple[Cause, ...]) -> Cause | None:
    """The last change that gave the deployment its traffic or its model."""
    own = [cause for cause in causes if cause.deployment == side.deployment and cause.share > 0]
    return own[-1] if own else None


def _told(
    event: Event,
    evidence: KpiEvidence,
    kpi: KpiPolicy,
    settled: Settled,
    judgement: SeriesJudgement,
    watch: SeriesWatch | None,
    onset: Onset,
    sides: tuple[Side, ...],
    causes: tuple[Cause, ...],
    owner: str | None,
) -> Told:
    attribution = Attribution(reason=Reason.UNKNOWN)
    if evidence.endpoint is not None and evidence.traffic:
        attribution = attribute(causes, onset)
    moved = in_window(judgement, kpi.kind, settled.start, kpi.confidence, relative=kpi.relative)
    why = f" ({watch.sentence.rstrip('.')})" if watch is not None else ""
    sure = f"it rests on the judged window alone{why}"
    if watch is not None and watch.alarm:
        moved = replace(_measured(settled, onset.since, kpi) or moved, since=onset.since)
        between = f"{spell_time(onset.earliest)} and {spell_time(onset.latest + onset.bucket)}"
        sure = f"{spell_evidence(watch)}; it began between {between}"
    told = Told(
        event=event,
        kpi=kpi,
        evidence=evidence,
        moved=moved,
        attribution=attribution,
        sure=sure,
        sides=sides,
        owner=owner,
    )
    cause = told.cause
    measured = None if cause is None else _measured(settled, cause.time, kpi)
    if measured is None or measured.fell is not moved.fell:
        return told
    return replace(told, moved=measured)


def _measured(settled: Settled, moment: datetime, kpi: KpiPolicy) -> Moved | None:
    """What lies after a moment against what lies before it; None where there is not enough."""
    found = change_since(settled.points, moment, kind=kpi.kind.value, confidence=kpi.confidence)
    return None if found is None else since_moment(found, kpi.kind, moment)


def _attributed(told: Told) -> Finding:
    """The same as a finding: it decides nothing, since time is no proof."""
    moved, cause = told.moved, told.cause
    since = f"{cause.told()} on " if cause is not None else ""
    return Finding(
        rule=Rule.KPI,
        thing=f"kpi/{told.kpi.name}",
        verdict=Verdict.FAIL if cause is not None else Verdict.INCONCLUSIVE,
        reason=str(told.attribution.reason),
        sentence=f"{told.kpi.name} {moved.sized()} since {since}{spell_moment(moved.since)}.",
        statistic="change_since",
        estimate=moved.change,
        low=moved.low,
        high=moved.high,
        n=moved.n,
        enforced=False,
        details={
            "expected": moved.expected,
            "observed": moved.observed,
            "endpoint": told.evidence.endpoint,
            "deployment": cause.deployment if cause is not None else None,
            "model": cause.model if cause is not None else None,
            "others": [other.told() for other in told.attribution.others],
        },
    )
