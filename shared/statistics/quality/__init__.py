"""Whether the rows of a window are whole: nulls, types, ranges, new values, repeats, age."""

from shared.statistics.quality.check import QualityLimits, check_quality
from shared.statistics.quality.finding import QualityCheck, QualityFinding

__all__ = ["QualityCheck", "QualityFinding", "QualityLimits", "check_quality"]
