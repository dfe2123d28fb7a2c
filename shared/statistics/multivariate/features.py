"""What a classifier may look at: every column alone, and columns in pairs."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import special

from shared.statistics.multivariate.sample import Sample

Floats = npt.NDArray[np.float64]

CATEGORIES = 8
PAIRS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A matrix of rows by features of mean 0 and variance 1, and the columns behind each.

    `pairs_left_out` counts the pairs that were not drawn because there are more than 400.
    """

    values: Floats
    columns: tuple[tuple[str, ...], ...]
    pairs_left_out: int = 0


def make_features(pooled: Sample, generator: np.random.Generator) -> Features:
    """Normal scores, indicators of categories and of missing values, and the products of pairs.

    A number becomes Φ⁻¹ of its mid-rank among both sides' rows, so that neither units nor outliers
    weigh; a product of two such scores has the columns' rank correlation as its mean. Nothing here
    knows which side a row is of, hence a permutation of the sides is an exact test. Of a category
    the eight most frequent values are looked at: many rare new ones are the column's own check.
    Source: van der Waerden's scores, as in Lehmann, Nonparametrics (1975), chapter 2.
    """
    singles: list[tuple[str, Floats]] = []
    for name, values in pooled.columns.items():
        known = ~np.isnan(values)
        made = (
            _indicators(values[known]) if name in pooled.categorical else [_scores(values[known])]
        )
        for one in made:
            whole = np.zeros(len(values))
            whole[known] = one
            singles.append((name, whole))
        if not known.all():
            singles.append((name, np.where(known, 0.0, 1.0)))
    scaled = [(name, fitted) for name, one in singles if (fitted := _scaled(one)) is not None]
    between = [
        (one, other)
        for one, other in combinations(range(len(scaled)), 2)
        if scaled[one][0] != scaled[other][0]
    ]
    squares = [(i, i) for i, (name, _) in enumerate(scaled) if name not in pooled.categorical]
    left_out = max(0, len(between) - PAIRS)
    if left_out:
        drawn = np.sort(generator.choice(len(between), PAIRS, replace=False))
        between = [between[i] for i in drawn]
    columns: list[tuple[str, ...]] = [(name,) for name, _ in scaled]
    kept = [one for _, one in scaled]
    for i, j in squares + between:
        product = _scaled(scaled[i][1] * scaled[j][1])
        if product is not None:
            names = (scaled[i][0], scaled[j][0])
            columns.append(names[:1] if i == j else names)
            kept.append(product)
    return Features(
        values=np.stack(kept, axis=1) if kept else np.zeros((pooled.rows, 0)),
        columns=tuple(columns),
        pairs_left_out=left_out,
    )


def _scores(values: Floats) -> Floats:
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return np.asarray(special.ndtri((below + not_above) / 2.0 / max(len(values), 1)))


def _indicators(codes: Floats) -> list[Floats]:
    """One indicator for each of the most frequent values; the last of only a few says nothing."""
    found, counts = np.unique(codes, return_counts=True)
    kept = np.lexsort((found, -counts))[: min(CATEGORIES, len(found) - 1)]
    return [np.where(codes == found[i], 1.0, 0.0) for i in kept]


def _scaled(values: Floats) -> Floats | None:
    deviation = float(values.std()) if len(values) else 0.0
    if not math.isfinite(deviation) or deviation < 1e-9:
        return None
    return np.asarray((values - values.mean()) / deviation)
