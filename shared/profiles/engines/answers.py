"""What another engine counted, read into the columns of a profile.

An engine is asked for plain numbers, each under a name of the column's place in the baseline and
of what it is: `c0_nulls`, `c0_edge3`, `c1_value2`. So no column's name is ever an engine's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from shared.profiles.bounds import examples_of
from shared.profiles.columns import count_column, count_missing
from shared.statistics.profile import (
    EXAMPLES,
    LARGEST,
    MISSING,
    CategoricalColumn,
    Column,
    NumericColumn,
    Profile,
)

ROWS = "rows_counted"
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which columns of a baseline an engine can count, and what ails the others."""

    base: Profile
    kinds: Mapping[str, str]
    time_column: str | None = None
    refused: Mapping[str, str] | None = None

    def problems(self) -> dict[str, str]:
        """The columns that are missing, changed their type or cannot be asked for, and why."""
        found: dict[str, str] = {}
        for name, column in self.base.columns.items():
            kind = self.kinds.get(name)
            if kind is None:
                found[name] = MISSING
            elif kind not in {column.kind, "null"}:
                found[name] = (
                    f"changed its type: {column.kind} in the baseline, {kind} in the window"
                )
            elif self.refused and name in self.refused:
                found[name] = self.refused[name]
        return found

    def columns(self) -> dict[str, tuple[int, Column]]:
        """The columns to be counted, each with its place in the baseline."""
        problems = self.problems()
        return {
            name: (at, column)
            for at, (name, column) in enumerate(self.base.columns.items())
            if name not in problems
        }

    def profile(
        self,
        answer: Answer,
        examples: Mapping[str, tuple[str, ...]],
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Profile:
        """One window out of what was counted; `examples` are unseen values by column.

        A type matters only where there are rows, as in the local engine.
        """
        rows = int(answer.get(ROWS) or 0)
        problems = self.problems()
        columns: dict[str, Column] = {}
        for at, (name, like) in enumerate(self.base.columns.items()):
            if problems.get(name) == MISSING:
                columns[name] = count_missing(rows, like)
            elif not rows:
                problems.pop(name, None)
                columns[name] = count_column((), like)
            elif name not in problems:
                columns[name] = column_of(at, like, answer, examples.get(name, ()))
        known = self.base.columns.keys() | self.base.skipped.keys() | {self.time_column}
        return Profile(
            columns=columns,
            rows=rows,
            baseline_hash=self.base.baseline_hash,
            start=start,
            end=end,
            skipped=dict(self.base.skipped),
            problems=problems,
            extra=tuple(sorted(self.kinds.keys() - known)),
        )


def named(at: int, what: str) -> str:
    """The name of one number of the column at that place of the baseline."""
    return f"c{at}_{what}"


def column_of(at: int, like: Column, answer: Answer, examples: tuple[str, ...] = ()) -> Column:
    """One column out of what was counted of it; a sum over nothing may be null or absent."""
    if isinstance(like, CategoricalColumn):
        return _categories(at, like, answer, examples)
    return _numbers(at, like, answer)


def unseen_in(at: int, like: Column, answer: Answer) -> int:
    """How many rows hold a value the baseline never had."""
    if not isinstance(like, CategoricalColumn) or not like.known or like.kind == "boolean":
        return 0
    filled = int(answer.get(ROWS) or 0) - _whole(answer, at, "nulls")
    known, part = 0, 0
    while (name := named(at, f"known{part}")) in answer:
        known += int(answer[name] or 0)
        part += 1
    return filled - known


def _whole(answer: Answer, at: int, what: str) -> int:
    return int(answer.get(named(at, what)) or 0)


def _numbers(at: int, like: NumericColumn, answer: Answer) -> NumericColumn:
    def whole(what: str) -> int:
        return _whole(answer, at, what)

    def sum_of(what: str) -> float:
        found = float(answer.get(named(at, what)) or 0.0)
        return max(-LARGEST, min(LARGEST, found)) if finite else 0.0

    beyond = whole("nulls") + whole("nans") + whole("above") + whole("below")
    finite = int(answer[ROWS]) - beyond
    upto = [whole(f"edge{edge}") for edge in range(len(like.edges))]
    return NumericColumn(
        kind=like.kind,
        edges=like.edges,
        counts=np.array([b - a for a, b in pairwise([0, *upto, finite])], dtype=np.int64),
        shift=like.shift,
        nulls=whole("nulls"),
        nans=whole("nans"),
        above=whole("above"),
        below=whole("below"),
        minimum=float(answer[named(at, "minimum")]) if finite else None,
        maximum=float(answer[named(at, "maximum")]) if finite else None,
        shifted_sum=sum_of("sum"),
        shifted_squares=sum_of("squares"),
    )


def _categories(
    at: int, like: CategoricalColumn, answer: Answer, examples: tuple[str, ...]
) -> CategoricalColumn:
    counts = np.array(
        [_whole(answer, at, f"value{value}") for value in range(len(like.values))], dtype=np.int64
    )
    nulls = _whole(answer, at, "nulls")
    unseen = unseen_in(at, like, answer)
    return CategoricalColumn(
        values=like.values,
        counts=counts,
        known=like.known,
        other_known=int(answer[ROWS]) - nulls - unseen - int(counts.sum()),
        unseen=unseen,
        examples=examples_of(examples, EXAMPLES) if unseen else (),
        nulls=nulls,
        kind=like.kind,
    )
