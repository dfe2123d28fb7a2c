"""Many columns moving a little at once: the sum of their squared locations, correlation allowed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STRENGTHS = (0.4, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointBet:
    """Exponents on Q = Σ z² and what their mean is when nothing changed.

    For z with correlation R, E exp(tQ) = Π (1 − 2tλᵢ)^(−1/2) over the eigenvalues of R, so
    exp(tQ) · Π (1 − 2tλᵢ)^(1/2) is an e-value for every t below 1/(2λ₁).
    Source: Mathai and Provost, Quadratic Forms in Random Variables (1992), theorem 3.2a.1.
    """

    exponents: Floats
    intercepts: Floats

    def gained(self, z: Floats, slack: Floats) -> Floats:
        """Log e-value a strength; each |z| is first lessened by what is tolerated."""
        beyond = np.maximum(np.abs(z) - slack, 0.0)
        return self.exponents * float(beyond @ beyond) - self.intercepts


def joint_bet(eigenvalues: Sequence[float] | Floats) -> JointBet:
    """The bets for z with these eigenvalues of their correlation.

    >>> bet = joint_bet([1.0, 1.0])
    >>> bet.gained(np.array([3.0, 3.0]), np.zeros(2)).round(2).tolist()
    [3.09, 5.59]
    """
    found = np.maximum(np.asarray(eigenvalues, dtype=float), 0.0)
    exponents = np.array(STRENGTHS) / (2.0 * found.max())
    intercepts = -0.5 * np.log1p(-2.0 * exponents[:, None] * found[None, :]).sum(axis=1)
    return JointBet(exponents=exponents, intercepts=intercepts)


def eigenvalues_of(z: Floats) -> Floats:
    """Eigenvalues of the correlation of the chunks' z, which is (chunks, columns).

    Those of a sample lie further apart than the true ones, and the bets grow more careful with
    that, so few chunks cost power and not false alarms. Of more columns than chunks those of the
    smaller product are taken, for the others are 0; a constant column has 1.

    >>> eigenvalues_of(np.array([[1.0, 3.0], [-1.0, -3.0], [2.0, 6.0]])).max().round(6).item()
    2.0
    """
    centred = z - z.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = centred[:, length > 0] / length[length > 0]
    chunks, varying = unit.shape
    if varying <= chunks:
        correlation = unit.T @ unit
        np.fill_diagonal(correlation, 1.0)
        found = np.linalg.eigvalsh(correlation)
    else:
        smaller = np.maximum(np.linalg.eigvalsh(unit @ unit.T), 0.0)
        found = np.concatenate([np.zeros(varying - chunks), smaller])
    return np.sort(np.concatenate([found, np.ones(len(length) - varying)]))
