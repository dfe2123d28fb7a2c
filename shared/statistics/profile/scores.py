"""A model's scores counted between edges, by label and by predicted class, with exact sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from shared.domain.canonical import content_hash
from shared.errors import InvalidData
from shared.statistics.profile.coverage import LabelCoverage
from shared.statistics.profile.numeric import Counts, NumericColumn

Floats = npt.NDArray[np.float64]

SCORES_VERSION = 1
NEGATIVE, POSITIVE, UNKNOWN = 0, 1, 2
LABELLED, UNLABELLED = 0, 1
SCORE, SQUARE, POSITIVE_LOSS, NEGATIVE_LOSS = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreProfile:
    """The mergeable summary of a classifier's scores: what performance needs, by addition.

    `counts[label, predicted, bin]` counts scores in (edges[bin-1], edges[bin]]; label and predicted
    class are 0 negative, 1 positive, 2 unknown. `moments[labelled, which, bin]` sums s, s², −ln s
    and −ln(1−s) of rows with (0) and without (1) a label; `lowest` and `highest` are each bin's
    extremes (+inf and −inf in an empty one), which tell where all scores of a bin are the same.
    `losses` sums over labelled rows (s−y)², (s−y)⁴, the log loss and its square.
    `nulls`, `nans` and `outside` count rows without a usable score in [0, 1].
    Counts merge exactly; a sum is within (parts + log2 rows + 20) · 2⁻⁵³ of its absolute terms.
    """

    edges: tuple[float, ...]
    positive: str
    negative: str | None
    counts: Counts
    moments: Floats
    lowest: Floats
    highest: Floats
    losses: Floats
    nulls: int = 0
    nans: int = 0
    outside: int = 0
    unread: int = 0
    labels: LabelCoverage = field(default_factory=LabelCoverage)
    fingerprint: str = ""
    kind: Literal["score"] = "score"
    version: int = SCORES_VERSION

    @classmethod
    def empty(cls, edges: tuple[float, ...], positive: str, negative: str | None) -> Self:
        """A profile of no rows; adding it to another of the same edges changes nothing."""
        bins = len(edges) + 1
        return cls(
            edges=edges,
            positive=positive,
            negative=negative,
            counts=np.zeros((3, 3, bins), dtype=np.int64),
            moments=np.zeros((2, 4, bins)),
            lowest=np.full(bins, np.inf),
            highest=np.full(bins, -np.inf),
            losses=np.zeros(4),
        )

    @property
    def scored(self) -> int:
        """Rows with a usable score."""
        return int(self.counts.sum())

    @property
    def rows(self) -> int:
        """Rows seen, with a usable score or not."""
        return self.scored + self.nulls + self.nans + self.outside

    @property
    def positives(self) -> Counts:
        """Rows with a positive label, by bin."""
        return np.asarray(self.counts[POSITIVE].sum(axis=0))

    @property
    def negatives(self) -> Counts:
        """Rows with a negative label, by bin."""
        return np.asarray(self.counts[NEGATIVE].sum(axis=0))

    @property
    def labelled(self) -> int:
        """Rows with both a usable score and a label."""
        return int(self.counts[:UNKNOWN].sum())

    @property
    def mixed(self) -> npt.NDArray[np.bool_]:
        """The bins that hold different scores, whose order inside the bin is not known."""
        return self.lowest < self.highest

    @property
    def binning_hash(self) -> str:
        """The identity of edges and positive class: equal binning, equal hash."""
        return content_hash(
            {"kind": self.kind, "edges": list(self.edges), "positive": self.positive}
        )

    @property
    def hash(self) -> str:
        """SHA-256 over everything the profile holds."""
        return content_hash(self.to_json())

    def scores(self) -> NumericColumn:
        """The scores alone, whatever their label, as a numeric column for distances."""
        sums = self.moments.sum(axis=(0, 2))
        some = self.lowest <= self.highest
        return NumericColumn(
            edges=self.edges,
            counts=np.asarray(self.counts.sum(axis=(0, 1))),
            shift=0.0,
            nulls=self.nulls,
            nans=self.nans,
            above=self.outside,
            minimum=float(self.lowest[some].min()) if some.any() else None,
            maximum=float(self.highest[some].max()) if some.any() else None,
            shifted_sum=float(sums[SCORE]),
            shifted_squares=float(sums[SQUARE]),
        )

    def __add__(self, other: Self) -> Self:
        """Both windows together.

        Raises InvalidData when edges or classes differ.
        """
        if not isinstance(other, ScoreProfile):
            return NotImplemented
        if self.binning_hash != other.binning_hash:
            raise InvalidData(
                "Score profiles with different edges or positive classes cannot be merged; "
                "compute both with `like` of one baseline."
            )
        if None not in {self.negative, other.negative} and self.negative != other.negative:
            raise InvalidData(
                f"The negative class is {self.negative} in one profile and {other.negative} in "
                "the other; give labels of two values."
            )
        return replace(
            self,
            negative=self.negative if self.negative is not None else other.negative,
            counts=self.counts + other.counts,
            moments=self.moments + other.moments,
            lowest=np.minimum(self.lowest, other.lowest),
            highest=np.maximum(self.highest, other.highest),
            losses=self.losses + other.losses,
            nulls=self.nulls + other.nulls,
            nans=self.nans + other.nans,
            outside=self.outside + other.outside,
            unread=self.unread + other.unread,
            labels=self.labels + other.labels,
            fingerprint=add_fingerprints(self.fingerprint, other.fingerprint),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values that `from_json` reads back exactly; an empty bin has null extremes."""
        some = self.lowest <= self.highest
        return {
            "version": self.version,
            "kind": self.kind,
            "edges": list(self.edges),
            "positive": self.positive,
            "negative": self.negative,
            "counts": self.counts.tolist(),
            "moments": self.moments.tolist(),
            "lowest": [v if s else None for v, s in zip(self.lowest.tolist(), some, strict=True)],
            "highest": [v if s else None for v, s in zip(self.highest.tolist(), some, strict=True)],
            "losses": self.losses.tolist(),
            "nulls": self.nulls,
            "nans": self.nans,
            "outside": self.outside,
            "unread": self.unread,
            "labels": self.labels.to_json(),
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises InvalidData for another kind of profile or a schema version not known.
        """
        check_version(plain, "score")
        lowest = [np.inf if value is None else value for value in plain["lowest"]]
        highest = [-np.inf if value is None else value for value in plain["highest"]]
        return cls(
            **{
                **plain,
                "edges": tuple(plain["edges"]),
                "counts": np.asarray(plain["counts"], dtype=np.int64),
                "moments": np.asarray(plain["moments"], dtype=np.float64),
                "lowest": np.asarray(lowest, dtype=np.float64),
                "highest": np.asarray(highest, dtype=np.float64),
                "losses": np.asarray(plain["losses"], dtype=np.float64),
                "labels": LabelCoverage.from_json(plain["labels"]),
            }
        )


def check_version(plain: Mapping[str, Any], kind: str) -> None:
    """Refuse what is not a profile of this kind and of the known schema version."""
    if plain.get("kind") != kind:
        raise InvalidData(f"This is a {plain.get('kind')} profile; give one of kind {kind}.")
    if plain.get("version") != SCORES_VERSION:
        raise InvalidData(
            f"The {kind} profile has schema version {plain.get('version')}, known is "
            f"{SCORES_VERSION}; compute it again."
        )


def add_fingerprints(one: str, other: str) -> str:
    """Addition modulo 2²⁵⁶, so that the order of merging does not matter."""
    if not one or not other:
        return one or other
    return f"{(int(one, 16) + int(other, 16)) % (1 << 256):064x}"
