"""What watching a series found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.verdict import Verdict


class WatchReason(StrEnum):
    """Why a watched series has its verdict."""

    CHANGED = "changed"
    NO_CHANGE_FOUND = "no_change_found"
    EVIDENCE_GROWS = "evidence_grows"
    TOO_EARLY = "too_early"
    SHORT_HISTORY = "short_history"
    SPARSE_HISTORY = "sparse_history"
    NO_RECENT_DATA = "no_recent_data"
    NO_EXPOSURE = "no_exposure"
    MISSING_DATA = "missing_data"
    NO_SCALE = "no_scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """A relative change that is watched for, and about how long finding it takes."""

    change: float
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedBucket:
    """One recent bucket for a chart; `evidence` of 1 or more is an alarm."""

    time: datetime
    observed: float
    expected: float
    evidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWatch:
    """Whether a series left its baseline, by evidence that adds up over the watched buckets.

    `evidence` is what has added up as a share of what one false alarm in `false_alarm_days` asks
    for: 1 raises the alarm. `since` is where the change began, at `earliest` and at `latest` with
    95 % confidence, and `alarmed` the bucket that raised the alarm which still stands; `alarms` has
    every bucket that raised one. `estimate`, `low` and
    `high` are the relative change since then, or over all watched buckets while there is no alarm.
    `margin` is the tolerance widened by what is not known of the baseline. `missing` counts
    buckets that are not there, `empty` those without exposure. `finds` says how long changes would
    take to be found.
    """

    verdict: Verdict
    reason: WatchReason
    sentence: str
    tolerance: float
    false_alarm_days: float
    evidence: float = 0.0
    since: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    alarmed: datetime | None = None
    alarms: tuple[datetime, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    observed: float | None = None
    n: float = 0.0
    buckets: int = 0
    buckets_history: int = 0
    missing: int = 0
    empty: int = 0
    margin: float | None = None
    dispersion: float | None = None
    correlation: float | None = None
    finds: tuple[Findable, ...] = ()
    points: tuple[WatchedBucket, ...] = ()

    @property
    def alarm(self) -> bool:
        """Whether the evidence passed what the promise asks for and has not gone since."""
        return self.alarmed is not None
