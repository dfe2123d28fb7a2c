"""A regression's predictions counted between edges, with the sums of its errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np

from shared.domain.canonical import content_hash
from shared.errors import InvalidData
from shared.statistics.profile.coverage import LabelCoverage
from shared.statistics.profile.numeric import Counts, NumericColumn
from shared.statistics.profile.scores import (
    SCORES_VERSION,
    Floats,
    add_fingerprints,
    check_version,
)
from shared.statistics.profile.sums import LARGEST

ERROR, ABSOLUTE, SQUARED, FOURTH = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ErrorProfile:
    """The mergeable summary of a regression's predictions and, where a label is known, errors.

    `counts[labelled, bin]` counts predictions in (edges[bin-1], edges[bin]] with (0) and without
    (1) a label. `errors` sums e, |e|, e² and e⁴ with e = prediction − label, stopping at the
    largest double. `moments` sums p − shift and (p − shift)² of all predictions.
    `nulls`, `nans` and `infinite` count rows without a usable prediction, `unusable_labels` labels
    that are not finite, whose rows count as unlabelled.
    """

    edges: tuple[float, ...]
    shift: float
    counts: Counts
    errors: Floats
    moments: Floats
    nulls: int = 0
    nans: int = 0
    infinite: int = 0
    unusable_labels: int = 0
    unread: int = 0
    labels: LabelCoverage = field(default_factory=LabelCoverage)
    fingerprint: str = ""
    kind: Literal["error"] = "error"
    version: int = SCORES_VERSION

    @classmethod
    def empty(cls, edges: tuple[float, ...], shift: float) -> Self:
        """A profile of no rows; adding it to another of the same edges changes nothing."""
        return cls(
            edges=edges,
            shift=shift,
            counts=np.zeros((2, len(edges) + 1), dtype=np.int64),
            errors=np.zeros(4),
            moments=np.zeros(2),
        )

    @property
    def scored(self) -> int:
        """Rows with a usable prediction."""
        return int(self.counts.sum())

    @property
    def rows(self) -> int:
        """Rows seen, with a usable prediction or not."""
        return self.scored + self.nulls + self.nans + self.infinite

    @property
    def labelled(self) -> int:
        """Rows with both a usable prediction and a label."""
        return int(self.counts[0].sum())

    @property
    def binning_hash(self) -> str:
        """The identity of the edges: equal binning, equal hash."""
        return content_hash({"kind": self.kind, "edges": list(self.edges), "shift": self.shift})

    @property
    def hash(self) -> str:
        """SHA-256 over everything the profile holds."""
        return content_hash(self.to_json())

    def scores(self) -> NumericColumn:
        """The predictions alone as a numeric column, for distances."""
        return NumericColumn(
            edges=self.edges,
            counts=np.asarray(self.counts.sum(axis=0)),
            shift=self.shift,
            nulls=self.nulls,
            nans=self.nans,
            above=self.infinite,
            shifted_sum=float(self.moments[0]),
            shifted_squares=float(self.moments[1]),
        )

    def __add__(self, other: Self) -> Self:
        """Both windows together.

        Raises InvalidData when the edges differ.
        """
        if not isinstance(other, ErrorProfile):
            return NotImplemented
        if self.binning_hash != other.binning_hash:
            raise InvalidData(
                "Error profiles with different edges cannot be merged; "
                "compute both with `like` of one baseline."
            )
        with np.errstate(over="ignore"):
            errors = np.clip(self.errors + other.errors, -LARGEST, LARGEST)
            moments = np.clip(self.moments + other.moments, -LARGEST, LARGEST)
        return replace(
            self,
            counts=self.counts + other.counts,
            errors=errors,
            moments=moments,
            nulls=self.nulls + other.nulls,
            nans=self.nans + other.nans,
            infinite=self.infinite + other.infinite,
            unusable_labels=self.unusable_labels + other.unusable_labels,
            unread=self.unread + other.unread,
            labels=self.labels + other.labels,
            fingerprint=add_fingerprints(self.fingerprint, other.fingerprint),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values that `from_json` reads back exactly."""
        return {
            "version": self.version,
            "kind": self.kind,
            "edges": list(self.edges),
            "shift": self.shift,
            "counts": self.counts.tolist(),
            "errors": self.errors.tolist(),
            "moments": self.moments.tolist(),
            "nulls": self.nulls,
            "nans": self.nans,
            "infinite": self.infinite,
            "unusable_labels": self.unusable_labels,
            "unread": self.unread,
            "labels": self.labels.to_json(),
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises InvalidData for another kind of profile or a schema version not known.
        """
        check_version(plain, "error")
        return cls(
            **{
                **plain,
                "edges": tuple(plain["edges"]),
                "counts": np.asarray(plain["counts"], dtype=np.int64),
                "errors": np.asarray(plain["errors"], dtype=np.float64),
                "moments": np.asarray(plain["moments"], dtype=np.float64),
                "labels": LabelCoverage.from_json(plain["labels"]),
            }
        )
