"""One window against its baseline, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict, worst
from shared.errors import InvalidData
from shared.statistics.comparison.cells import Cells, cells_of
from shared.statistics.distances.distance import Distance
from shared.statistics.distances.psi import DEFAULT_LIMIT, judge_psi
from shared.statistics.profile import MISSING, Column, Profile

Limits = Mapping[str, float | Mapping[str, float]]


class Reason(StrEnum):
    """Why a column has its verdict."""

    WITHIN_LIMIT = "within_limit"
    ABOVE_LIMIT = "above_limit"
    TOO_FEW_ROWS = "too_few_rows"
    NO_ROWS = "no_rows"
    NO_VALUES = "no_values"
    COLUMN_MISSING = "column_missing"
    TYPE_CHANGED = "type_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnComparison:
    """One column's verdict with its distances; `n` and `missing` count rows of the window.

    `bars` gives label, baseline share and window share of each cell, for a chart.
    """

    name: str
    kind: str
    n: int
    missing: int
    verdict: Verdict
    reason: Reason
    sentence: str
    distances: dict[str, Distance]
    bars: tuple[tuple[str, float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the bars."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        del plain["bars"]
        return {**plain, "distances": {k: _finite(v) for k, v in plain["distances"].items()}}


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
) -> Comparison:
    """Judge every column of the baseline in the window; the worst verdict is the whole's.

    `limits` gives a limit a distance, e.g. `{"psi": 0.2}`, or one a column,
    `{"psi": {"income": 0.1}}`; a column without one has the default of 0.2.
    Raises InvalidData when the window was profiled against another baseline, or for a limit of an
    unknown distance or column.
    """
    if base.baseline_hash != win.baseline_hash:
        raise InvalidData(
            "The window was profiled against another baseline; compute it again with this one."
        )
    if not 0.0 < confidence < 1.0:
        raise InvalidData(f"confidence is {confidence}; give a number between 0 and 1.")
    _check_limits(limits or {}, base)
    columns = tuple(
        _compare_column(name, column, win, _limit(limits, "psi", name), confidence)
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


def _check_limits(limits: Limits, base: Profile) -> None:
    for distance, chosen in limits.items():
        if distance != "psi":
            raise InvalidData(f"There is no distance {distance} to limit; name psi.")
        by_column = chosen if isinstance(chosen, Mapping) else {"every column": chosen}
        for name, limit in by_column.items():
            if isinstance(chosen, Mapping) and name not in base.columns:
                why = base.skipped.get(name)
                raise InvalidData(
                    f"There is a limit for {name}, which the baseline does not have; "
                    f"it has {', '.join(base.columns)}."
                    if why is None
                    else f"There is a limit for {name}, which is not compared: {why}."
                )
            if not 0.0 <= limit < np.inf:
                raise InvalidData(f"The limit of {name} is {limit}; give 0 or more.")


def _limit(limits: Limits | None, distance: str, column: str) -> float:
    chosen = (limits or {}).get(distance, DEFAULT_LIMIT)
    return chosen.get(column, DEFAULT_LIMIT) if isinstance(chosen, Mapping) else float(chosen)


def _compare_column(
    name: str, base: Column, win: Profile, limit: float, confidence: float
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
    psi = judge_psi(cells.baseline, cells.window, limit=limit, confidence=confidence)
    reason, sentence = _explain(name, column, psi, cells)
    if column.n == 0 and win.unread:
        sentence += f" {win.unread} collected lines hold their rows elsewhere."
    return ColumnComparison(
        name=name,
        kind=base.kind,
        n=column.n,
        missing=column.missing,
        verdict=psi.verdict,
        reason=reason,
        sentence=sentence,
        distances={"psi": psi},
        bars=cells.bars(),
    )


def _explain(name: str, column: Column, psi: Distance, cells: Cells) -> tuple[Reason, str]:
    if column.n == 0:
        return Reason.NO_ROWS, f"{name}: the window has no rows, so nothing can be said."
    numbers = (
        f"PSI {psi.estimate:.3f} (true value {psi.low:.3f} to {psi.high:.3f}), "
        f"limit {psi.limit:g}, n {column.n}"
    )
    if psi.verdict is Verdict.FAIL:
        if column.missing == column.n:
            return Reason.NO_VALUES, f"{name}: every value is missing; {numbers}."
        return Reason.ABOVE_LIMIT, f"{name}: {numbers}; {cells.largest_move()}."
    if psi.verdict is Verdict.PASS:
        return Reason.WITHIN_LIMIT, f"{name}: {numbers}."
    needed = (
        f"about {psi.n_needed} rows would decide"
        if psi.n_needed is not None
        else "no number of rows would decide against this baseline"
    )
    return Reason.TOO_FEW_ROWS, f"{name}: {numbers}; {needed}."


def _finite(distance: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: an end that is open is written as null."""
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in distance.items()
    }
