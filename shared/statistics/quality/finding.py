"""One thing that was looked at in the rows of a window, and what was seen."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict


class QualityCheck(StrEnum):
    """What is looked at."""

    NULLS = "nulls"
    TYPE = "type"
    RANGE = "range"
    OUTSIDE = "outside"
    UNSEEN = "unseen"
    INFINITE = "infinite"
    DUPLICATES = "duplicates"
    FRESHNESS = "freshness"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFinding:
    """One check's verdict; `column` is None where it is about whole rows.

    `estimate`, `low`, `high` and `limit` are shares of rows, or for the volume rows; None where
    the check is not of an amount. `n` counts the rows looked at.
    """

    check: QualityCheck
    column: str | None
    verdict: Verdict
    sentence: str
    n: int
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  narrows the type of a dataclass's plain form
        return plain
