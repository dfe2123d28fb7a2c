"""Why somebody was told or not: read from what was decided, and never computed anew."""

from shared.service.explaining.explaining import explain
from shared.service.explaining.explanation import Explanation
from shared.service.explaining.standings import Standing, standings

__all__ = ["Explanation", "Standing", "explain", "standings"]
