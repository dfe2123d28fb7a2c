"""A categorical column's counts of the baseline's values, of others, and of new ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np

from shared.statistics.profile.numeric import Counts

EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CategoricalColumn:
    """Counts of the baseline's most frequent values, of its other values, and of new ones.

    `known` are all values the baseline had (sorted), empty when it had too many to keep, in which
    case nothing counts as unseen. `examples` are up to five unseen values. `singletons` says, of a
    baseline, how many values it had just once: their share is that of values still to be seen.
    """

    values: tuple[str, ...]
    counts: Counts
    known: tuple[str, ...] = ()
    other_known: int = 0
    unseen: int = 0
    examples: tuple[str, ...] = ()
    nulls: int = 0
    singletons: int = 0
    kind: Literal["categorical", "boolean"] = "categorical"

    @property
    def n(self) -> int:
        """Rows seen, whatever their value."""
        return int(self.counts.sum()) + self.other_known + self.unseen + self.nulls

    @property
    def missing(self) -> int:
        """Nulls."""
        return self.nulls

    def binning(self) -> dict[str, Any]:
        """What makes two columns comparable."""
        return {"kind": self.kind, "values": list(self.values), "known": list(self.known)}

    def __add__(self, other: Self) -> Self:
        return replace(
            self,
            counts=self.counts + other.counts,
            other_known=self.other_known + other.other_known,
            unseen=self.unseen + other.unseen,
            examples=tuple(sorted({*self.examples, *other.examples})[:EXAMPLES]),
            nulls=self.nulls + other.nulls,
            singletons=self.singletons + other.singletons,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **self.binning(),
            "counts": self.counts.tolist(),
            "other_known": self.other_known,
            "unseen": self.unseen,
            "examples": list(self.examples),
            "nulls": self.nulls,
            "singletons": self.singletons,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(
            **{
                **plain,
                "values": tuple(plain["values"]),
                "known": tuple(plain["known"]),
                "examples": tuple(plain["examples"]),
                "counts": np.asarray(plain["counts"], dtype=np.int64),
            }
        )
