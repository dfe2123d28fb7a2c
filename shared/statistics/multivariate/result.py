"""What is said of a window's columns together."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict


class Reason(StrEnum):
    """Why the verdict is what it is."""

    TOLD_APART = "told_apart"
    ALIKE = "alike"
    UNDECIDED = "undecided"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_FEW_ROWS_TO_LEARN = "too_few_rows_to_learn"
    NO_SHARED_COLUMNS = "no_shared_columns"
    NOTHING_VARIES = "nothing_varies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One column, or a pair of them, and its share of what tells the sides apart."""

    columns: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MultivariateDrift:
    """The area of a classifier that tells window from baseline: 0.5 when they are alike.

    `estimate`, `low`, `high` and `limit` are areas; None where nothing could be measured. `natural`
    is the area up to which the baseline's own chunks differ, None without chunks. `n` counts the
    window's sampled rows, `n_needed` those that would decide.
    """

    verdict: Verdict
    reason: Reason
    sentence: str
    limit: float
    n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    natural: float | None = None
    n_needed: int | None = None
    contributions: tuple[Contribution, ...] = ()
    missing: tuple[str, ...] = ()
    pairs_left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        return plain
