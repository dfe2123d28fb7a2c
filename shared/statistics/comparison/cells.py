"""The cells two columns are compared in: coarse enough for the test to have power."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from shared.domain.wording import spell_number
from shared.errors import InvalidData
from shared.statistics.profile import CategoricalColumn, Column, NumericColumn

GROUPS = 10
RARE = 0.005
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Labels, and the counts of baseline and window in each cell.

    `hidden` are labels that hold no value: places among the values. `described` says how many cells
    there are and whose edges. `in_order` is how many of the first cells are in the order of their
    values: 0 for a categorical column.
    """

    labels: tuple[str, ...]
    hidden: tuple[str, ...]
    baseline: npt.NDArray[np.float64]
    window: npt.NDArray[np.float64]
    described: str
    in_order: int = 0

    def bars(self) -> tuple[tuple[str, float, float], ...]:
        """Label, baseline share and window share, leaving out cells empty on both sides."""
        p = self.baseline / max(self.baseline.sum(), 1.0)
        q = self.window / max(self.window.sum(), 1.0)
        rows = zip(self.labels, p.tolist(), q.tolist(), strict=True)
        return tuple(row for row in rows if row[1] > 0 or row[2] > 0)

    def largest_move(self, *, shown: bool = True) -> str:
        """The cell whose share changed most, in words; its values only where they are `shown`."""
        p = self.baseline / max(self.baseline.sum(), 1.0)
        q = self.window / max(self.window.sum(), 1.0)
        at = int(np.argmax(np.abs(q - p)))
        label = (self.labels if shown else self.hidden)[at]
        before, after = float(p[at]), float(q[at])
        return f"share of {label} went from {before:.1%} to {after:.1%}"


def cells_of(base: Column, win: Column) -> Cells:
    """Put both columns into the same cells; missing values are a cell of their own.

    Numeric: neighbouring bins together until each holds about a tenth of the baseline, then
    infinities, then missing. Categorical: the values with at least 0.5 % of the baseline, the
    rest together, values never seen before, then missing.
    """
    if isinstance(base, NumericColumn) and isinstance(win, NumericColumn):
        return _numeric(base, win)
    if isinstance(base, CategoricalColumn) and isinstance(win, CategoricalColumn):
        return _categorical(base, win)
    raise InvalidData("A column is numeric in one profile and categorical in the other.")


def place_of(at: int, column: CategoricalColumn) -> str:
    """A value told by its place in the baseline's profile alone."""
    return f"value {at + 1} of {len(column.values)}"


def _numeric(base: NumericColumn, win: NumericColumn) -> Cells:
    starts = _group_starts(base.counts)
    p = np.add.reduceat(base.counts, starts).astype(float)
    q = np.add.reduceat(win.counts, starts).astype(float)
    extra = [
        ("infinite", base.above + base.below, win.above + win.below),
        ("missing", base.missing, win.missing),
    ]
    specials = [label for label, _, _ in extra]
    places = [f"group {at} of {len(starts)}, lowest first," for at in range(1, len(starts) + 1)]
    return Cells(
        labels=(*_interval_labels(base.edges, starts, _speller(base)), *specials),
        hidden=(*places, *specials),
        baseline=np.append(p, [before for _, before, _ in extra]),
        window=np.append(q, [after for _, _, after in extra]),
        described=f"{len(starts)} groups of the baseline's quantiles, infinite, missing",
        in_order=len(starts),
    )


def _group_starts(counts: npt.NDArray[np.int64]) -> list[int]:
    """First bins of about ten groups of equal baseline mass, never splitting a bin.

    The outermost bins lie outside the baseline's range. Where the baseline has but a few distinct
    values they stay alone, as new values of a category do; otherwise the neighbours take them in,
    since the next row of the same distribution may well be a new extreme.
    """
    last = len(counts) - 1
    discrete = last >= 2 and np.count_nonzero(counts[1:-1]) <= GROUPS
    total = int(counts.sum())
    starts = [0]
    held = 0
    reached = 0
    for index, count in enumerate(counts.tolist()):
        alone = discrete and index in {1, last}
        full = bool(held) and reached + count / 2 > total * len(starts) / GROUPS
        if alone or (full and (discrete or index < last)):
            starts.append(index)
            held = 0
        held += count
        reached += count
    return starts


def _speller(column: NumericColumn) -> Callable[[float], str]:
    return spell_number if column.kind == "numeric" else _spell_seconds


def _spell_seconds(seconds: float) -> str:
    """A time of the years 1 to 9999, else the number of seconds."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return spell_number(seconds)


def _interval_labels(
    edges: tuple[float, ...], starts: list[int], spell: Callable[[float], str]
) -> list[str]:
    """Names of the groups: `up to a`, `a to b`, `above b`."""
    if len(starts) == 1:
        return ["all values"]
    least = float(np.nextafter(edges[0], np.inf)) + 0.0
    spelled = [spell(edges[start - 1] if start > 1 else least) for start in starts[1:]]
    middle = [low if low == high else f"{low} to {high}" for low, high in pairwise(spelled)]
    first = f"below {spelled[0]}" if starts[1] == 1 else f"up to {spelled[0]}"
    return [first, *middle, f"above {spelled[-1]}"]


def _categorical(base: CategoricalColumn, win: CategoricalColumn) -> Cells:
    floor = RARE * max(base.n, 1)
    frequent = base.counts >= floor
    labels = [value for value, keep in zip(base.values, frequent, strict=True) if keep]
    places = [place_of(int(at), base) for at in np.flatnonzero(frequent)]
    extra = [
        (
            "other values",
            int(base.counts[~frequent].sum()) + base.other_known,
            int(win.counts[~frequent].sum()) + win.other_known,
        ),
        ("values never seen before", base.unseen, win.unseen),
        ("missing", base.missing, win.missing),
    ]
    specials = [label for label, _, _ in extra]
    return Cells(
        labels=(*labels, *specials),
        hidden=(*places, *specials),
        baseline=np.append(base.counts[frequent], [before for _, before, _ in extra]).astype(float),
        window=np.append(win.counts[frequent], [after for _, _, after in extra]).astype(float),
        described=f"{len(labels)} values of the baseline, other values, never seen, missing",
    )
