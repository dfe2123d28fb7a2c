"""How well two sets of rows can be told apart, on rows the classifier did not learn from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.performance.ranking import area_under_curve

Floats = npt.NDArray[np.float64]
_TOGETHER = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """The area of held-out rows, its standard error, and the areas of permuted sides.

    `shares` are the features' parts of the distance between the sides' mean scores.
    """

    area: float
    deviation: float
    permuted: Floats
    shares: Floats

    @property
    def p_value(self) -> float | None:
        """Of the hypothesis that the sides are exchangeable; None without permutations.

        (1 + number of permuted areas not below the observed) / (1 + permutations).
        Source: Phipson and Smyth, Statistical Applications in Genetics 9 (2010).
        """
        if not self.permuted.size:
            return None
        return float((1 + (self.permuted >= self.area).sum()) / (1 + self.permuted.size))


def separate(
    values: Floats, is_window: Floats, generator: np.random.Generator, permutations: int
) -> Separation:
    """The area of a linear discriminant's ROC curve, trained on one half, used on the other.

    Ridge regression of the side on the features, which is Fisher's discriminant but for its scale;
    the penalty is the number of features. The two halves' areas are averaged. The sides of many
    permutations are only further right-hand sides of the same equations. The error is the greater
    of DeLong's, which takes the halves for independent, and the permutations' own: without drift
    and with few features the halves err together.
    Source: Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests (2017); Kim, Ramdas, Singh,
    Wasserman, Annals of Statistics 49 (2021), on the discriminant's area without drift.

    >>> generator = np.random.default_rng(1)
    >>> rows = generator.normal(size=(400, 1)) + np.repeat([[0.0], [2.0]], 200, axis=0)
    >>> found = separate(rows, np.repeat([0.0, 1.0], 200), generator, 99)
    >>> 0.89 < found.area < 0.95, found.p_value
    (True, 0.01)
    """
    halves = _halves(is_window, generator)
    areas, variances = [], []
    permuted = np.zeros(permutations)
    shares = np.zeros(values.shape[1])
    sides = [_permutations(is_window[half], generator, permutations) for half in halves]
    for learn, held in ((0, 1), (1, 0)):
        features = values[halves[learn]]
        gram = features.T @ features + max(1, features.shape[1]) * np.eye(features.shape[1])
        targets = sides[learn] - sides[learn].mean(axis=0)
        weights = np.linalg.solve(gram, features.T @ targets)
        scores = values[halves[held]] @ weights
        side = sides[held]
        area, variance = _area(scores[:, 0], side[:, 0])
        areas.append(area)
        variances.append(variance)
        permuted += _areas(scores[:, 1:], side[:, 1:]) / 2.0
        window = side[:, 0] > 0
        shown = values[halves[held]]
        shares += weights[:, 0] * (shown[window].mean(axis=0) - shown[~window].mean(axis=0))
    deviation = float(np.sqrt(sum(variances)) / 2.0)
    spread = float(permuted.std()) if permutations else 0.0
    return Separation(
        area=float(np.mean(areas)),
        deviation=max(deviation, spread),
        permuted=permuted,
        shares=shares,
    )


def _halves(
    is_window: Floats, generator: np.random.Generator
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Two halves of the rows, each with half of either side."""
    first, second = [], []
    for side in (0.0, 1.0):
        rows = generator.permutation(np.flatnonzero(is_window == side))
        first.append(rows[: len(rows) // 2])
        second.append(rows[len(rows) // 2 :])
    return np.concatenate(first), np.concatenate(second)


def _permutations(side: Floats, generator: np.random.Generator, permutations: int) -> Floats:
    """The true sides in the first column, permuted ones in the others."""
    copies = np.repeat(side[:, None], permutations, axis=1)
    return np.column_stack([side, generator.permuted(copies, axis=0)])


def _area(scores: Floats, side: Floats) -> tuple[float, float]:
    _, cell = np.unique(scores, return_inverse=True)
    cells = int(cell.max()) + 1
    found = area_under_curve(
        np.bincount(cell, weights=side, minlength=cells),
        np.bincount(cell, weights=1.0 - side, minlength=cells),
    )
    return found.area, found.deviation**2


def _areas(scores: Floats, sides: Floats) -> Floats:
    """Mann–Whitney's area of each column of scores for its own column of sides."""
    windows = sides.sum(axis=0)
    others = len(sides) - windows
    sums = np.zeros(scores.shape[1])
    ranks = np.arange(1, len(scores) + 1, dtype=float)
    for start in range(0, scores.shape[1], _TOGETHER):
        some = slice(start, start + _TOGETHER)
        ordered = np.take_along_axis(sides[:, some], np.argsort(scores[:, some], axis=0), axis=0)
        sums[some] = ranks @ ordered
    return np.asarray((sums - windows * (windows + 1) / 2) / (windows * others))


def normal_interval(area: float, deviation: float, confidence: float) -> tuple[float, float]:
    """The area with so many standard errors on either side, inside [0, 1].

    >>> normal_interval(0.5, 0.01, 0.95)
    (0.4804, 0.5196)
    """
    half = float(special.ndtri(0.5 + confidence / 2.0)) * deviation
    return round(max(0.0, area - half), 4), round(min(1.0, area + half), 4)
