"""Pure numerics on profiles and series: distances, intervals, three-way verdicts."""

from shared.statistics.comparison.compare import ColumnComparison, Comparison, compare
from shared.statistics.comparison.wording import Reason
from shared.statistics.distances.distance import Distance
from shared.statistics.profile import CategoricalColumn, NumericColumn, Profile

__all__ = [
    "CategoricalColumn",
    "ColumnComparison",
    "Comparison",
    "Distance",
    "NumericColumn",
    "Profile",
    "Reason",
    "compare",
]
