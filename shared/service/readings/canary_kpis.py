"""Reads the KPIs that two deployments are compared by, where they are told by deployment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.evidence.promotion import CanaryReading
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.world import SeriesPoint, SeriesQuestion
from shared.ports import Workspace
from shared.service.kpi_answers import ask_kpis

_MOST_LATE = timedelta(hours=1)
_BEFORE = timedelta(days=2)
"""So much is read before the step, to see how long the KPI's buckets are."""


def read_kpis(
    reading: CanaryReading, policy: Policy, names: Sequence[str], workspace: Workspace
) -> CanaryReading:
    """The reading with those KPIs of the policy that are named: the whole buckets both have.

    A bucket counts when it has been over for its policy's `late`, as everywhere. Raises
    Unavailable.
    """
    kpis = [kpi for kpi in policy.kpis if kpi.name in names]
    questions = [
        SeriesQuestion(
            name=kpi.name,
            start=reading.start - max(_BEFORE, kpi.window),
            end=reading.taken,
            query=kpi.query,
            metric=kpi.metric,
            kind=kpi.kind,
        )
        for kpi in kpis
    ]
    answers = ask_kpis(policy.model, kpis, questions, workspace)
    for kpi, answer in zip(kpis, answers, strict=True):
        if answer.problem is not None:
            problems = {**reading.problems, f"kpi/{kpi.name}": answer.problem}
            reading = replace(reading, problems=problems)
        else:
            reading = _with_kpi(reading, kpi, answer.points)
    return reading


def _with_kpi(
    reading: CanaryReading, kpi: KpiPolicy, points: Sequence[SeriesPoint]
) -> CanaryReading:
    """Without values where both had no bucket yet; left out where it tells no deployments apart."""
    apart = [point for point in points if point.deployment]
    if points and not apart:
        return reading
    whole = _whole_buckets(apart, kpi, reading.start, reading.taken)
    sides = [
        {point.time: point for point in whole if point.deployment == deployment}
        for deployment in (reading.control_deployment, reading.experiment_deployment)
    ]
    times = sorted(sides[0].keys() & sides[1].keys())
    control, experiment = ([side[time] for time in times] for side in sides)
    return replace(
        reading,
        control={**reading.control, **_values(kpi.name, control)},
        experiment={**reading.experiment, **_values(kpi.name, experiment)},
    )


def _whole_buckets(
    points: Sequence[SeriesPoint], kpi: KpiPolicy, start: datetime, now: datetime
) -> list[SeriesPoint]:
    """Those that began after the start and have been over for long enough."""
    from shared.statistics.series import Point, bucket_of

    times = sorted({point.time for point in points})
    bucket = bucket_of([Point(time=time, value=0.0) for time in times])
    late = kpi.late if kpi.late is not None else min(bucket, _MOST_LATE)
    return [point for point in points if start <= point.time <= now - late - bucket]


def _values(name: str, points: Sequence[SeriesPoint]) -> dict[str, tuple[float | None, ...]]:
    return {
        f"kpi/{name}": tuple(point.value for point in points),
        f"kpi/{name}:of": tuple(point.weight for point in points),
    }
