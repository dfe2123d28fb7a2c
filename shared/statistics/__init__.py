"""Pure numerics on profiles and series: distances, intervals, three-way verdicts."""

from typing import TYPE_CHECKING, Any

from shared.statistics.comparison.compare import ColumnComparison, Comparison, compare
from shared.statistics.comparison.wording import Reason
from shared.statistics.distances.distance import Distance
from shared.statistics.profile import CategoricalColumn, NumericColumn, Profile

if TYPE_CHECKING:
    from shared.statistics.canary import judge

__all__ = [
    "CategoricalColumn",
    "ColumnComparison",
    "Comparison",
    "Distance",
    "NumericColumn",
    "Profile",
    "Reason",
    "compare",
    "judge",
]


def __getattr__(name: str) -> Any:
    """The canary judge is imported when it is first asked for: most callers never do."""
    if name == "judge":
        from shared.statistics.canary import judge

        return judge
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
