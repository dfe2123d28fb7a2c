"""Limit distributions of the ordered tests when nothing changed, by their series."""

import math

import numpy as np
from scipy import special

_TERMS = np.arange(20)
_CRAMER_TAIL = 3.0
_ANDERSON_TAIL = 10.0
_ARC = np.arange(60) * 0.1
_ONE_AND_SQUARE = np.cosh(_ARC) ** 2
_WEIGHTS = np.cosh(_ARC) * np.where(_ARC > 0.0, 0.1, 0.05)


def kolmogorov_upper_tail(distance: float, effective: float) -> float:
    """P(D ≥ distance) with `effective` = n·m / (n + m) rows.

    2 Σ (−1)^(k−1) exp(−2k²λ²) at λ = (√e + 0.12 + 0.11/√e)·D.
    Source: Kolmogorov (1933), Smirnov (1948); Stephens (1970) for the small-sample term.

    >>> round(kolmogorov_upper_tail(0.1, 200.0), 3)
    0.034
    """
    root = math.sqrt(effective)
    return float(special.kolmogorov((root + 0.12 + 0.11 / root) * distance))


def cramer_von_mises_upper_tail(statistic: float) -> float:
    """P(ω² ≥ statistic) in the limit of many rows.

    1 − π^(−3/2) x^(−1/2) Σ Γ(k + ½)/k! · √(4k+1) · exp(−y) · K¼(y), y = (4k + 1)²/(16x).
    Source: Anderson and Darling (Annals of Mathematical Statistics 1952), equation 4.35. In the
    tail, where the series cancels, √2 · P(χ²₁ > π²x) by Zolotarev (1961), since ω² is
    Σ χ²₁/(kπ)².

    >>> round(cramer_von_mises_upper_tail(0.46136), 4)
    0.05
    """
    if statistic <= 0.0:
        return 1.0
    if statistic > _CRAMER_TAIL:
        return math.sqrt(2.0) * float(special.chdtrc(1.0, math.pi**2 * statistic))
    odd = 4.0 * _TERMS + 1.0
    argument = odd * odd / (16.0 * statistic)
    weight = np.exp(special.gammaln(_TERMS + 0.5) - special.gammaln(_TERMS + 1.0))
    terms = weight * np.sqrt(odd) * np.exp(-2.0 * argument) * special.kve(0.25, argument)
    below = float(terms.sum() / math.sqrt(math.pi**3 * statistic))
    return min(1.0, max(0.0, 1.0 - below))


def anderson_darling_upper_tail(statistic: float) -> float:
    """P(A² ≥ statistic) in the limit of many rows.

    1 − √(2π)/z Σ C(−½, j)(4j+1) exp(−cⱼ) ∫₀^∞ exp(z/(8(w²+1)) − cⱼw²) dw, cⱼ = (4j+1)²π²/(8z),
    the integral by the trapezoid rule in t, w = sinh t.
    Source: Anderson and Darling, A Test of Goodness of Fit (1954). In the tail √3 · P(χ²₁ > 2z)
    by Zolotarev (1961), since A² is Σ χ²₁/(k(k+1)).

    >>> round(anderson_darling_upper_tail(2.4924), 4)
    0.05
    """
    if statistic <= 0.0:
        return 1.0
    if statistic > _ANDERSON_TAIL:
        return math.sqrt(3.0) * float(special.chdtrc(1.0, 2.0 * statistic))
    odd = 4.0 * _TERMS + 1.0
    decay = odd * odd * math.pi**2 / (8.0 * statistic)
    inner = np.exp(statistic / 8.0 / _ONE_AND_SQUARE - decay[:, None] * (_ONE_AND_SQUARE - 1.0))
    integral = inner @ _WEIGHTS
    binomial = special.binom(-0.5, _TERMS)
    terms = binomial * odd * np.exp(-decay) * integral
    below = math.sqrt(2.0 * math.pi) / statistic * float(terms.sum())
    return min(1.0, max(0.0, 1.0 - below))
