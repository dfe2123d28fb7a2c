"""Many profiles added up in one pass, to the same whatever the order they come in."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.errors import InvalidData
from shared.statistics.profile.categorical import EXAMPLES, CategoricalColumn
from shared.statistics.profile.numeric import NumericColumn
from shared.statistics.profile.profile import KINDS_DIFFER, Column, Profile
from shared.statistics.profile.sums import exact_sum

_DOUBLES_OF = attrgetter("minimum", "maximum", "shifted_sum", "shifted_squares")


def merged(profiles: Iterable[Profile]) -> Profile:
    """All windows together: what folding them with `+` gives, in one pass that keeps none of them.

    Each sum is that of the parts' sums, exact and rounded once, so the whole and its hash are the
    same in any order; merged in groups, a sum may differ in its last digits, as
    `NumericColumn` bounds it. A column that one of the profiles does not have is left out.
    Raises InvalidData without a profile, and when they rest on different baselines.
    """
    parts = iter(profiles)
    first = next(parts, None)
    if first is None:
        raise InvalidData("There is no profile to merge; give one or more.")
    head = replace(first, columns={})
    numbers, categories = _Numbers(first), _Categories(first)
    numbers.add(first)
    categories.add(first)
    for part in parts:
        head = head + part
        numbers.add(part)
        categories.add(part)
    whole: dict[str, Column] = {**numbers.columns(), **categories.columns()}
    return replace(head, columns={name: whole[name] for name in first.columns if name in whole})


class _Columns(ABC):
    """The columns of one sort, as the first profile has them, side by side in one row of counts."""

    def __init__(self, first: Profile, sort: type[Column], wholes: Sequence[str]) -> None:
        self.like = {n: column for n, column in first.columns.items() if isinstance(column, sort)}
        self._lengths = [len(column.counts) for column in self.like.values()]
        self._ends = np.cumsum(self._lengths).tolist()
        self._counts = np.zeros(sum(self._lengths), dtype=np.int64)
        self._fields = tuple(wholes)
        self._wholes_of = attrgetter(*wholes)
        self._wholes = np.zeros(len(self.like) * len(wholes), dtype=np.int64)
        self._absent: set[str] = set()

    def add(self, part: Profile) -> None:
        """Add one profile's columns of this sort."""
        if not self.like:
            return
        try:
            self._add([part.columns[name] for name in self.like])
        except KeyError:
            self._absent |= self.like.keys() - part.columns.keys()
            self._add([part.columns.get(name, column) for name, column in self.like.items()])

    def _add(self, columns: Sequence[Any]) -> None:
        counts = [column.counts for column in columns]
        try:
            wholes = chain.from_iterable(map(self._wholes_of, columns))
            added = np.fromiter(wholes, dtype=np.int64, count=len(self._wholes))
        except AttributeError as problem:
            raise InvalidData(KINDS_DIFFER) from problem
        if list(map(len, counts)) != self._lengths:
            raise InvalidData("A column has more bins in one profile than in the other.")
        self._counts += np.concatenate(counts)
        self._wholes += added
        self._note(columns)

    @abstractmethod
    def _note(self, columns: Sequence[Any]) -> None:
        """Note what is no count."""

    @abstractmethod
    def _rest(self, at: int) -> dict[str, Any]:
        """What is no count, of the column at this place."""

    def columns(self) -> dict[str, Any]:
        """Every column that all profiles have."""
        wholes = self._wholes.reshape(len(self.like), -1).tolist() if self.like else []
        found = {}
        for at, (name, column) in enumerate(self.like.items()):
            if name not in self._absent:
                end = self._ends[at]
                changed: dict[str, Any] = dict(zip(self._fields, wholes[at], strict=True))
                changed["counts"] = self._counts[end - self._lengths[at] : end].copy()
                found[name] = replace(column, **changed, **self._rest(at))
        return found


class _Numbers(_Columns):
    def __init__(self, first: Profile) -> None:
        super().__init__(first, NumericColumn, ("nulls", "nans", "above", "below"))
        self._sums: list[npt.NDArray[np.float64]] = []
        self._lowest = np.full(len(self.like), np.nan)
        self._highest = np.full(len(self.like), np.nan)

    def _note(self, columns: Sequence[Any]) -> None:
        doubles = np.array(list(chain.from_iterable(map(_DOUBLES_OF, columns))), dtype=np.float64)
        np.fmin(self._lowest, doubles[0::4], out=self._lowest)
        np.fmax(self._highest, doubles[1::4], out=self._highest)
        self._sums.append(doubles.reshape(-1, 4)[:, 2:].ravel())

    def columns(self) -> dict[str, Any]:
        """Every column that all profiles have."""
        self._exact = [exact_sum(each) for each in np.array(self._sums).T.tolist()]
        return super().columns()

    def _rest(self, at: int) -> dict[str, Any]:
        return {
            "minimum": _known(self._lowest[at]),
            "maximum": _known(self._highest[at]),
            "shifted_sum": self._exact[2 * at],
            "shifted_squares": self._exact[2 * at + 1],
        }


class _Categories(_Columns):
    def __init__(self, first: Profile) -> None:
        wholes = ("other_known", "unseen", "nulls", "singletons")
        super().__init__(first, CategoricalColumn, wholes)
        self._examples: list[set[str]] = [set() for _ in self.like]

    def _note(self, columns: Sequence[Any]) -> None:
        for held, column in zip(self._examples, columns, strict=True):
            if column.examples:
                held.update(column.examples)

    def _rest(self, at: int) -> dict[str, Any]:
        return {"examples": tuple(sorted(self._examples[at])[:EXAMPLES])}


def _known(number: np.float64) -> float | None:
    """A Python float, never the negative zero; None for not-a-number."""
    return None if np.isnan(number) else float(number) + 0.0
