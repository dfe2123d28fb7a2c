"""Population stability index, with the interval that knows how few rows there are."""

import math

import numpy as np
import numpy.typing as npt

from shared.domain.verdict import Verdict
from shared.statistics.distances.cell_counts import CellCounts
from shared.statistics.distances.distance import Distance, judge, rows_needed
from shared.statistics.distances.quadratic import noncentral_interval

DEFAULT_LIMIT = 0.2

Cells = npt.ArrayLike


def population_stability_index(baseline: Cells, window: Cells) -> float:
    """PSI = Σ (q − p) · ln(q / p) over the cells, each count raised by one half.

    `baseline` and `window` are counts in the same cells; the half keeps an empty cell finite.
    Source: Siddiqi, Credit Risk Scorecards (2006); symmetric Kullback–Leibler (Jeffreys 1946).

    >>> round(population_stability_index([500, 500], [500, 500]), 6)
    0.0
    >>> round(population_stability_index([900, 100], [700, 300]), 3)
    0.269
    """
    p = np.asarray(baseline, dtype=float) + 0.5
    q = np.asarray(window, dtype=float) + 0.5
    p /= p.sum()
    q /= q.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def psi_interval(
    estimate: float,
    cells: int,
    n: float,
    m: float,
    confidence: float = 0.95,
    inflation: float = 1.0,
) -> tuple[float, float]:
    """The interval of the true PSI behind an estimate from n window and m baseline rows.

    PSI / (φ/n + φ/m) is close to non-central chi-squared with cells − 1 degrees of freedom and
    non-centrality PSI_true / (φ/n + φ/m); both ends invert its distribution function.
    Source: Yurdakul, Statistical Properties of Population Stability Index (2018).

    >>> low, high = psi_interval(0.09, cells=10, n=100, m=20_000)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.142)
    """
    scale = inflation * (1.0 / n + 1.0 / m)
    low, high = noncentral_interval(estimate / scale, float(cells - 1), confidence)
    return low * scale, high * scale


def judge_psi(
    baseline: Cells,
    window: Cells,
    *,
    limit: float = DEFAULT_LIMIT,
    confidence: float = 0.95,
    inflation: float = 1.0,
) -> Distance:
    """PSI of two counts over the same cells, with interval, verdict and the rows that decide.

    The estimate is the customary value, which is biased upwards by (cells − 1)(1/n + 1/m); the
    interval is not. Cells empty on both sides are left out. With over-dispersion `inflation` φ the
    rows weigh as n/φ and m/φ.

    >>> judge_psi([500] * 10, [50] * 10, limit=0.2).verdict
    <Verdict.PASS: 'pass'>
    """
    return judge_psi_counts(CellCounts.of(baseline, window, inflation), limit, confidence)


def judge_psi_counts(counts: CellCounts, limit: float, confidence: float = 0.95) -> Distance:
    """`judge_psi` of counts that are already in their cells."""
    n, m, cells = counts.n, counts.m, counts.cells
    if n == 0 or m == 0:
        return Distance(
            estimate=0.0,
            low=0.0,
            high=math.inf,
            limit=limit,
            verdict=Verdict.INCONCLUSIVE,
            n_needed=None,
        )
    if cells < 2:
        return _judge_single(counts, limit, confidence)
    estimate = population_stability_index(counts.baseline, counts.window)
    low, high = psi_interval(estimate, cells, n, m, confidence, counts.inflation)
    verdict = judge(low, high, limit)
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        likely = max(0.0, estimate - (cells - 1) * counts.noise)
        needed = rows_needed(
            lambda rows: _would_decide(likely, cells, rows, m, limit, confidence, counts.inflation),
            start=int(n) + 1,
        )
    return Distance(
        estimate=estimate, low=low, high=high, limit=limit, verdict=verdict, n_needed=needed
    )


def _judge_single(counts: CellCounts, limit: float, confidence: float) -> Distance:
    """All rows of both sides in one cell: as far as so few rows can show."""
    high = _unseen_psi(counts, counts.n, confidence)
    verdict = judge(0.0, high, limit)
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        needed = rows_needed(
            lambda rows: _unseen_psi(counts, rows, confidence) <= limit, start=int(counts.n) + 1
        )
    return Distance(estimate=0.0, low=0.0, high=high, limit=limit, verdict=verdict, n_needed=needed)


def _unseen_psi(counts: CellCounts, n: float, confidence: float) -> float:
    window = counts.window * (n / counts.n)
    worst = CellCounts(
        baseline=counts.baseline, window=window, inflation=counts.inflation
    ).with_unseen(confidence)
    return population_stability_index(worst.baseline, worst.window)


def _would_decide(
    likely: float,
    cells: int,
    n: float,
    m: float,
    limit: float,
    confidence: float,
    inflation: float,
) -> bool:
    expected = likely + (cells - 1) * inflation * (1.0 / n + 1.0 / m)
    low, high = psi_interval(expected, cells, n, m, confidence, inflation)
    return judge(low, high, limit) is not Verdict.INCONCLUSIVE
