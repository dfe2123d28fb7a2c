"""One window against its baseline, column by column."""

from shared.statistics.comparison.compare import ColumnComparison, Comparison, Reason, compare

__all__ = ["ColumnComparison", "Comparison", "Reason", "compare"]
