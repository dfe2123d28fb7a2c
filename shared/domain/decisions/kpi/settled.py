"""Which buckets of a KPI count: those that are over for long enough, all deployments together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.domain.evidence import KpiSeries
from shared.domain.policy import KpiKind, KpiPolicy
from shared.domain.world import SeriesPoint
from shared.errors import InvalidData
from shared.statistics.series import Point, bucket_of

_MOST_LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The buckets of a KPI before `end`, the end of the last one that should have come by now.

    `start` is where the judged window begins. `sides` has the same buckets by deployment, where
    the source tells them apart.
    """

    bucket: timedelta
    start: datetime
    end: datetime
    points: tuple[Point, ...]
    sides: dict[str, tuple[Point, ...]] = field(default_factory=dict)

    @property
    def history(self) -> tuple[Point, ...]:
        """The buckets before the judged window."""
        return tuple(point for point in self.points if point.time < self.start)

    @property
    def recent(self) -> tuple[Point, ...]:
        """The buckets of the judged window."""
        return self.since(self.start)

    def since(self, begins: datetime) -> tuple[Point, ...]:
        """The buckets from a time on."""
        return tuple(point for point in self.points if point.time >= begins)


def settle_series(series: KpiSeries, kpi: KpiPolicy, until: datetime) -> Settled:
    """Leave out what may still be written, so that a value that comes late is never a fall.

    The judged window ends with the last bucket that has been over for `late`, whether it has a
    value or not: one bucket unless the policy says otherwise, and an hour at most.
    Raises InvalidData when deployments cannot be put together: see the sentence.
    """
    read = (*series.history, *series.recent)
    points = sorted(_together(read, kpi.kind), key=lambda point: point.time)
    bucket = bucket_of(points)
    late = kpi.late if kpi.late is not None else min(bucket, _MOST_LATE)
    anchor = points[-1].time if points else until
    end = anchor + bucket * ((until - late - anchor) // bucket)
    return Settled(
        bucket=bucket,
        start=end - max(kpi.window, bucket),
        end=end,
        points=tuple(point for point in points if point.time < end),
        sides={
            name: tuple(sorted(own, key=lambda point: point.time))
            for name in sorted({point.deployment for point in read if point.deployment})
            if (own := [_plain(p) for p in read if p.deployment == name and p.time < end])
        },
    )


def _plain(point: SeriesPoint) -> Point:
    return Point(time=point.time.astimezone(UTC), value=point.value, weight=point.weight)


def _together(read: Iterable[SeriesPoint], kind: KpiKind) -> list[Point]:
    """One point a bucket: what deployments did in it is added up, or averaged by weight."""
    buckets: dict[datetime, dict[str | None, Point]] = {}
    split = False
    for point in read:
        split = split or point.deployment is not None
        own = buckets.setdefault(point.time, {})
        if point.deployment in own:
            whose = f" of {point.deployment}" if point.deployment else ""
            raise InvalidData(f"The bucket at {point.time}{whose} is given twice; add the two up.")
        own[point.deployment] = _plain(point)
    if not split:
        return [point for own in buckets.values() for point in own.values()]
    return [_sum(list(own.values()), kind) for own in buckets.values()]


def _sum(points: list[Point], kind: KpiKind) -> Point:
    weights = [point.weight for point in points if point.weight is not None]
    whole = sum(weights) if len(weights) == len(points) else None
    value = sum(point.value for point in points)
    if kind is KpiKind.MEAN:
        if whole is None:
            raise InvalidData(
                f"The bucket at {points[0].time} has means of deployments without a weight, which "
                "cannot be put together; give what each rests on as weight."
            )
        value = sum(p.value * (p.weight or 0.0) for p in points) / (whole or 1.0)
    return Point(time=points[0].time, value=value, weight=whole)
