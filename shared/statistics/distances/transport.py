"""The Wasserstein distance: how far the rows would have to be moved."""

import math

import numpy as np

from shared.statistics.distances.bootstrap import absolute_interval, sampling_noise
from shared.statistics.distances.distance import NOTHING_KNOWN, Measurement
from shared.statistics.distances.ordered_counts import Numbers, OrderedCounts
from shared.statistics.profile import NumericColumn


def wasserstein(counts: OrderedCounts, mean_difference: float = 0.0) -> float:
    """W₁ = ∫ |G − F| dx in the column's unit, at least |difference of the means|.

    Each distribution function is known at the ends of the bins; between them it rises evenly, or
    not at all where all values are at the ends. The means are known exactly, and where one
    function is above the other throughout W₁ is their difference.
    Source: Vallender, Calculation of the Wasserstein Distance Between Probability Distributions on
    the Line (1974); Villani, Optimal Transport (2009).

    >>> counts = OrderedCounts(
    ...     baseline=np.array([50.0, 50, 0]), window=np.array([0.0, 50, 50]), bounds=np.arange(4.0)
    ... )
    >>> wasserstein(counts)
    1.0
    """
    binned = float(np.abs(counts.gaps()) @ end_weights(counts))
    return max(binned, abs(mean_difference))


def end_weights(counts: OrderedCounts) -> Numbers:
    """How much of the line each end's gap stands for: half of the bins beside it.

    The whole of the bin above it where a distribution function stands still within bins.
    """
    with np.errstate(over="ignore"):
        widths = np.minimum(np.diff(counts.bounds), np.finfo(float).max / len(counts.bounds))
    above = np.append(widths[1:], 0.0)
    still = (counts.baseline_steps + counts.window_steps) / 2.0
    return np.asarray(widths * (1.0 - still) / 2.0 + above * (1.0 + still) / 2.0)


def measure_wasserstein(
    base: NumericColumn, win: NumericColumn, counts: OrderedCounts, confidence: float = 0.95
) -> Measurement:
    """The distance in the column's unit, with `bootstrap.absolute_interval` over the bins' ends.

    The raw rows' value differs by no more than the sum over bins of width times the largest error
    a gap can have within the bin.
    """
    if np.count_nonzero((counts.baseline > 0) | (counts.window > 0)) < 2:
        return NOTHING_KNOWN
    difference = (win.mean or 0.0) - (base.mean or 0.0)
    weights = end_weights(counts)
    estimate = wasserstein(counts, difference)
    binned = float(np.abs(counts.gaps()) @ weights)
    low, high, centre = absolute_interval(
        counts.gaps(), np.cumsum(_noise(counts), axis=1), weights, confidence
    )
    raised = estimate / binned if binned > 0.0 else 1.0
    return Measurement(
        estimate=estimate,
        low=low * raised,
        high=high * raised,
        centre=centre * raised,
        binning_error=wasserstein_error(counts, estimate),
    )


def _noise(counts: OrderedCounts) -> Numbers:
    p, q = counts.shares()
    return sampling_noise(p, q, counts.n / counts.inflation, counts.m / counts.inflation)


def wasserstein_error(counts: OrderedCounts, estimate: float) -> float:
    """How far the raw rows' W₁ can be from the estimate: by what the gaps can be in each bin."""
    least, most = counts.reach()
    widths = np.diff(counts.bounds)
    largest = float(np.maximum(np.abs(least), np.abs(most)) @ widths)
    nearest = np.where((least <= 0.0) & (most >= 0.0), 0.0, np.minimum(np.abs(least), np.abs(most)))
    error = max(largest - estimate, estimate - float(nearest @ widths), 0.0)
    return error if math.isfinite(error) else math.inf


def measure_wasserstein_normed(
    base: NumericColumn, win: NumericColumn, counts: OrderedCounts, confidence: float = 0.95
) -> Measurement:
    """W₁ in units of the baseline's standard deviation; nothing is known when that is 0.

    The unit is taken as known: the baseline has far more rows than a window.
    """
    spread = math.sqrt(base.variance or 0.0)
    if spread <= 0.0:
        return NOTHING_KNOWN
    plain = measure_wasserstein(base, win, counts, confidence)
    error = plain.binning_error
    return Measurement(
        estimate=plain.estimate / spread,
        low=plain.low / spread,
        high=plain.high / spread,
        centre=plain.centre / spread,
        binning_error=None if error is None else error / spread,
    )
