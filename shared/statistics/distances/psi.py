"""Population stability index, with the interval that knows how few rows there are."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.domain.verdict import Verdict
from shared.statistics.distances.distance import Distance, judge, rows_needed

DEFAULT_LIMIT = 0.2
_NORMAL_FROM = 5_000.0

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
    estimate: float, cells: int, n: float, m: float, confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of the true PSI behind an estimate from n window and m baseline rows.

    PSI / (1/n + 1/m) is close to non-central chi-squared with cells − 1 degrees of freedom and
    non-centrality PSI_true / (1/n + 1/m); both ends invert its distribution function.
    Source: Yurdakul, Statistical Properties of Population Stability Index (2018).

    >>> low, high = psi_interval(0.09, cells=10, n=100, m=20_000)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.141)
    """
    scale = 1.0 / n + 1.0 / m
    freedom = float(cells - 1)
    statistic = estimate / scale
    tail = (1.0 - confidence) / 2.0
    low = _noncentrality(statistic, freedom, 1.0 - tail)
    high = _noncentrality(statistic, freedom, tail)
    return low * scale, high * scale


def _noncentrality(statistic: float, freedom: float, probability: float) -> float:
    """The non-centrality at which the distribution function at `statistic` is `probability`.

    Far out the normal approximation with the same mean and variance is solved instead.
    """
    if special.chndtr(statistic, freedom, 0.0) <= probability:
        return 0.0
    if statistic <= _NORMAL_FROM:
        found = float(special.chndtrinc(statistic, freedom, probability))
        if math.isfinite(found):
            return max(0.0, found)
    z = float(special.ndtri(probability))
    centred = statistic - freedom
    return max(0.0, centred + 2 * z * z - z * math.sqrt(4 * centred + 4 * z * z + 2 * freedom))


def judge_psi(
    baseline: Cells, window: Cells, *, limit: float = DEFAULT_LIMIT, confidence: float = 0.95
) -> Distance:
    """PSI of two counts over the same cells, with interval, verdict and the rows that decide.

    The estimate is the customary value, which is biased upwards by (cells − 1)(1/n + 1/m); the
    interval is not. Cells empty on both sides are left out.

    >>> judge_psi([500] * 10, [50] * 10, limit=0.2).verdict
    <Verdict.PASS: 'pass'>
    """
    p = np.asarray(baseline, dtype=float)
    q = np.asarray(window, dtype=float)
    used = (p > 0) | (q > 0)
    p, q = p[used], q[used]
    n, m, cells = float(q.sum()), float(p.sum()), len(p)
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
        return Distance(estimate=0.0, low=0.0, high=0.0, limit=limit, verdict=Verdict.PASS)
    estimate = population_stability_index(p, q)
    low, high = psi_interval(estimate, cells, n, m, confidence)
    verdict = judge(low, high, limit)
    needed = None
    if verdict is Verdict.INCONCLUSIVE:
        bias = (cells - 1) * (1.0 / n + 1.0 / m)
        likely = max(0.0, estimate - bias)
        needed = rows_needed(
            lambda rows: _would_decide(likely, cells, rows, m, limit, confidence),
            start=int(n) + 1,
        )
    return Distance(
        estimate=estimate, low=low, high=high, limit=limit, verdict=verdict, n_needed=needed
    )


def _would_decide(
    likely: float, cells: int, n: float, m: float, limit: float, confidence: float
) -> bool:
    expected = likely + (cells - 1) * (1.0 / n + 1.0 / m)
    low, high = psi_interval(expected, cells, n, m, confidence)
    return judge(low, high, limit) is not Verdict.INCONCLUSIVE
