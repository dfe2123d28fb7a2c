"""Every distance by name: what it applies to, its default limit and how it is measured."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from shared.domain.verdict import Verdict
from shared.statistics.distances import counts, information, moments, ordered, transport
from shared.statistics.distances.cell_counts import CellCounts
from shared.statistics.distances.column_pair import ColumnPair
from shared.statistics.distances.distance import (
    NOTHING_KNOWN,
    Distance,
    Measurement,
    judge_size,
    rows_to_decide,
)
from shared.statistics.distances.ordered_counts import OrderedCounts
from shared.statistics.distances.psi import DEFAULT_LIMIT, judge_psi_counts
from shared.statistics.profile import Column, NumericColumn


class Family(StrEnum):
    """What a distance is computed from, which decides the columns it applies to.

    Cells (about ten groups, infinite and missing among them) apply to every kind of column; order
    (all bins) and moments (sums), both of the finite values, to numeric ones.
    """

    CELLS = "cells"
    ORDER = "order"
    MOMENTS = "moments"


Judged = Callable[[ColumnPair, float | None, float], Distance]
Measured = Callable[[ColumnPair, OrderedCounts, float], Measurement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One distance: its name in JSON and policies, its title for people, its limit if any."""

    name: str
    title: str
    family: Family
    judge_pair: Judged
    default_limit: float | None = None

    def applies_to(self, column: Column) -> bool:
        """Whether the distance exists for such a column."""
        return self.family is Family.CELLS or isinstance(column, NumericColumn)

    def judge(self, pair: ColumnPair, limit: float | None, confidence: float) -> Distance:
        """Measure the column, and judge it where there is a limit.

        A p-value never decides: a limit is on the size of the distance.
        """
        with np.errstate(all="ignore"):
            judged = self.judge_pair(pair, limit, confidence)
        return replace(judged, bins=self._bins(pair))

    def _bins(self, pair: ColumnPair) -> str:
        if self.family is Family.CELLS:
            return pair.cells_are
        return pair.bins_are if self.family is Family.ORDER else "no bins: sums of all values"


def _judged(measured: Measurement, limit: float | None, rows: tuple[float, float]) -> Distance:
    if math.isnan(measured.estimate) or math.isnan(measured.low) or math.isnan(measured.high):
        measured = NOTHING_KNOWN
    verdict = None if limit is None else judge_size(measured.low, measured.high, limit)
    needed = None
    if limit is not None and verdict is Verdict.INCONCLUSIVE:
        needed = rows_to_decide(measured, limit, *rows)
    return Distance(
        estimate=measured.estimate,
        low=measured.low,
        high=measured.high,
        limit=limit,
        verdict=verdict,
        n_needed=needed,
        p_value=measured.p_value,
        binning_error=measured.binning_error,
    )


def _in_cells(measure: Callable[[CellCounts, float], Measurement]) -> Judged:
    def judge(pair: ColumnPair, limit: float | None, confidence: float) -> Distance:
        return _judged(measure(pair.cells, confidence), limit, (pair.cells.n, pair.cells.m))

    return judge


def _of_numbers(measure: Measured) -> Judged:
    def judge(pair: ColumnPair, limit: float | None, confidence: float) -> Distance:
        bins = pair.ordered
        measured = NOTHING_KNOWN if bins is None else measure(pair, bins, confidence)
        return _judged(measured, limit, (pair.cells.n, pair.cells.m))

    return judge


def _in_order(measure: Callable[[OrderedCounts, float], Measurement]) -> Judged:
    return _of_numbers(lambda _pair, bins, confidence: measure(bins, confidence))


def _psi(pair: ColumnPair, limit: float | None, confidence: float) -> Distance:
    return judge_psi_counts(pair.cells, DEFAULT_LIMIT if limit is None else limit, confidence)


def _numeric(pair: ColumnPair) -> tuple[NumericColumn, NumericColumn]:
    assert isinstance(pair.base, NumericColumn)  # noqa: S101  `ordered` is None otherwise
    assert isinstance(pair.win, NumericColumn)  # noqa: S101
    return pair.base, pair.win


def _wasserstein(pair: ColumnPair, bins: OrderedCounts, confidence: float) -> Measurement:
    key = "wasserstein", confidence
    if key not in pair.measured:
        pair.measured[key] = transport.measure_wasserstein(*_numeric(pair), bins, confidence)
    return pair.measured[key]


def _wasserstein_normed(pair: ColumnPair, bins: OrderedCounts, confidence: float) -> Measurement:
    return transport.in_deviations(_wasserstein(pair, bins, confidence), _numeric(pair)[0])


def _mean_shift(pair: ColumnPair, _bins: OrderedCounts, confidence: float) -> Measurement:
    return moments.measure_mean_shift(*_numeric(pair), confidence, pair.inflation)


def _spread_shift(pair: ColumnPair, bins: OrderedCounts, confidence: float) -> Measurement:
    return moments.measure_spread_shift(*_numeric(pair), bins, confidence)


def _kind(
    name: str, title: str, family: Family, judge: Judged, default_limit: float | None = None
) -> tuple[str, Kind]:
    return name, Kind(
        name=name, title=title, family=family, judge_pair=judge, default_limit=default_limit
    )


_C, _O, _M = Family.CELLS, Family.ORDER, Family.MOMENTS

DISTANCES: dict[str, Kind] = dict(
    [
        _kind("psi", "PSI", _C, _psi, DEFAULT_LIMIT),
        _kind(
            "jensen_shannon",
            "Jensen–Shannon distance",
            _C,
            _in_cells(information.measure_jensen_shannon),
        ),
        _kind("hellinger", "Hellinger distance", _C, _in_cells(information.measure_hellinger)),
        _kind("total_variation", "Total variation", _C, _in_cells(counts.measure_total_variation)),
        _kind("l_infinity", "L-infinity distance", _C, _in_cells(counts.measure_l_infinity)),
        _kind("chi_squared", "Chi-squared", _C, _in_cells(counts.measure_chi_squared)),
        _kind("g_test", "G", _C, _in_cells(counts.measure_g_test)),
        _kind(
            "kolmogorov_smirnov",
            "Kolmogorov–Smirnov distance",
            _O,
            _in_order(ordered.measure_kolmogorov_smirnov),
        ),
        _kind(
            "cramer_von_mises",
            "Cramér–von Mises",
            _O,
            _in_order(ordered.measure_cramer_von_mises),
        ),
        _kind(
            "anderson_darling",
            "Anderson–Darling",
            _O,
            _in_order(ordered.measure_anderson_darling),
        ),
        _kind("wasserstein", "Wasserstein distance", _O, _of_numbers(_wasserstein)),
        _kind(
            "wasserstein_normed",
            "Wasserstein distance in standard deviations",
            _O,
            _of_numbers(_wasserstein_normed),
        ),
        _kind("mean_shift", "Shift of the mean", _M, _of_numbers(_mean_shift)),
        _kind("spread_shift", "Shift of the spread", _M, _of_numbers(_spread_shift)),
    ]
)
