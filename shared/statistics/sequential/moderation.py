"""Variances estimated from few chunks each, moderated by what the others of their group say."""

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

ALIKE = 10.0
_SMALLEST = 1e-3
_ERRORS = 2.5


def moderate(variances: Floats, freedom: Floats) -> tuple[Floats, Floats]:
    """Moderated over-dispersions and their degrees of freedom, by empirical Bayes.

    With s²ⱼ on dⱼ degrees of freedom and a scaled inverse chi-squared prior (s₀², d₀) fitted by the
    moments of s² and log s², the posterior is (d₀s₀² + dⱼs²ⱼ)/(d₀ + dⱼ) on d₀ + dⱼ degrees of
    freedom; d₀ is at most 10, since what moves rows together seldom moves every channel alike.
    Source: Smyth, Linear models and empirical Bayes methods (2004), section 6.2.

    >>> found, freedom = moderate(np.array([2.0, 3.0, 4.0]), np.full(3, 10.0))
    >>> found.tolist(), freedom.tolist()
    ([2.5, 3.0, 3.5], [20.0, 20.0, 20.0])
    """
    mean = float(np.average(variances, weights=freedom))
    excess, _ = _excess(variances, freedom)
    prior_freedom = ALIKE if excess <= 0.0 else min(ALIKE, 2.0 * _inverse_trigamma(excess))
    posterior = (prior_freedom * mean + freedom * variances) / (prior_freedom + freedom)
    return posterior, prior_freedom + freedom


def look_independent(variances: Floats, freedom: Floats) -> bool:
    """Whether neither the mean of s² nor the spread of log s² is beyond that of independent rows.

    Beyond is more than 2.5 standard errors.

    >>> look_independent(np.array([0.8, 1.0, 1.3]), np.full(3, 9.0))
    True
    >>> look_independent(np.array([2.0, 3.0, 4.0]), np.full(3, 10.0))
    False
    """
    mean = float(np.average(variances, weights=freedom))
    excess, error = _excess(variances, freedom)
    expected = 1.0 + _ERRORS * float(np.sqrt(2.0 / freedom.sum()))
    return mean <= expected and excess <= _ERRORS * error


def _excess(variances: Floats, freedom: Floats) -> tuple[float, float]:
    """How much more log s² varies than by chance, and one standard error of that."""
    if len(variances) < 2:
        return 0.0, 0.0
    half = freedom / 2.0
    logs = np.log(np.maximum(variances, _SMALLEST)) - special.digamma(half) + np.log(half)
    chance = float(np.mean(special.polygamma(1, half)))
    return float(np.var(logs, ddof=1)) - chance, chance * float(np.sqrt(2.0 / (len(logs) - 1)))


def _inverse_trigamma(value: float) -> float:
    """Where the trigamma function has this value, by Newton's steps on 1 / trigamma."""
    x = 0.5 + 1.0 / value
    for _ in range(50):
        trigamma = float(special.polygamma(1, x))
        step = trigamma * (1.0 - trigamma / value) / float(special.polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x
