"""One window against its baseline, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shared.domain.verdict import Verdict, worst
from shared.errors import InvalidData
from shared.statistics.comparison.cells import Cells, cells_of
from shared.statistics.comparison.limits import Limits, check_inflation, check_limits, limits_of
from shared.statistics.comparison.measured import Detectable, Distances
from shared.statistics.comparison.wording import Reason, explain
from shared.statistics.distances.cell_counts import CellCounts
from shared.statistics.distances.column_pair import ColumnPair
from shared.statistics.distances.detectable import (
    detectable_mean_shift,
    detectable_psi,
    shift_of_psi,
)
from shared.statistics.distances.distance import Distance
from shared.statistics.profile import MISSING, CategoricalColumn, Column, NumericColumn, Profile

HIDDEN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnComparison:
    """One column's verdict with its distances; `n` and `missing` count rows of the window.

    `detectable` is the smallest true change that so many rows would have called a failure with
    probability 0.8: a PSI, and a shift of the mean in deviations of the baseline. `bars` gives
    label, baseline share and window share of each cell, for a chart.
    """

    name: str
    kind: str
    n: int
    missing: int
    verdict: Verdict
    reason: Reason
    sentence: str
    distances: Mapping[str, Distance]
    detectable: Mapping[str, float] = field(default_factory=dict)
    bars: tuple[tuple[str, float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the bars."""
        return {
            "name": self.name,
            "kind": self.kind,
            "n": self.n,
            "missing": self.missing,
            "verdict": self.verdict.value,
            "reason": self.reason.value,
            "sentence": self.sentence,
            "distances": {name: one.to_json() for name, one in self.distances.items()},
            "detectable": {
                name: size if np.isfinite(size) else None for name, size in self.detectable.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every column's comparison and the worst verdict; `extra_columns` are told, not judged.

    `unread` counts lines of collected data whose rows lie elsewhere and are not in the window.
    """

    verdict: Verdict
    columns: tuple[ColumnComparison, ...]
    rows_baseline: int
    rows_window: int
    extra_columns: tuple[str, ...] = ()
    skipped: dict[str, str] | None = None
    unread: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "verdict": self.verdict.value,
            "rows_baseline": self.rows_baseline,
            "rows_window": self.rows_window,
            "extra_columns": list(self.extra_columns),
            "skipped": dict(self.skipped or {}),
            "unread": self.unread,
            "columns": [column.to_json() for column in self.columns],
        }


def compare(
    base: Profile,
    win: Profile,
    *,
    limits: Limits | None = None,
    confidence: float = 0.95,
    inflation: Mapping[str, float] | None = None,
    shown: bool = True,
) -> Comparison:
    """Judge every column of the baseline in the window; the worst verdict is the whole's.

    `limits` gives a limit a distance, e.g. `{"psi": 0.2}`, or one a column,
    `{"kolmogorov_smirnov": {"income": 0.1}}`: that distance judges too. Only PSI judges without
    being named, at 0.2. `inflation` gives the over-dispersion φ of a column's rows, by which n rows
    weigh as n/φ. Unless they are `shown`, no sentence holds a value of a column.
    Raises InvalidData when the window was profiled against another baseline, or for a limit of an
    unknown distance or column or of a distance the column does not have.
    """
    if base.baseline_hash != win.baseline_hash:
        raise InvalidData(
            "The window was profiled against another baseline; compute it again with this one."
        )
    if not 0.0 < confidence < 1.0:
        raise InvalidData(f"confidence is {confidence}; give a number between 0 and 1.")
    chosen, spread = limits or {}, inflation or {}
    check_limits(chosen, base)
    check_inflation(spread, base)
    columns = tuple(
        _compare_column(
            name,
            column,
            win,
            limits_of(chosen, name, column),
            confidence,
            spread.get(name, 1.0),
            shown,
        )
        for name, column in base.columns.items()
    )
    return Comparison(
        verdict=worst(column.verdict for column in columns),
        columns=columns,
        rows_baseline=base.rows,
        rows_window=win.rows,
        extra_columns=win.extra,
        skipped=dict(base.skipped),
        unread=win.unread,
    )


def _compare_column(
    name: str,
    base: Column,
    win: Profile,
    limits: Mapping[str, float],
    confidence: float,
    inflation: float,
    shown: bool,
) -> ColumnComparison:
    if name in win.problems:
        problem = win.problems[name]
        missing = problem == MISSING
        return ColumnComparison(
            name=name,
            kind=base.kind,
            n=win.rows,
            missing=win.rows,
            verdict=Verdict.FAIL,
            reason=Reason.COLUMN_MISSING if missing else Reason.TYPE_CHANGED,
            sentence=f"{name} {problem}.",
            distances={},
        )
    column = win.columns[name]
    cells = cells_of(base, column)
    pair = ColumnPair(
        base=base,
        win=column,
        cells=CellCounts.of(cells.baseline, cells.window, inflation),
        cells_are=cells.described,
        inflation=inflation,
    )
    distances = Distances(pair, limits, confidence)
    judged = {distance: distances[distance] for distance in limits}
    verdict = worst(one.verdict for one in judged.values() if one.verdict is not None)
    reason, sentence = explain(name, column, verdict, judged, cells, shown=shown)
    if verdict is Verdict.PASS and (hidden := _hidden_share(base, column)) > HIDDEN:
        verdict, reason = Verdict.INCONCLUSIVE, Reason.TOO_MANY_VALUES
        sentence = (
            f"{name}: {hidden:.1%} of the rows have values beyond those the baseline keeps by "
            "name, so new ones cannot be told; group its values or leave it out."
        )
    if column.n == 0 and win.unread:
        sentence += f" {win.unread} collected lines hold their rows elsewhere."
    return ColumnComparison(
        name=name,
        kind=base.kind,
        n=column.n,
        missing=column.missing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        distances=distances,
        detectable=Detectable(lambda: _detectable(pair, cells, limits, confidence)),
        bars=cells.bars(),
    )


def _hidden_share(base: Column, win: Column) -> float:
    """The share of rows that may be new values unnoticed: the baseline had too many to know."""
    if not isinstance(base, CategoricalColumn) or not isinstance(win, CategoricalColumn):
        return 0.0
    return 0.0 if base.known or not win.n else win.other_known / win.n


def _detectable(
    pair: ColumnPair, cells: Cells, limits: Mapping[str, float], confidence: float
) -> dict[str, float]:
    counts = pair.cells
    if counts.n == 0 or counts.m == 0:
        return {}
    psi = detectable_psi(counts.cells, counts.noise, limits["psi"], confidence)
    if not isinstance(pair.base, NumericColumn):
        return {"psi": psi}
    if "mean_shift" in limits:
        n, m = counts.n / pair.inflation, counts.m / pair.inflation
        shift = detectable_mean_shift(n, m, limits["mean_shift"], confidence)
    else:
        shift = shift_of_psi(psi, cells.baseline[: cells.in_order])
    return {"psi": psi, "mean_shift": shift}
