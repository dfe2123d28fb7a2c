"""Where in their bins the values lie, as far as their mean tells."""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

EVENLY = 0.5
_SAME = 1e-9


def mean_places(counts: Numbers, bounds: Numbers, mean: float | None) -> Numbers | float:
    """The mean place of the values in each bin, from 0 (lower end) to 1 (upper end).

    Values spread evenly would have the mean of the bins' middles; the rest of the known mean is
    laid upon the bins as a density of one slope would, by s·width² up to half a width, so that
    the widest bins, those of the tails, take most of it and the mean comes out exactly. Where the
    mean is that of the upper ends, which no value of a bin exceeds, every value is such an end.

    >>> bounds = np.array([0.0, 1.0, 2.0])
    >>> mean_places(np.array([5.0, 5.0]), bounds, mean=1.5).tolist()
    [1.0, 1.0]
    >>> mean_places(np.array([5.0, 5.0]), bounds, mean=0.9).round(3).tolist()
    [0.4, 0.4]
    """
    widths = np.diff(bounds)
    with np.errstate(all="ignore"):
        whole = float(counts.sum())
        rest = whole * ((mean or 0.0) - bounds[0]) - float(
            counts @ (bounds[:-1] - bounds[0] + widths / 2.0)
        )
        halves = counts * widths / 2.0
        most = float(halves.sum())
        scale = whole * float(bounds[-1] - bounds[0])
    if mean is None or not (np.isfinite(rest) and np.isfinite(scale) and most > 0.0):
        return EVENLY
    if abs(rest - most) <= _SAME * scale:
        return np.ones(len(counts))
    slope = _slope(halves, widths, min(abs(rest), most))
    with np.errstate(invalid="ignore"):
        lean = np.where(widths > 0.0, np.minimum(slope * widths, 0.5), 0.0)
    return np.asarray(EVENLY + np.sign(rest) * lean)


def _slope(halves: Numbers, widths: Numbers, rest: float) -> float:
    """The s at which Σ counts · min(s · width², width / 2) is the rest, widest bins first."""
    order = np.argsort(-widths)
    width, half = widths[order], halves[order]
    full = np.cumsum(half)
    growing = np.cumsum((2.0 * half * width)[::-1])[::-1]
    reached = np.full(len(width), np.inf)
    wide = width > 0.0
    reached[wide] = full[wide] + np.append(growing[1:], 0.0)[wide] / (2.0 * width[wide])
    clipped = int(np.searchsorted(reached, rest, side="right"))
    if clipped >= len(width) or growing[clipped] <= 0.0:
        return np.inf
    before = float(full[clipped - 1]) if clipped else 0.0
    return float((rest - before) / growing[clipped])
