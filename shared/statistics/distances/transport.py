"""The Wasserstein distance: how far the rows would have to be moved."""

import math
from dataclasses import replace

import numpy as np

from shared.statistics.distances.bootstrap import absolute_interval, sampling_noise
from shared.statistics.distances.distance import NOTHING_KNOWN, Measurement
from shared.statistics.distances.ordered_counts import Numbers, OrderedCounts
from shared.statistics.profile import NumericColumn


def wasserstein(counts: OrderedCounts) -> float:
    """W₁ = ∫ |G − F| dx in the column's unit, by the bins' widths and mean gaps.

    The mean of G − F over a bin follows from the counts below it and the mean place of the values
    in it. So W₁ is exact where G − F has one sign in each bin and the places are right, and where
    it has one sign throughout it is the difference of the means, which the profile knows exactly.
    Source: Vallender, Calculation of the Wasserstein Distance Between Probability Distributions on
    the Line (1974); Villani, Optimal Transport (2009).

    >>> counts = OrderedCounts(
    ...     baseline=np.array([50.0, 50, 0]), window=np.array([0.0, 50, 50]), bounds=np.arange(4.0)
    ... )
    >>> wasserstein(counts)
    1.0
    """
    return float(np.abs(_mean_gaps(counts, *counts.shares)) @ widths(counts))


def widths(counts: OrderedCounts) -> Numbers:
    """The widths of the bins, the largest numbers cut so that sums stay finite."""
    with np.errstate(over="ignore"):
        return np.minimum(np.diff(counts.bounds), np.finfo(float).max / 1e3)


def _mean_gaps(counts: OrderedCounts, p: Numbers, q: Numbers) -> Numbers:
    """The mean of G − F over each bin, of shares in the last axis."""
    change = q - p
    before = np.cumsum(change, axis=-1) - change
    within = q * (1.0 - counts.window_places) - p * (1.0 - counts.baseline_places)
    return np.asarray(before + within)


def measure_wasserstein(
    base: NumericColumn, win: NumericColumn, counts: OrderedCounts, confidence: float = 0.95
) -> Measurement:
    """The distance in the column's unit, with `bootstrap.absolute_interval` over the bins.

    The draws are scaled so that their mean difference has the exact standard error, which counts
    in bins may understate in a tail. The raw rows' value differs by no more than the sum over bins
    of width times the largest error that a gap can have within the bin.
    """
    if counts.single:
        return NOTHING_KNOWN
    p, q = counts.shares
    wide = widths(counts)
    n, m = counts.n / counts.inflation, counts.m / counts.inflation
    of_window, of_baseline = sampling_noise(p, q, n, m)
    noise = _mean_gaps(counts, of_baseline, of_window)
    exact = math.sqrt((win.variance or 0.0) / n + (base.variance or 0.0) / m)
    drawn = float(np.std(noise @ wide))
    if drawn > 0.0 and math.isfinite(exact):
        noise *= max(1.0, exact / drawn)
    gaps = _mean_gaps(counts, p, q)
    estimate = float(np.abs(gaps) @ wide)
    low, high, centre = absolute_interval(gaps, noise, wide, confidence)
    return Measurement(
        estimate=estimate,
        low=low,
        high=high,
        centre=centre,
        binning_error=wasserstein_error(counts, estimate),
    )


def wasserstein_error(counts: OrderedCounts, estimate: float) -> float:
    """How far the raw rows' W₁ can be from the estimate: by what the gaps can be in each bin."""
    least, most = counts.reach
    wide = widths(counts)
    largest = float(np.maximum(np.abs(least), np.abs(most)) @ wide)
    nearest = np.where((least <= 0.0) & (most >= 0.0), 0.0, np.minimum(np.abs(least), np.abs(most)))
    return max(largest - estimate, estimate - float(nearest @ wide), 0.0)


def in_deviations(plain: Measurement, base: NumericColumn) -> Measurement:
    """A measurement in the column's unit, in standard deviations of the baseline instead.

    Nothing is known when that is 0. The deviation is taken as known: the baseline has far more
    rows than a window.
    """
    spread = math.sqrt(base.variance or 0.0)
    if not 0.0 < spread < math.inf:
        return NOTHING_KNOWN
    return replace(
        plain,
        estimate=plain.estimate / spread,
        low=plain.low / spread,
        high=plain.high / spread,
        centre=plain.centre / spread,
        binning_error=None if plain.binning_error is None else plain.binning_error / spread,
    )
