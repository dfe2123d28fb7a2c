"""A KPI's recent buckets against its seasonal baseline."""

from shared.statistics.series.judge import judge_series
from shared.statistics.series.judgement import Band, SeriesJudgement, SeriesReason
from shared.statistics.series.points import Point

__all__ = ["Band", "Point", "SeriesJudgement", "SeriesReason", "judge_series"]
