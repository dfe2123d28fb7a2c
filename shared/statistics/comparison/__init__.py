"""One window against its baseline, column by column."""

from shared.statistics.comparison.compare import ColumnComparison, Comparison, compare
from shared.statistics.comparison.wording import Reason

__all__ = ["ColumnComparison", "Comparison", "Reason", "compare"]
