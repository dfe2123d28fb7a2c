"""Which rows have their label by now: coverage by age, delay, duplicates and orphans."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import accumulate
from typing import Any, Self

AGES = tuple(timedelta(days=days) for days in (0, 1 / 24, 0.25, 1, 3, 7, 14, 30, 60, 90, 180, 365))
_NONE = (0,) * len(AGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCoverage:
    """How many rows have a label, by the age of the row, and how late labels came.

    `by_age[i]` counts rows at least AGES[i] old and younger than AGES[i+1]; `labelled_by_age` those
    of them with a label; `by_delay` counts labels that came so long after their row.
    Of a join: `orphans` are labels no prediction asked for, `repeated_labels` further lines of one
    id, `conflicting_labels` ids whose lines disagree (the last line counts), `repeated_predictions`
    rows whose id came before, `without_key` predictions without an id.
    """

    rows: int = 0
    labelled: int = 0
    by_age: tuple[int, ...] = _NONE
    labelled_by_age: tuple[int, ...] = _NONE
    by_delay: tuple[int, ...] = _NONE
    orphans: int = 0
    repeated_labels: int = 0
    conflicting_labels: int = 0
    repeated_predictions: int = 0
    without_key: int = 0

    def older_than(self, delay: timedelta) -> tuple[int, int]:
        """Rows at least as old as the first of AGES from `delay` up, and how many have a label.

        >>> half = LabelCoverage(by_age=(*(0,) * 5, 4, 6, 0, 0, 0, 0, 0),
        ...     labelled_by_age=(*(0,) * 5, 1, 6, 0, 0, 0, 0, 0))
        >>> half.older_than(timedelta(days=7)), half.older_than(timedelta(days=10))
        ((10, 7), (6, 6))
        """
        ripe = [at for at, age in enumerate(AGES) if age >= delay]
        return sum(self.by_age[at] for at in ripe), sum(self.labelled_by_age[at] for at in ripe)

    def delay_at(self, share: float) -> timedelta | None:
        """The age by which at least this share of the labels had come, None without any.

        It is the upper end of a band of AGES, so never too short; None too when it lies above all.
        """
        total = sum(self.by_delay)
        if total == 0:
            return None
        reached = accumulate(self.by_delay)
        at = next(at for at, count in enumerate(reached) if count >= share * total)
        return AGES[at + 1] if at + 1 < len(AGES) else None

    def __add__(self, other: Self) -> Self:
        changed: dict[str, Any] = {}
        for field in fields(self):
            one, two = getattr(self, field.name), getattr(other, field.name)
            changed[field.name] = (
                tuple(a + b for a, b in zip(one, two, strict=True))
                if isinstance(one, tuple)
                else one + two
            )
        return replace(self, **changed)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        read: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
        }
        return cls(**read)
