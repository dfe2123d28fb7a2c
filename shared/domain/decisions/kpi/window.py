"""The judged window against its seasonal baseline, and the watch whose evidence adds up."""

from datetime import datetime, timedelta

from shared.domain.decisions.kpi.settled import Settled
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Direction, KpiPolicy
from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.statistics.series import (
    SeriesJudgement,
    SeriesWatch,
    WatchReason,
    judge_series,
    watch_series,
)

_FOUR_WEEKS = timedelta(days=28)
_TOLERANCE = 0.02
UNWATCHED = {WatchReason.SHORT_HISTORY, WatchReason.SPARSE_HISTORY, WatchReason.NO_SCALE}


def judge_window(kpi: KpiPolicy, settled: Settled) -> tuple[Finding, SeriesJudgement | None]:
    """The whole window at once; what cannot be judged is an error in one sentence."""
    thing = f"kpi/{kpi.name}"
    try:
        judgement = judge_series(
            settled.history,
            settled.recent,
            kind=kpi.kind.value,
            direction=kpi.direction.value,
            limit=kpi.limit,
            relative=kpi.relative,
            confidence=kpi.confidence,
        )
    except InvalidData as problem:
        return unreadable(kpi.name, str(problem)), None
    finding = Finding(
        rule=Rule.KPI,
        thing=thing,
        verdict=judgement.verdict,
        reason=str(judgement.reason),
        sentence=f"{kpi.name}: {judgement.sentence}",
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


def watch_kpi(
    kpi: KpiPolicy, settled: Settled, expected: float | None
) -> tuple[Finding, SeriesWatch | None]:
    """Bucket by bucket; a lasting change that is smaller than the owner's limit is only told."""
    begins = _watched_from(settled)
    limit = kpi.limit if kpi.relative else kpi.limit / abs(expected or 1.0)
    try:
        watch = watch_series(
            [point for point in settled.points if point.time < begins],
            settled.since(begins),
            kind=kpi.kind.value,
            direction=kpi.direction.value,
            tolerance=min(_TOLERANCE, limit / 2.0),
            until=settled.end,
            confidence=kpi.confidence,
        )
    except InvalidData as problem:
        return unreadable(kpi.name, str(problem)), None
    finding = Finding(
        rule=Rule.KPI,
        thing=f"kpi/{kpi.name}",
        verdict=watch.verdict,
        reason=str(watch.reason),
        sentence=f"{kpi.name}, watched: {watch.sentence}",
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


def unreadable(name: str, sentence: str) -> Finding:
    """What cannot be looked at is an error, never a pass."""
    return Finding(
        rule=Rule.KPI,
        thing=f"kpi/{name}",
        verdict=Verdict.ERROR,
        reason="cannot_look",
        sentence=sentence,
    )


def is_open(watched: Finding) -> bool:
    """Whether the watch speaks against ending an alert."""
    return watched.enforced and watched.verdict is not Verdict.PASS


def _beyond(change: float, limit: float, direction: Direction) -> bool:
    fell = direction is not Direction.RISE and change <= -limit
    return fell or (direction is not Direction.FALL and change >= limit)


def _watched_from(settled: Settled) -> datetime:
    """Where the watch begins: four weeks are kept for the baseline, and at most four watched."""
    if not settled.points:
        return settled.start
    first = settled.points[0].time
    return min(settled.start, max(first + _FOUR_WEEKS, settled.end - _FOUR_WEEKS))
