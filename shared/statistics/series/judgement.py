"""What is asked of a series, and what the answer holds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.domain.verdict import Verdict
from shared.statistics.series.points import Kind

Direction = Literal["fall", "rise", "both"]


class SeriesReason(StrEnum):
    """Why a series has its verdict."""

    WITHIN_LIMIT = "within_limit"
    BEYOND_LIMIT = "beyond_limit"
    NOT_DECIDED = "not_decided"
    SHORT_HISTORY = "short_history"
    NO_RECENT_DATA = "no_recent_data"
    MISSING_DATA = "missing_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One recent bucket for a chart: what was seen, what was expected, and the usual range."""

    time: datetime
    observed: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesJudgement:
    """The change over the recent buckets: a share of the expected value, or its own unit.

    `since` is the first of the last unbroken run of buckets beyond their usual range in the
    direction of the change.
    """

    verdict: Verdict
    reason: SeriesReason
    sentence: str
    limit: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    observed: float | None = None
    n: float = 0.0
    n_needed: float | None = None
    buckets_history: int = 0
    since: datetime | None = None
    points: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a series: its kind, which way it may not go, and how far."""

    kind: Kind
    direction: Direction
    limit: float
    relative: bool
    confidence: float
