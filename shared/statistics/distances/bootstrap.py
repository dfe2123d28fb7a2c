"""Intervals of sums of absolute differences, by a bootstrap of the counts."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

DRAWS = 400
_SEED = 20_130_117
_STEPS = np.linspace(0.0, 1.0, 8)


@lru_cache(maxsize=128)
def _normals(cells: int) -> tuple[Numbers, Numbers]:
    """Standard normal draws for both sides, the same ones for every column of so many cells."""
    generator = np.random.default_rng([_SEED, cells])
    one = generator.standard_normal((2, DRAWS // 2, cells))
    both = np.concatenate([one, -one], axis=1)
    return both[0], both[1]


def sampling_noise(p: Numbers, q: Numbers, n: float, m: float) -> tuple[Numbers, Numbers]:
    """Draws of the sampling errors of q and of p, one a row: multinomial in its normal limit.

    With fixed draws g the error of the shares is √(q/n)·g − q·Σ √(q/n)·g, which has the
    multinomial's covariance. Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993),
    chapter 6; van der Vaart and Wellner, Weak Convergence (1996), section 3.6 on its normal form.

    >>> of_q, of_p = sampling_noise(np.array([0.5, 0.5]), np.array([0.2, 0.8]), n=100, m=1e9)
    >>> float(np.round(of_q[:, 0].std() / (0.2 * 0.8 / 100) ** 0.5, 1))
    1.0
    """
    for_window, for_baseline = _normals(len(p))
    return _centred(for_window * np.sqrt(q / n), q), _centred(for_baseline * np.sqrt(p / m), p)


def _centred(error: Numbers, shares: Numbers) -> Numbers:
    return np.asarray(error - error.sum(axis=1, keepdims=True) * shares)


def absolute_interval(
    moved: Numbers, noise: Numbers, weights: Numbers, confidence: float
) -> tuple[float, float, float]:
    """Low and high of the true Σ w·|d| behind observed differences, and its likeliest value.

    The plain percentile bootstrap adds the noise twice and never reaches 0. Here the differences
    are scaled to t·d, noise is added, and the interval holds the t at which the observed sum is
    between the tails' quantiles of Σ w·|t·d + noise|: a test inverted along one line. A sum below
    its median without any change says no more than one at it.
    Source: Davison and Hinkley, Bootstrap Methods (1997), section 5.5, on inverting tests.
    """
    observed = float(np.abs(moved) @ weights)
    still = np.abs(noise) @ weights
    likely_still = float(np.median(still))
    if observed <= 0.0:
        moved = noise.std(axis=0)
    unit = float(np.abs(moved) @ weights)
    if unit <= 0.0:
        return 0.0, 0.0, 0.0
    most = observed + 6.0 * likely_still
    sizes = most * _STEPS
    sums = np.sort(
        np.stack([np.abs(noise + moved * (size / unit)) @ weights for size in sizes]), axis=1
    )
    tail = (1.0 - confidence) / 2.0
    lower, middle, upper = (
        np.maximum.accumulate(_quantile(sums, probability))
        for probability in (tail, 0.5, 1.0 - tail)
    )
    return (
        float(np.interp(observed, upper, sizes)),
        float(np.interp(max(observed, likely_still), lower, sizes)),
        float(np.interp(observed, middle, sizes)),
    )


def _quantile(ordered: Numbers, probability: float) -> Numbers:
    position = probability * (ordered.shape[1] - 1)
    below = int(position)
    above = min(below + 1, ordered.shape[1] - 1)
    part = position - below
    return np.asarray(ordered[:, below] * (1.0 - part) + ordered[:, above] * part)
