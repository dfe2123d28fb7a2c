"""One column of baseline and window, counted once for every distance."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from shared.statistics.distances.cell_counts import CellCounts
from shared.statistics.distances.distance import Measurement
from shared.statistics.distances.ordered_counts import OrderedCounts
from shared.statistics.profile import Column, NumericColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnPair:
    """Both columns, their counts in cells, and on demand their counts in all bins.

    `cells_are` says in words how many cells there are and whose edges. `inflation` is the
    over-dispersion φ ≥ 1 of the rows. Without slots, since the bins are kept once counted.
    `measured` keeps, by name and confidence, what several distances have in common.
    """

    base: Column
    win: Column
    cells: CellCounts
    cells_are: str = ""
    inflation: float = 1.0
    measured: dict[tuple[str, float], Measurement] = field(default_factory=dict, repr=False)

    @cached_property
    def ordered(self) -> OrderedCounts | None:
        """The finite values between all edges; None without any on a side."""
        if isinstance(self.base, NumericColumn) and isinstance(self.win, NumericColumn):
            return OrderedCounts.of(self.base, self.win, self.inflation)
        return None

    @cached_property
    def bins_are(self) -> str:
        """How many bins there are and whose edges, in words."""
        if self.ordered is None:
            return "no bins: a side has no finite value"
        inner = max(len(self.ordered.bounds) - 3, 1)
        if np.all(self.ordered.baseline_places == 1.0):
            return f"{inner} values of the baseline, below and above them"
        return f"{inner} bins between the baseline's quantiles, below and above them"
