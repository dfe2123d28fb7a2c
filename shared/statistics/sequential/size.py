"""How large a change is, in the words of whoever knows the column."""

import math

from shared.statistics.comparison.compare import ColumnComparison

_SHARE = "share of "


def size_of(component: str, column: ColumnComparison) -> str:
    """The change of what an alarm names, measured on the rows of after it began.

    A location in standard deviations of the baseline, a spread as a factor, both with their
    interval; a share as it was and as it is. Empty where the rows do not tell.
    """
    if component == "location" and "mean_shift" in column.distances:
        shift = column.distances["mean_shift"]
        if math.isfinite(shift.low) and math.isfinite(shift.high):
            return (
                f"by {shift.estimate:+.2f} standard deviations "
                f"({shift.low:+.2f} to {shift.high:+.2f})"
            )
    if component == "spread" and "spread_shift" in column.distances:
        spread = column.distances["spread_shift"]
        if math.isfinite(spread.low) and math.isfinite(spread.high):
            return (
                f"the spread by a factor of {math.exp(spread.estimate):.2f} "
                f"({math.exp(spread.low):.2f} to {math.exp(spread.high):.2f})"
            )
    wanted = component.removeprefix(_SHARE)
    for label, before, after in column.bars:
        if label == wanted:
            return f"from {before:.1%} to {after:.1%} of the rows"
    return ""
