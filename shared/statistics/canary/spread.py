"""Whether two samples spread alike: Brown and Forsythe's test, and the ratio with its interval."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadRatio:
    """Mean absolute deviation of experiment to control, its interval, and the test's p."""

    estimate: float
    low: float
    high: float
    p_value: float | None


def brown_forsythe(control: Array, experiment: Array) -> float | None:
    """The p-value of equal spread: the analysis of variance of |x − median|, two groups.

    None where no value lies off its median, so that there is nothing to compare.
    Source: Brown and Forsythe, Journal of the American Statistical Association 69 (1974).

    >>> x = np.arange(12.0)
    >>> round(brown_forsythe(x, 3.0 * x), 4)
    0.0013
    """
    a, b = _deviations(control), _deviations(experiment)
    freedom = len(a) + len(b) - 2
    within = float(((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum())
    between = float((a.mean() - b.mean()) ** 2) * len(a) * len(b) / (len(a) + len(b))
    if freedom < 1 or within <= 0.0:
        return None
    return float(special.fdtrc(1.0, freedom, between / (within / freedom)))


def spread_ratio(
    control: Array, experiment: Array, alpha: float, alike: float = 1.0
) -> SpreadRatio:
    """The ratio of mean absolute deviations from the median, with interval of level 1 − alpha.

    ln(τ₂/τ₁) ± t · √(v₁ + v₂), v = (σ²/τ² + (mean − median)²/τ² − 1) / n, each τ times n/(n − 1);
    t has Welch's degrees of freedom. No normality is assumed. `alike` rows tell as much as one.
    Source: Bonett and Seier, Journal of Educational and Behavioral Statistics 28 (2003).

    >>> x = np.arange(40.0)
    >>> ratio = spread_ratio(x, 2.0 * x, alpha=0.05)
    >>> round(ratio.estimate, 3), round(ratio.low, 2), round(ratio.high, 2)
    (2.0, 1.53, 2.62)
    """
    p_value = brown_forsythe(control, experiment)
    a, b = _deviations(control), _deviations(experiment)
    tau_a, tau_b = (len(d) / (len(d) - 1) * float(d.mean()) for d in (a, b))
    if tau_a <= 0.0 or tau_b <= 0.0:
        even = tau_a == tau_b
        estimate = 1.0 if even else (math.inf if tau_b > 0.0 else 0.0)
        return SpreadRatio(
            estimate=estimate,
            low=1.0 if even else 0.0,
            high=1.0 if even else math.inf,
            p_value=p_value,
        )
    v_a = alike * _log_variance(control, float(a.mean()))
    v_b = alike * _log_variance(experiment, float(b.mean()))
    total = v_a + v_b
    if total <= 0.0:
        return SpreadRatio(estimate=tau_b / tau_a, low=0.0, high=math.inf, p_value=p_value)
    freedom = total * total / (v_a * v_a / (len(a) - 1) + v_b * v_b / (len(b) - 1))
    half = -float(special.stdtrit(freedom, alpha / 2.0)) * math.sqrt(total)
    centre = math.log(tau_b / tau_a)
    return SpreadRatio(
        estimate=tau_b / tau_a,
        low=math.exp(centre - half),
        high=math.exp(min(centre + half, 700.0)),
        p_value=p_value,
    )


def _deviations(values: Array) -> Array:
    deviations: Array = np.abs(values - np.median(values))
    return deviations


def _log_variance(values: Array, tau: float) -> float:
    skewed = float(values.mean() - np.median(values)) / tau
    peaked = float(values.var(ddof=1)) / (tau * tau)
    return max(0.0, peaked + skewed * skewed - 1.0) / len(values)
