"""Drift of many columns together, by how well the baseline's main directions rebuild a row.

A row of standardised columns is projected onto the principal components that hold most of the
baseline's variance; what is lost is its reconstruction error. Where columns no longer hang
together as they did the error changes, although each column alone looks the same.
Source: Jolliffe, Principal Component Analysis (2002), 10.1; Qahtan et al., A PCA-based change
detection framework (2015). The null distribution is that of baseline rows left out of the fit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict
from shared.errors import InvalidData

Floats = npt.NDArray[np.float64]

KEPT_VARIANCE = 0.65
FEWEST_ROWS = 50
LIMIT = 0.1
_MOST_ROWS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reconstruction:
    """The baseline's centre, unit and main directions (columns, components), and its own errors.

    `mean`, `deviation` and `rows` are of the errors of baseline rows the directions were not
    fitted on.
    """

    centre: Floats
    unit: Floats
    directions: Floats
    mean: float
    deviation: float
    rows: int

    def errors(self, rows: Floats) -> Floats:
        """The length of what is lost of each row, per square root of a column."""
        standard = (rows - self.centre) / self.unit
        lost = standard - standard @ self.directions @ self.directions.T
        return np.asarray(np.sqrt(np.mean(lost * lost, axis=1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class JointDrift:
    """How much the mean reconstruction error moved, in deviations of the baseline's rows.

    The verdict is against |move| ≤ `limit`; `p_value` is two-sided, of no move at all.
    """

    verdict: Verdict
    sentence: str
    n: int
    estimate: float
    low: float
    high: float
    limit: float
    p_value: float
    n_needed: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; an open end is null."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        return {
            key: None if isinstance(value, float) and not np.isfinite(value) else value
            for key, value in plain.items()
        }


def learn_reconstruction(rows: Floats, *, seed: int = 0) -> Reconstruction:
    """Fit on one half of the baseline's rows (rows, columns), and measure the other.

    Columns that do not vary are left out of account. A missing number counts as the column's mean.
    Raises InvalidData for fewer than two columns or 100 rows.
    """
    if rows.ndim != 2 or rows.shape[1] < 2 or rows.shape[0] < 2 * FEWEST_ROWS:
        raise InvalidData(
            f"{rows.shape} rows and columns are too few to see how columns hang together; give "
            f"two columns or more and {2 * FEWEST_ROWS} rows."
        )
    order = np.random.default_rng(seed).permutation(len(rows))
    half = len(rows) // 2
    centre = np.nanmean(rows, axis=0)
    whole = np.where(np.isfinite(rows), rows, centre)
    spread = whole.std(axis=0)
    unit = np.where(spread > 0, spread, 1.0)
    fitted = ((whole - centre) / unit)[order[:half]]
    values, vectors = np.linalg.eigh(fitted.T @ fitted / half)
    held = np.cumsum(values[::-1]) / max(float(values.sum()), 1e-300)
    components = min(int(np.searchsorted(held, KEPT_VARIANCE)) + 1, rows.shape[1] - 1)
    blank = Reconstruction(
        centre=centre,
        unit=unit,
        directions=vectors[:, ::-1][:, :components],
        mean=0.0,
        deviation=1.0,
        rows=len(rows) - half,
    )
    errors = blank.errors(whole[order[half:]])
    return Reconstruction(
        centre=centre,
        unit=unit,
        directions=blank.directions,
        mean=float(errors.mean()),
        deviation=max(float(errors.std(ddof=1)), 1e-12),
        rows=blank.rows,
    )


def judge_reconstruction(
    learnt: Reconstruction,
    rows: Floats,
    *,
    limit: float = LIMIT,
    confidence: float = 0.95,
    inflation: float = 1.0,
) -> JointDrift:
    """Judge a window's rows (rows, columns), which have the baseline's columns in its order.

    The move d = (mean error − baseline's) / deviation has Welch's interval; `inflation` is the
    over-dispersion φ of rows that are not independent.
    Raises InvalidData when the columns are others.
    """
    if rows.ndim != 2 or rows.shape[1] != len(learnt.centre):
        raise InvalidData(
            f"The window has {rows.shape[-1]} columns, the baseline {len(learnt.centre)}."
        )
    n = len(rows)
    whole = np.where(np.isfinite(rows), rows, learnt.centre)
    errors = learnt.errors(whole)
    if n < FEWEST_ROWS:
        move = (float(errors.mean()) - learnt.mean) / learnt.deviation if n else 0.0
        return JointDrift(
            verdict=Verdict.INCONCLUSIVE,
            sentence=(
                f"{n} rows are too few to see whether columns still hang together; "
                f"{FEWEST_ROWS} are needed at least."
            ),
            n=n,
            estimate=move,
            low=-np.inf,
            high=np.inf,
            limit=limit,
            p_value=1.0,
            n_needed=FEWEST_ROWS,
        )
    move = (float(errors.mean()) - learnt.mean) / learnt.deviation
    own = (float(errors.std(ddof=1)) / learnt.deviation) ** 2 * inflation / n
    theirs = inflation / learnt.rows
    error = float(np.sqrt(own + theirs))
    half = float(special.ndtri((1.0 + confidence) / 2.0)) * error
    low, high = move - half, move + half
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    verdict = Verdict.INCONCLUSIVE
    if least > limit:
        verdict = Verdict.FAIL
    elif most <= limit:
        verdict = Verdict.PASS
    return JointDrift(
        verdict=verdict,
        sentence=_sentence(verdict, move, low, high, limit),
        n=n,
        estimate=move,
        low=low,
        high=high,
        limit=limit,
        p_value=float(2.0 * special.ndtr(-abs(move) / error)),
        n_needed=_needed(verdict, n, abs(abs(move) - limit), half, own, theirs),
    )


def _sentence(verdict: Verdict, move: float, low: float, high: float, limit: float) -> str:
    words = {
        Verdict.FAIL: "columns no longer hang together as they did",
        Verdict.PASS: "columns hang together as they did",
    }.get(verdict, "whether columns still hang together is undecided")
    return (
        f"Together: {words}; the reconstruction error moved by {move:+.2f} deviations "
        f"({low:+.2f} to {high:+.2f}), limit {limit:g}."
    )


def _needed(
    verdict: Verdict, n: int, room: float, half: float, own: float, theirs: float
) -> int | None:
    """Rows at which the half width is no wider than the room; None where none is enough."""
    if verdict is not Verdict.INCONCLUSIVE:
        return None
    z_squared = half * half / (own + theirs)
    left = room * room / z_squared - theirs
    if left <= 0.0 or n * own / left > _MOST_ROWS:
        return None
    return max(n + 1, int(np.ceil(n * own / left)))
