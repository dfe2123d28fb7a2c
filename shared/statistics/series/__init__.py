"""A KPI's buckets against its seasonal baseline, since a moment, and side by side."""

from shared.statistics.series.judge import judge_series
from shared.statistics.series.judgement import Band, SeriesJudgement, SeriesReason
from shared.statistics.series.points import Point, bucket_of
from shared.statistics.series.sides import Sides, compare_sides
from shared.statistics.series.since import Change, change_since
from shared.statistics.series.watch import watch_series
from shared.statistics.series.watched import Findable, SeriesWatch, WatchedBucket, WatchReason

__all__ = [
    "Band",
    "Change",
    "Findable",
    "Point",
    "SeriesJudgement",
    "SeriesReason",
    "SeriesWatch",
    "Sides",
    "WatchReason",
    "WatchedBucket",
    "bucket_of",
    "change_since",
    "compare_sides",
    "judge_series",
    "watch_series",
]
