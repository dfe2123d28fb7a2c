"""A KPI's recent buckets against its seasonal baseline."""

from shared.statistics.series.judge import judge_series
from shared.statistics.series.judgement import Band, SeriesJudgement, SeriesReason
from shared.statistics.series.points import Point
from shared.statistics.series.watch import watch_series
from shared.statistics.series.watched import Findable, SeriesWatch, WatchedBucket, WatchReason

__all__ = [
    "Band",
    "Findable",
    "Point",
    "SeriesJudgement",
    "SeriesReason",
    "SeriesWatch",
    "WatchReason",
    "WatchedBucket",
    "judge_series",
    "watch_series",
]
