"""Rows kept of a window, column by column, as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Doubles by column name, all of one length; NaN where there is no value.

    Columns named in `categorical` hold codes, which mean the same value in every sample they are
    compared with. Raises InvalidData when columns differ in length.
    """

    columns: Mapping[str, Floats]
    categorical: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        lengths = {name: np.shape(values) for name, values in self.columns.items()}
        for name, shape in lengths.items():
            if len(shape) != 1 or shape != next(iter(lengths.values())):
                raise InvalidData(
                    f"Column {name} of the sample has shape {shape}; "
                    "give every column one value a row."
                )

    @property
    def rows(self) -> int:
        """How many rows were kept."""
        return next((len(values) for values in self.columns.values()), 0)

    @classmethod
    def together(cls, samples: Sequence["Sample"]) -> Self:
        """The rows of several samples, one after the other, of the columns all of them have."""
        names = [
            name for name in samples[0].columns if all(name in each.columns for each in samples)
        ]
        return cls(
            columns={
                name: np.concatenate([each.columns[name] for each in samples]) for name in names
            },
            categorical=frozenset().union(*(each.categorical for each in samples)),
        )
