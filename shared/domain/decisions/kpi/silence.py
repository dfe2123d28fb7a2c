"""A KPI without values: nobody knows whether it fell. A finding, and an alert where it lasts."""

from datetime import datetime, timedelta
from itertools import pairwise

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.kpi.settled import Settled
from shared.domain.event import Event
from shared.domain.evidence import KpiSeries
from shared.domain.finding import Finding, Rule
from shared.domain.policy import KpiPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

_BUCKETS = 3


def judge_silence(
    event: Event, series: KpiSeries, kpi: KpiPolicy, settled: Settled
) -> tuple[Finding | None, Alert | None]:
    """None while the last settled bucket has a value; else since when none came.

    It lasts when it is longer than the policy's `silence`; by default than three buckets, and than
    every gap the KPI had before, so that nights and Sundays without a value alert nobody.
    """
    if not settled.points and (series.history or series.recent):
        return None, None
    begins = series.end - kpi.window - kpi.history
    since = settled.points[-1].time + settled.bucket if settled.points else begins
    silent = settled.end - since
    if settled.points and silent < settled.bucket:
        return None, None
    allowed = kpi.silence or max(settled.bucket * _BUCKETS, _longest_gap(settled))
    lasts = silent >= allowed
    told = "has had no data" if settled.points else "has no data at all"
    sentence = (
        f"{series.name} {told} since {spell_time(since)}, so nobody can say whether it changed; "
        f"up to {spell_duration(allowed)} without any is usual."
    )
    finding = Finding(
        rule=Rule.KPI,
        thing=f"kpi/{series.name}",
        verdict=Verdict.FAIL if lasts else Verdict.INCONCLUSIVE,
        reason="silent" if lasts else "late",
        sentence=sentence,
        statistic="silent_seconds",
        estimate=silent.total_seconds(),
        limit=allowed.total_seconds(),
        enforced=lasts,
    )
    return finding, _alert(event, series, kpi, since, sentence) if lasts else None


def _longest_gap(settled: Settled) -> timedelta:
    """A second more than the longest time without a bucket that was followed by one."""
    gaps = [b.time - a.time - settled.bucket for a, b in pairwise(settled.points)]
    return max(gaps, default=timedelta(0)) + timedelta(seconds=1)


def _alert(
    event: Event, series: KpiSeries, kpi: KpiPolicy, since: datetime, sentence: str
) -> Alert:
    return Alert(
        kind=AlertKind.KPI_SILENT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"{event.name}: {series.name} has had no data since {spell_time(since)}",
        text=(
            f"{sentence} A fall would not be seen meanwhile. Either what it counts has stopped, or "
            "the counting has."
        ),
        first_step=f"{_look_at(kpi)} Compare with: driftgate status {event.name}",
        since=since,
        labels={"model": event.name, "kpi": series.name},
    )


def _look_at(kpi: KpiPolicy) -> str:
    if kpi.metric is not None:
        return (
            f"Look whether {kpi.metric.name} is still reported: az monitor metrics list --resource "
            f"{kpi.metric.resource} --metric {kpi.metric.name} --offset 1d."
        )
    if kpi.table is not None:
        return f"Look whether files still arrive in the data asset {kpi.table.data}."
    return "Run the KPI's query in Log Analytics and look for its last bucket."
