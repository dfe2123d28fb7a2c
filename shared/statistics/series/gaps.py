"""Whether a series can be watched at all: enough history, and buckets to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.verdict import Verdict
from shared.statistics.series.points import Point, bucket_of, missing_buckets
from shared.statistics.series.watched import SeriesWatch, WatchReason

NEEDED_HISTORY = timedelta(days=7)
_LEAST_BUCKETS = 7
_LEAST_SHARE = 0.5
_SILENT_BUCKETS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Buckets that are not there in the watched time: all of them, and those at its end."""

    missing: int = 0
    silent: int = 0


def span_of(points: Sequence[Point]) -> timedelta:
    """The time from the first bucket's start to the last bucket's end."""
    return points[-1].time - points[0].time + bucket_of(points) if points else timedelta()


def gaps_of(past: Sequence[Point], recent: Sequence[Point], until: datetime | None) -> Gaps:
    """Count the buckets missing between the history's end, the recent buckets and `until`."""
    bucket = bucket_of([*past, *recent])
    between = missing_buckets(past, recent)
    if until is None:
        return Gaps(missing=between)
    last = recent[-1].time if recent else past[-1].time
    silent = max(0, int((until - last) / bucket) - 1)
    return Gaps(missing=between + silent, silent=silent)


def unwatchable(
    past: Sequence[Point], now: Sequence[Point], blank: SeriesWatch
) -> SeriesWatch | None:
    """The answer where nothing can be judged, or None."""
    span = span_of(past)
    if span < NEEDED_HISTORY or len(past) < _LEAST_BUCKETS:
        return _inconclusive(
            blank,
            WatchReason.SHORT_HISTORY,
            f"There are {span / timedelta(days=1):.1f} days of history with {len(past)} buckets; "
            "seven of each are needed before a change can be told from the week's rhythm.",
        )
    share = len(past) * bucket_of(past) / span
    if share < _LEAST_SHARE:
        return _inconclusive(
            blank,
            WatchReason.SPARSE_HISTORY,
            f"Only {share:.0%} of the history's buckets have data; half are needed for a baseline.",
        )
    if not now and blank.empty:
        return _inconclusive(
            blank,
            WatchReason.NO_EXPOSURE,
            f"None of the {blank.empty} watched buckets has any exposure; look whether the traffic "
            "or the count of it has stopped.",
        )
    if not now:
        return _inconclusive(
            blank,
            WatchReason.NO_RECENT_DATA,
            "The watched time holds no data; look whether the KPI is still being written.",
        )
    return None


def with_gaps(watch: SeriesWatch, gaps: Gaps, trailing_empty: int) -> SeriesWatch:
    """The same watch, but no pass where the last buckets, or most of them, tell nothing."""
    watch = replace(watch, missing=gaps.missing)
    if watch.alarm:
        return watch
    if gaps.silent >= _SILENT_BUCKETS or gaps.missing > watch.buckets + watch.empty:
        where = f"the last {gaps.silent}" if gaps.silent >= _SILENT_BUCKETS else f"{gaps.missing}"
        return _inconclusive(
            watch,
            WatchReason.MISSING_DATA,
            f"{where.capitalize()} of {gaps.missing + watch.buckets + watch.empty} buckets of the "
            "watched time have no data; look whether the KPI is still being written.",
        )
    if trailing_empty >= _SILENT_BUCKETS:
        return _inconclusive(
            watch,
            WatchReason.NO_EXPOSURE,
            f"The last {trailing_empty} buckets have no exposure; look whether the traffic or the "
            "count of it has stopped.",
        )
    return watch


def _inconclusive(watch: SeriesWatch, reason: WatchReason, sentence: str) -> SeriesWatch:
    return replace(watch, verdict=Verdict.INCONCLUSIVE, reason=reason, sentence=sentence)
