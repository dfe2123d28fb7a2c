"""A numeric column's counts between the baseline's edges, and its sums."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from shared.statistics.profile.extremes import extreme
from shared.statistics.profile.sums import exact_sum

Counts = npt.NDArray[np.int64]
NumericKind = Literal["numeric", "datetime", "datetime without zone"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumericColumn:
    """Counts of a numeric column between the baseline's quantile edges; times are seconds of UTC.

    `counts[i]` holds the finite values in (edges[i-1], edges[i]], the first bin lying below the
    baseline's minimum and the last above its maximum.
    `shifted_sum` and `shifted_squares` sum x − shift and (x − shift)², `shift` being the
    baseline's mean, so that the spread keeps its digits far from zero. Counts merge exactly; each
    sum is within (parts + log2 rows + 20) · 2⁻⁵³ of the sum of its absolute terms in any order.
    """

    edges: tuple[float, ...]
    counts: Counts
    shift: float
    nulls: int = 0
    nans: int = 0
    above: int = 0
    below: int = 0
    minimum: float | None = None
    maximum: float | None = None
    shifted_sum: float = 0.0
    shifted_squares: float = 0.0
    kind: NumericKind = "numeric"

    @property
    def finite(self) -> int:
        """How many values are numbers."""
        return int(self.counts.sum())

    @property
    def n(self) -> int:
        """Rows seen, whatever their value."""
        return self.finite + self.nulls + self.nans + self.above + self.below

    @property
    def missing(self) -> int:
        """Nulls and not-a-numbers."""
        return self.nulls + self.nans

    @property
    def mean(self) -> float | None:
        """Arithmetic mean of the finite values, None without any."""
        return self.shift + self.shifted_sum / self.finite if self.finite else None

    @property
    def variance(self) -> float | None:
        """Population variance of the finite values, None without any."""
        if not self.finite:
            return None
        mean = self.shifted_sum / self.finite
        return max(0.0, self.shifted_squares / self.finite - mean * mean)

    def binning(self) -> dict[str, Any]:
        """What makes two columns comparable."""
        return {"kind": self.kind, "edges": list(self.edges), "shift": self.shift}

    def __add__(self, other: Self) -> Self:
        return replace(
            self,
            counts=self.counts + other.counts,
            nulls=self.nulls + other.nulls,
            nans=self.nans + other.nans,
            above=self.above + other.above,
            below=self.below + other.below,
            minimum=extreme(min, self.minimum, other.minimum),
            maximum=extreme(max, self.maximum, other.maximum),
            shifted_sum=exact_sum((self.shifted_sum, other.shifted_sum)),
            shifted_squares=exact_sum((self.shifted_squares, other.shifted_squares)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; floats round-trip exactly."""
        return {
            **self.binning(),
            "counts": self.counts.tolist(),
            "nulls": self.nulls,
            "nans": self.nans,
            "above": self.above,
            "below": self.below,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "shifted_sum": self.shifted_sum,
            "shifted_squares": self.shifted_squares,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(
            **{
                **plain,
                "edges": tuple(plain["edges"]),
                "counts": np.asarray(plain["counts"], dtype=np.int64),
            }
        )
