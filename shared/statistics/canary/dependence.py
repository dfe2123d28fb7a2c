"""How much less a side's rows tell when they hang together: neighbours alike, events in bursts."""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_FEWEST_ROWS = 20
# A pretest at one in twenty: a stricter one misses what costs error, a laxer one costs power.
_EVIDENT = 1.64
_MOST_ALIKE = 0.9


def design_effect(values: Array) -> float:
    """How many rows, in the order recorded, tell as much as one independent row.

    (1 + r) / (1 − r), r the correlation of each value's rank with the next one's; 1 unless r is
    evidently above 0, and with fewer than 20 rows.
    Source: Bayley and Hammersley, Supplement to the Journal of the Royal Statistical Society 8
    (1946), for a series in which each value depends on the one before.

    >>> design_effect(np.arange(8.0)), design_effect(np.tile([1.0, 3.0, 2.0], 30))
    (1.0, 1.0)
    >>> round(design_effect(np.repeat([2.0, 5.0, 1.0, 4.0, 3.0, 6.0], 5)), 1)
    10.5
    """
    n = len(values)
    if n < _FEWEST_ROWS:
        return 1.0
    _, inverse, ties = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2.0)[inverse]
    ranks = ranks - ranks.mean()
    whole = float(ranks @ ranks)
    if whole <= 0.0:
        return 1.0
    # The estimate is too low by about (1 + 4r)/n.
    seen = float(ranks[1:] @ ranks[:-1]) / whole
    if seen <= _EVIDENT / math.sqrt(n):
        return 1.0
    alike = min(seen + (1.0 + 4.0 * seen) / n, _MOST_ALIKE)
    return (1.0 + alike) / (1.0 - alike)


def dispersion(counts: Array, exposures: Array, *, proportion: bool) -> float:
    """How much more the rows' counts vary than independent events would; 1 unless evidently more.

    Pearson's Σ (c − λe)² / (λe), λ the common rate and for shares times 1 − λ, over its degrees of
    freedom. Events and exposure divided by it can be judged as if they were independent.
    Source: Rao and Scott, Biometrics 48 (1992).

    >>> dispersion(np.tile([0.0, 1.0, 2.0], 10), np.ones(30), proportion=False)
    1.0
    >>> bursts = np.where(np.arange(30) % 15 == 0, 20.0, 0.0)
    >>> round(dispersion(bursts, np.ones(30), proportion=False), 1)
    19.3
    """
    counts, exposures = counts[exposures > 0.0], exposures[exposures > 0.0]
    freedom = len(counts) - 1
    if len(counts) < _FEWEST_ROWS or counts.sum() <= 0.0:
        return 1.0
    rate = float(counts.sum() / exposures.sum())
    expected = rate * exposures
    binomial = 1.0 - rate if proportion else 1.0
    if binomial <= 0.0:
        return 1.0
    found = float(((counts - expected) ** 2 / (expected * binomial)).sum()) / freedom
    noise = math.sqrt((2.0 + float((1.0 / expected).mean())) / freedom)
    return found if found > 1.0 + _EVIDENT * noise else 1.0
