"""What a score meant on the baseline: the rate of positives by bin, rising with the score."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.profile import ScoreProfile
from shared.statistics.profile.scores import LABELLED, SCORE

Floats = npt.NDArray[np.float64]
PRIOR_ROWS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibrationMap:
    """The probability of a positive in each bin, and which bins were pooled into one block.

    A block's probability is known as well as from `positives` of `rows` (a Beta distribution).
    """

    block: npt.NDArray[np.int64]
    positives: Floats
    rows: Floats

    @property
    def rate(self) -> Floats:
        """The probability by bin."""
        return np.asarray((self.positives / self.rows)[self.block])

    def draws(self, generator: np.random.Generator, repeats: int) -> Floats:
        """So many probabilities by bin that the baseline's counts allow, one row a draw."""
        drawn = generator.beta(
            self.positives, self.rows - self.positives, size=(repeats, len(self.rows))
        )
        return np.asarray(drawn[:, self.block])


def isotonic_blocks(rates: npt.ArrayLike, weights: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Which neighbours isotonic regression pools: pool adjacent violators.

    Source: Ayer, Brunk, Ewing, Reid and Silverman, Annals of Mathematical Statistics 26 (1955).

    >>> isotonic_blocks([0.1, 0.4, 0.2, 0.9], [1, 1, 1, 1]).tolist()
    [0, 1, 1, 2]
    """
    blocks: list[tuple[float, float, int]] = []
    for rate, weight in zip(np.asarray(rates), np.asarray(weights), strict=True):
        total, rows, bins = float(rate * weight), float(weight), 1
        while blocks and blocks[-1][0] * rows > total * blocks[-1][1]:
            before, of, width = blocks.pop()
            total, rows, bins = total + before, rows + of, bins + width
        blocks.append((total, rows, bins))
    return np.repeat(np.arange(len(blocks)), [bins for _, _, bins in blocks])


def calibration_map(baseline: ScoreProfile, scores: npt.ArrayLike) -> CalibrationMap:
    """Isotonic calibration from the baseline's labels, shrunk towards the score itself.

    Ten rows' worth of belief that a score means what it says are spread over the bins before
    pooling, so a bin without baseline rows gets its `scores` (mean score by bin of the window) and
    a wide uncertainty. Source: Zadrozny and Elkan, KDD 2002; shrinkage: Agresti and Coull 1998.
    Raises InvalidData when the baseline lacks labels of either class.
    """
    positives, negatives = baseline.positives, baseline.negatives
    if positives.sum() == 0 or negatives.sum() == 0:
        raise InvalidData(
            "The baseline has no labels of both classes, so what its scores mean is unknown; "
            "give one with labels."
        )
    n = (positives + negatives).astype(float)
    means = baseline.moments[LABELLED, SCORE] / np.maximum(n, 1.0)
    expected = np.clip(np.where(n > 0, means, np.asarray(scores, dtype=float)), 0.005, 0.995)
    prior = PRIOR_ROWS / len(n)
    rows = n + prior
    raised = positives + prior * expected
    block = isotonic_blocks(raised / rows, rows)
    return CalibrationMap(
        block=block,
        positives=np.bincount(block, weights=raised).astype(float),
        rows=np.bincount(block, weights=rows).astype(float),
    )
